/*
 * plan: the verdicts as people read them.
 */
#ifndef PRUNE_PLAN_H
#define PRUNE_PLAN_H

#include "base/err.h"
#include "policy.h"

#include <stddef.h>

/*
 * plan_write(p, sorted, n, fd, e): write a table, one line for each of n entries in the order of
 * policy_apply(): name, "keep" or "delete", and why. A rule stands there as "weekly 2/4": the
 * second newest of the four that it keeps. Control characters in names are written as '?'.
 * return  0, or -1 with *e set
 */
int plan_write(
    const struct policy *p, struct entry *const *sorted, size_t n, int fd, struct err *e);

/*
 * plan_report(sorted, n): note on stderr what is kept for a reason that somebody should look at:
 * names that are not understood and backups from the future, the first few of each by name.
 */
void plan_report(struct entry *const *sorted, size_t n);

#endif
