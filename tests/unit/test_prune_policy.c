/* policy: its promises, tried over years of simulated days. A seed in a failure repeats it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"
#include "stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)
#define START INT64_C(1735689600) /* 2025-01-01, a Wednesday */
#define FAR INT64_C(4000000000)

static const struct policy defaults = {.limit = {1, 7, 4, 6}, .now = FAR};

/* ---- a pile of backups ---- */

struct pile {
	struct entry b[8192];
	size_t n;
};

static struct pile pile, other;

static void add(struct pile *p, const char *db, int64_t stamp)
{
	assert_true(p->n < sizeof(p->b) / sizeof(p->b[0]));
	p->b[p->n++] = (struct entry){
	    .name = {.kind = NAME_BACKUP, .db = db, .db_len = strlen(db), .stamp = stamp}};
}

static void apply(const struct policy *policy, struct pile *p)
{
	struct entry **sorted = NULL;
	struct err e = {0};

	assert_int_equal(policy_apply(policy, p->b, p->n, &sorted, &e), 0);
	free(sorted);
}

/* Do what the caller of prune does: remove what is not kept. return how many went */
static size_t prune(const struct policy *policy, struct pile *p)
{
	size_t left = 0, before = p->n;

	apply(policy, p);
	for (size_t i = 0; i < p->n; i++)
		if (p->b[i].keep)
			p->b[left++] = p->b[i];
	p->n = left;
	return before - left;
}

static struct entry *find(struct pile *p, const struct entry *wanted)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->b[i].name.stamp == wanted->name.stamp &&
		    strcmp(p->b[i].name.db, wanted->name.db) == 0)
			return &p->b[i];
	return NULL;
}

static bool has(struct pile *p, int64_t stamp)
{
	struct entry wanted = {.name = {.db = "db", .stamp = stamp}};

	return find(p, &wanted) != NULL;
}

static void assert_same_backups(struct pile *a, struct pile *b, unsigned seed)
{
	for (size_t i = 0; i < a->n; i++)
		if (find(b, &a->b[i]) == NULL)
			fail_msg("seed %u: %s %" PRId64 " is only in the first", seed,
			    a->b[i].name.db, a->b[i].name.stamp);
	if (a->n != b->n)
		fail_msg("seed %u: %zu backups and %zu", seed, a->n, b->n);
}

/* ---- chance that repeats ---- */

static uint64_t chance;

static int64_t below(int64_t n)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((chance >> 33) % (uint64_t)n);
}

static struct policy any_policy(void)
{
	return (struct policy){.limit = {(uint64_t)below(4), (uint64_t)below(10),
				   (uint64_t)below(8), (uint64_t)below(14)},
	    .now = FAR};
}

/* A history of some years: no, one or several backups a day, of two databases, with outages. */
static void make_history(struct pile *p, unsigned seed, int64_t days)
{
	chance = seed;
	p->n = 0;
	for (int64_t day = 0; day < days; day++) {
		if (below(100) == 0)
			day += below(90); /* an outage */
		for (int64_t k = below(3); k > 0; k--)
			add(p, below(3) != 0 ? "db" : "db2", START + day * DAY + below(DAY));
	}
}

static void shuffle(struct pile *p)
{
	for (size_t i = p->n; i > 1; i--) {
		size_t k = (size_t)below((int64_t)i);
		struct entry swap = p->b[k];

		p->b[k] = p->b[i - 1];
		p->b[i - 1] = swap;
	}
}

/* ---- the promises ---- */

static void keeps_what_the_rules_say_after_years(void **state)
{
	struct policy policy = defaults;
	int64_t today = 0;

	(void)state;
	pile.n = 0;
	for (int64_t day = 0; day < 3 * 365; day++) {
		today = START + day * DAY + 7200;
		policy.now = today + 60;
		add(&pile, "db", today);
		prune(&policy, &pile);
	}
	/* The last run is on 2027-12-31, a Friday. */
	for (int i = 0; i < 7; i++)
		assert_true(has(&pile, today - i * DAY));
	for (int i = 0; i < 4; i++) /* Mondays; 2027-12-27 is the latest */
		assert_true(has(&pile, today - 4 * DAY - i * 7 * DAY));
	for (int i = 0, back = 30; i < 6; i++) { /* the first of December back to July */
		static const int days[] = {30, 31, 30, 31, 31, 0};

		assert_true(has(&pile, today - back * DAY));
		back += days[i];
	}
	/* 2027-12-27 is daily and weekly: 7 + 4 - 1 + 6 */
	assert_int_equal(pile.n, 16);
}

static void daily_pruning_ends_where_one_pruning_would(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 60; seed++) {
		static struct pile kept;
		struct policy policy;

		make_history(&pile, seed, 700);
		policy = any_policy();
		kept.n = 0;
		for (size_t i = 0; i < pile.n; i++) {
			/* The newest of a moment's history is what is being added. */
			add(&kept, pile.b[i].name.db, pile.b[i].name.stamp);
			if (below(3) != 0)
				prune(&policy, &kept);
		}
		prune(&policy, &kept);
		prune(&policy, &pile);
		assert_same_backups(&kept, &pile, seed);
		assert_same_backups(&pile, &kept, seed);
	}
}

static void pruning_again_deletes_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 100; seed < 200; seed++) {
		struct policy policy;

		make_history(&pile, seed, 1500);
		policy = any_policy();
		prune(&policy, &pile);
		if (prune(&policy, &pile) != 0)
			fail_msg("seed %u: the second pruning deleted something", seed);
	}
}

static void a_part_of_the_list_deletes_no_more(void **state)
{
	(void)state;
	for (unsigned seed = 200; seed < 300; seed++) {
		struct policy policy;

		make_history(&pile, seed, 600);
		policy = any_policy();
		other.n = 0;
		for (size_t i = 0; i < pile.n; i++)
			if (below(4) != 0)
				other.b[other.n++] = pile.b[i];
		apply(&policy, &pile);
		apply(&policy, &other);
		for (size_t i = 0; i < other.n; i++)
			if (!other.b[i].keep && find(&pile, &other.b[i])->keep)
				fail_msg("seed %u: the part deletes what the whole keeps", seed);
	}
}

static void order_does_not_matter(void **state)
{
	(void)state;
	for (unsigned seed = 300; seed < 400; seed++) {
		struct policy policy;

		make_history(&pile, seed, 400);
		policy = any_policy();
		other = pile;
		shuffle(&other);
		prune(&policy, &pile);
		prune(&policy, &other);
		assert_same_backups(&pile, &other, seed);
	}
}

/* Whatever the rules: of each database the newest stays, and so do the newest keep_last. */
static void newest_is_never_deleted(void **state)
{
	(void)state;
	for (unsigned seed = 400; seed < 500; seed++) {
		struct policy policy;

		make_history(&pile, seed, 200);
		policy = any_policy();
		apply(&policy, &pile);
		for (size_t i = 0; i < pile.n; i++) {
			uint64_t newer = 0;

			for (size_t k = 0; k < pile.n; k++)
				newer += strcmp(pile.b[k].name.db, pile.b[i].name.db) == 0 &&
					 pile.b[k].name.stamp > pile.b[i].name.stamp;
			if ((newer == 0 || newer < policy.limit[RULE_LAST]) && !pile.b[i].keep)
				fail_msg("seed %u: one of the newest was deleted", seed);
		}
	}
}

static void keeps_one_with_all_rules_off(void **state)
{
	struct policy none = {.now = FAR};

	(void)state;
	make_history(&pile, 1, 300);
	prune(&none, &pile);
	assert_int_equal(pile.n, 2);
	assert_string_not_equal(pile.b[0].name.db, pile.b[1].name.db);
}

/* Two good years, then nothing for a year: the next backup pushes out one day, not the history. */
static void an_outage_deletes_nothing_by_itself(void **state)
{
	size_t before;

	(void)state;
	pile.n = 0;
	for (int64_t day = 0; day < 730; day++)
		add(&pile, "db", START + day * DAY);
	prune(&defaults, &pile);
	before = pile.n;
	assert_int_equal(prune(&defaults, &pile), 0);
	add(&pile, "db", START + (730 + 365) * DAY);
	assert_in_range(prune(&defaults, &pile), 0, 3);
	assert_in_range(pile.n, before - 2, before + 1);
}

static void the_future_is_kept_and_not_counted(void **state)
{
	struct policy policy = {.limit = {1, 2, 0, 0}, .now = START + 10 * DAY};

	(void)state;
	pile.n = 0;
	for (int64_t day = 0; day <= 10; day++)
		add(&pile, "db", START + day * DAY);
	for (int64_t day = 11; day < 40; day++)
		add(&pile, "db", START + day * DAY + 1);
	add(&pile, "only", policy.now + 1);
	apply(&policy, &pile);
	for (size_t i = 0; i < pile.n; i++) {
		bool future = pile.b[i].name.stamp > policy.now;

		assert_int_equal(pile.b[i].future, future);
		assert_int_equal(
		    pile.b[i].keep, future || pile.b[i].name.stamp >= policy.now - DAY);
	}
}

/* The clock jumps back and forward between runs: what a rule wants in the end was never deleted
 * while the clock was wrong, because backups after `now` are not touched. */
static void clock_jumps_cost_at_most_their_own_periods(void **state)
{
	(void)state;
	for (unsigned seed = 500; seed < 560; seed++) {
		struct policy policy = defaults;

		chance = seed;
		pile.n = other.n = 0;
		for (int64_t day = 0; day < 500; day++) {
			int64_t clock = START + day * DAY;

			add(&other, "db", clock);
			add(&pile, "db", clock);
			policy.now = clock;
			if (below(10) == 0) /* back by up to a year, for one run without a backup */
				policy.now -= below(365 * DAY);
			prune(&policy, &pile);
		}
		policy.now = FAR;
		prune(&policy, &pile);
		prune(&policy, &other);
		assert_same_backups(&other, &pile, seed);
		assert_same_backups(&pile, &other, seed);
	}
}

static void files_of_one_backup_share_its_fate(void **state)
{
	(void)state;
	make_history(&pile, 7, 500);
	other = pile;
	for (size_t i = 0; i < pile.n; i++)
		other.b[other.n++] = pile.b[i];
	shuffle(&other);
	apply(&defaults, &pile);
	apply(&defaults, &other);
	for (size_t i = 0; i < other.n; i++)
		assert_int_equal(other.b[i].keep, find(&pile, &other.b[i])->keep);
}

static void databases_do_not_touch_each_other(void **state)
{
	(void)state;
	make_history(&pile, 8, 500);
	other.n = 0;
	for (size_t i = 0; i < pile.n; i++)
		if (strcmp(pile.b[i].name.db, "db") == 0)
			other.b[other.n++] = pile.b[i];
	apply(&defaults, &pile);
	apply(&defaults, &other);
	for (size_t i = 0; i < other.n; i++)
		assert_int_equal(other.b[i].keep, find(&pile, &other.b[i])->keep);
}

static void what_is_no_backup_is_kept(void **state)
{
	(void)state;
	pile.n = 0;
	for (int k = 0; k < 50; k++) {
		add(&pile, "db", START + k * DAY / 2);
		add(&pile, "", 0);
		pile.b[pile.n - 1].name =
		    (struct name){.kind = k % 2 != 0 ? NAME_UNKNOWN : NAME_COMPANION};
	}
	apply(&defaults, &pile);
	for (size_t i = 0; i < pile.n; i++)
		assert_true(pile.b[i].keep || pile.b[i].name.kind == NAME_BACKUP);
}

static void a_day_is_its_newest_and_a_week_its_first_day(void **state)
{
	struct policy policy = {.limit = {1, 1, 1, 0}, .now = FAR};
	int64_t monday = START + 5 * DAY;

	(void)state;
	pile.n = 0;
	for (int64_t day = 0; day < 3; day++)
		for (int64_t hour = 0; hour < 24; hour += 6)
			add(&pile, "db", monday + day * DAY + hour * 3600);
	prune(&policy, &pile);
	assert_int_equal(pile.n, 2);
	assert_true(has(&pile, monday + 18 * 3600));
	assert_true(has(&pile, monday + 2 * DAY + 18 * 3600));
}

static void nothing_in_nothing_out(void **state)
{
	(void)state;
	pile.n = 0;
	assert_int_equal(prune(&defaults, &pile), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_what_the_rules_say_after_years),
	    cmocka_unit_test(daily_pruning_ends_where_one_pruning_would),
	    cmocka_unit_test(pruning_again_deletes_nothing),
	    cmocka_unit_test(a_part_of_the_list_deletes_no_more),
	    cmocka_unit_test(order_does_not_matter),
	    cmocka_unit_test(newest_is_never_deleted),
	    cmocka_unit_test(keeps_one_with_all_rules_off),
	    cmocka_unit_test(an_outage_deletes_nothing_by_itself),
	    cmocka_unit_test(the_future_is_kept_and_not_counted),
	    cmocka_unit_test(clock_jumps_cost_at_most_their_own_periods),
	    cmocka_unit_test(files_of_one_backup_share_its_fate),
	    cmocka_unit_test(databases_do_not_touch_each_other),
	    cmocka_unit_test(what_is_no_backup_is_kept),
	    cmocka_unit_test(a_day_is_its_newest_and_a_week_its_first_day),
	    cmocka_unit_test(nothing_in_nothing_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
