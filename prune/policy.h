/*
 * policy: which backups stay.
 *
 * Of each database, these are kept:
 *   last     the newest keep_last backups, and always the newest one
 *   daily    one for each of the newest `daily` days that have a backup: the newest of that day
 *   weekly   one for each of the newest `weekly` ISO weeks that have one: the daily one of the
 *            first day of that week that has a backup
 *   monthly  the same for months
 * and everything that is dated after `now`, which counts for nothing: a clock that was wrong once
 * must neither push out good backups nor pass for the newest one.
 *
 * Why the first day of a week or month: no later backup changes which day that is, so a backup
 * once chosen stays chosen until its period is too old. The newest day would change every day, and
 * what represents the week in the end would depend on when prune happened to run. Why the newest
 * of a day: it holds most, and the days are over soon enough to be stable.
 *
 * What follows, and the unit tests prove over simulated years:
 *   - pruning every day ends with the same backups as pruning the whole history once;
 *   - pruning what is left deletes nothing;
 *   - periods without a backup do not count, so an outage deletes nothing by itself;
 *   - from a part of the list nothing is deleted that the whole list would keep: a listing that
 *     broke off costs no backup.
 *
 * Files of one database with the same moment (.sql.gz and .sql.gz.gpg) are one backup and share
 * one fate.
 */
#ifndef PRUNE_POLICY_H
#define PRUNE_POLICY_H

#include "base/err.h"
#include "name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rule { RULE_LAST, RULE_DAILY, RULE_WEEKLY, RULE_MONTHLY, RULES };

struct policy {
	uint64_t limit[RULES]; /* how many each rule keeps; limit[RULE_LAST] 0 means 1 */
	int64_t now; /* as stamp_parse() gives it */
};

struct entry {
	const char *line; /* the whole line, without terminator; borrowed */
	size_t len;
	struct name name;
	bool keep; /* the verdict; policy_apply() writes from here on */
	bool future; /* dated after now */
	uint64_t rank[RULES]; /* 1 for the newest that the rule keeps; 0: not kept by it */
};

/*
 * policy_apply(p, entries, n, sorted, e): write the verdict of each entry. What is no backup is
 * kept. out     *sorted, an array of n pointers into entries, by database, the newest first, and
 * what is no backup last; the caller frees it return  0; -1 with *e set (EX_OSERR, out of memory)
 * Needs memory for n pointers. The order of entries does not matter to any verdict.
 */
int policy_apply(
    const struct policy *p, struct entry *entries, size_t n, struct entry ***sorted, struct err *e);

#endif
