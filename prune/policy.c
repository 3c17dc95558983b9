#include "policy.h"

#include "stamp.h"

#include <stdlib.h>
#include <string.h>

/* One rule on its way from the newest backup of a database to the oldest. */
struct tier {
	uint64_t limit;
	uint64_t seen; /* periods so far that have a backup */
	int64_t period; /* the one that the walk is in */
	struct entry *chosen; /* who represents it, as far as is known */
};

static int compare_names(const struct name *a, const struct name *b)
{
	size_t shorter = a->db_len < b->db_len ? a->db_len : b->db_len;
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind != NAME_BACKUP)
		return 0;
	order = memcmp(a->db, b->db, shorter);
	if (order != 0)
		return order;
	if (a->db_len != b->db_len)
		return a->db_len < b->db_len ? -1 : 1;
	return (a->stamp < b->stamp) - (a->stamp > b->stamp);
}

/* Equal backups stay in the order of the input, so that a plan is the same every time. */
static int compare(const void *x, const void *y)
{
	const struct entry *a = *(struct entry *const *)x, *b = *(struct entry *const *)y;
	int order = compare_names(&a->name, &b->name);

	return order != 0 ? order : (a > b) - (a < b);
}

static void settle(struct tier *t, enum rule rule)
{
	if (t->chosen == NULL || t->seen > t->limit)
		return;
	t->chosen->rank[rule] = t->seen;
	t->chosen->keep = true;
}

/* Offer the next older backup to a rule; return whether it is the first one of a new period. */
static bool offer(struct tier tiers[], enum rule rule, int64_t period, struct entry *b)
{
	struct tier *t = &tiers[rule];
	bool fresh = t->chosen == NULL || t->period != period;

	if (fresh) {
		settle(t, rule);
		t->seen++;
		t->period = period;
	}
	if (fresh || rule == RULE_WEEKLY || rule == RULE_MONTHLY)
		t->chosen = b;
	return fresh;
}

static void judge_backup(struct tier tiers[], int64_t now, struct entry *b)
{
	int64_t stamp = b->name.stamp;

	if (stamp > now) {
		b->future = true;
		b->keep = true;
		return;
	}
	offer(tiers, RULE_LAST, stamp, b);
	if (offer(tiers, RULE_DAILY, stamp_day(stamp), b)) {
		offer(tiers, RULE_WEEKLY, stamp_week(stamp), b);
		offer(tiers, RULE_MONTHLY, stamp_month(stamp), b);
	}
}

static bool same_backup(const struct entry *a, const struct entry *b)
{
	return compare_names(&a->name, &b->name) == 0;
}

static bool same_database(const struct entry *a, const struct entry *b)
{
	return a->name.db_len == b->name.db_len &&
	       memcmp(a->name.db, b->name.db, a->name.db_len) == 0;
}

/* The files of one backup: the first was judged, the others follow it. */
static void share_verdicts(struct entry **sorted, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (!same_backup(sorted[i], sorted[i - 1]))
			continue;
		sorted[i]->keep = sorted[i - 1]->keep;
		sorted[i]->future = sorted[i - 1]->future;
		memcpy(sorted[i]->rank, sorted[i - 1]->rank, sizeof(sorted[i]->rank));
	}
}

/* Judge the database that begins at sorted[0]. return how many entries it has */
static size_t judge_database(const struct policy *p, struct entry **sorted, size_t n)
{
	struct tier tiers[RULES] = {0};
	size_t i;

	for (int rule = 0; rule < RULES; rule++)
		tiers[rule].limit = p->limit[rule];
	if (tiers[RULE_LAST].limit == 0)
		tiers[RULE_LAST].limit = 1;
	for (i = 0; i < n && same_database(sorted[i], sorted[0]); i++)
		judge_backup(tiers, p->now, sorted[i]);
	for (int rule = 0; rule < RULES; rule++)
		settle(&tiers[rule], (enum rule)rule);
	share_verdicts(sorted, i);
	return i;
}

int policy_apply(
    const struct policy *p, struct entry *entries, size_t n, struct entry ***sorted, struct err *e)
{
	size_t backups = 0;

	*sorted = calloc(n != 0 ? n : 1, sizeof(struct entry *));
	if (*sorted == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		entries[i].keep = entries[i].name.kind != NAME_BACKUP;
		entries[i].future = false;
		memset(entries[i].rank, 0, sizeof(entries[i].rank));
		backups += entries[i].name.kind == NAME_BACKUP;
		(*sorted)[i] = &entries[i];
	}
	qsort(*sorted, n, sizeof(struct entry *), compare);
	for (size_t i = 0; i < backups;)
		i += judge_database(p, *sorted + i, backups - i);
	return 0;
}
