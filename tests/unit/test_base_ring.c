#include "base/ring.h"

#include "base/stop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NEVER (-1L)

struct cell {
	long number;
	long square;
};

/* A stream of `count` numbers; each function can be told to fail at one of them. */
struct numbers {
	long count;
	bool last; /* announce the last one with RING_LAST */
	long fill_fails;
	long work_fails;
	long drain_fails;
	long slow_work; /* this one takes longer than all the others */
	long stop_at; /* fill() raises SIGTERM here */

	long filled;
	long drained; /* every one checked to come in order */
	pthread_t caller;
	atomic_long worked;
	atomic_long working;
	atomic_long most_working;
	atomic_bool elsewhere; /* some function ran outside the caller's thread */
	struct cell cells[8];
};

static void nap(long ms)
{
	struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

static enum ring_fill fill(void *ctx, void *slot, struct err *e)
{
	struct numbers *n = ctx;
	struct cell *c = slot;

	if (n->filled == n->stop_at)
		raise(SIGTERM);
	if (n->filled == n->fill_fails)
		return (enum ring_fill)err_set(e, EX_DATAERR, "fill %ld", n->filled);
	if (n->filled == n->count)
		return RING_END;
	c->number = n->filled++;
	c->square = -1;
	return n->last && n->filled == n->count ? RING_LAST : RING_MORE;
}

static int work(void *ctx, unsigned worker, void *slot, struct err *e)
{
	struct numbers *n = ctx;
	struct cell *c = slot;
	long now = atomic_fetch_add(&n->working, 1) + 1;
	long most = atomic_load(&n->most_working);

	(void)worker;
	while (now > most && !atomic_compare_exchange_weak(&n->most_working, &most, now))
		continue;
	if (!pthread_equal(pthread_self(), n->caller))
		atomic_store(&n->elsewhere, true);
	if (c->number == n->slow_work)
		nap(50);
	atomic_fetch_sub(&n->working, 1);
	atomic_fetch_add(&n->worked, 1);
	if (c->number == n->work_fails ||
	    (n->work_fails != NEVER && c->number == n->work_fails + 1))
		return err_set(e, EX_DATAERR, "work %ld", c->number);
	c->square = c->number * c->number;
	return 0;
}

static int drain(void *ctx, void *slot, struct err *e)
{
	struct numbers *n = ctx;
	struct cell *c = slot;

	if (c->number == n->drain_fails)
		return err_set(e, EX_IOERR, "drain %ld", c->number);
	if (c->number != n->drained || c->square != c->number * c->number)
		return err_set(e, EX_SOFTWARE, "out of order: %ld", c->number);
	n->drained++;
	return 0;
}

static struct numbers numbers(long count)
{
	return (struct numbers){.count = count,
	    .fill_fails = NEVER,
	    .work_fails = NEVER,
	    .drain_fails = NEVER,
	    .slow_work = NEVER,
	    .stop_at = NEVER,
	    .caller = pthread_self()};
}

static int run(struct numbers *n, unsigned nslots, unsigned nworkers, struct err *e)
{
	struct ring_job job = {.ctx = n,
	    .slots = n->cells,
	    .slot_size = sizeof(n->cells[0]),
	    .nslots = nslots,
	    .nworkers = nworkers,
	    .fill = fill,
	    .work = work,
	    .drain = drain};

	assert_true(nslots <= sizeof(n->cells) / sizeof(n->cells[0]));
	return ring_run(&job, e);
}

static void drains_in_order(void **state)
{
	(void)state;
	for (unsigned nslots = 1; nslots <= 8; nslots++) {
		for (unsigned nworkers = 1; nworkers <= 4; nworkers++) {
			struct numbers n = numbers(300);
			struct err e = {0};

			n.last = nslots % 2;
			n.slow_work = 7;
			assert_int_equal(run(&n, nslots, nworkers, &e), 0);
			assert_int_equal(n.drained, 300);
			assert_int_equal(n.worked, 300);
			assert_true(n.most_working <= (long)nworkers);
		}
	}
}

static void workers_work_at_the_same_time(void **state)
{
	struct numbers n = numbers(200);
	struct err e = {0};

	(void)state;
	n.slow_work = 0; /* the others pass it by, up to the last free slot */
	assert_int_equal(run(&n, 8, 3, &e), 0);
	assert_true(n.most_working >= 2);
}

static void empty_stream_ends(void **state)
{
	struct numbers n = numbers(0);
	struct err e = {0};

	(void)state;
	assert_int_equal(run(&n, 4, 2, &e), 0);
	assert_int_equal(n.worked, 0);
}

static void single_slot_needs_no_thread(void **state)
{
	struct numbers n = numbers(1);
	struct err e = {0};

	(void)state;
	n.last = true;
	assert_int_equal(run(&n, 4, 2, &e), 0);
	assert_int_equal(n.drained, 1);
	assert_false(n.elsewhere);
}

/* What stands before the failing slot is drained, and the first failure is the one reported. */
static void fill_failure_comes_after_what_was_filled(void **state)
{
	(void)state;
	for (long at = 0; at < 12; at++) {
		struct numbers n = numbers(100);
		struct err e = {0};

		n.fill_fails = at;
		assert_int_equal(run(&n, 4, 3, &e), -1);
		assert_int_equal(n.drained, at);
		assert_int_equal(e.code, EX_DATAERR);
		assert_memory_equal(e.text, "fill ", 5);
		assert_int_equal(atol(e.text + 5), at);
	}
}

static void first_failed_work_is_reported(void **state)
{
	(void)state;
	for (long at = 0; at < 24; at++) {
		struct numbers n = numbers(100);
		struct err e = {0};

		n.work_fails = at % 12; /* and the one after it, which is quicker */
		n.slow_work = at < 12 ? n.work_fails : NEVER;
		n.fill_fails = n.work_fails + 3;
		assert_int_equal(run(&n, 8, 3, &e), -1);
		assert_int_equal(n.drained, n.work_fails);
		assert_memory_equal(e.text, "work ", 5);
		assert_int_equal(atol(e.text + 5), n.work_fails);
	}
}

static void nothing_is_begun_behind_a_failure(void **state)
{
	struct numbers n = numbers(100);
	struct err e = {0};

	(void)state;
	n.work_fails = 0;
	n.slow_work = 0; /* all slots are filled meanwhile */
	assert_int_equal(run(&n, 8, 1, &e), -1);
	assert_int_equal(n.worked, 1);
}

static void drain_failure_ends_everything(void **state)
{
	struct numbers n = numbers(1000000);
	struct err e = {0};

	(void)state;
	n.drain_fails = 5;
	assert_int_equal(run(&n, 6, 2, &e), -1);
	assert_int_equal(e.code, EX_IOERR);
	assert_string_equal(e.text, "drain 5");
	assert_int_equal(n.drained, 5);
	assert_true(n.filled <= 5 + 6);
}

static void single_slot_failures_are_reported(void **state)
{
	struct numbers n = numbers(1);
	struct err e = {0};

	(void)state;
	n.last = true;
	n.work_fails = 0;
	assert_int_equal(run(&n, 4, 2, &e), -1);
	assert_string_equal(e.text, "work 0");
	assert_int_equal(n.drained, 0);
}

/* Run in a child, which alone is stopped or limited. return its exit status, -1 if it was killed */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int stopped(void)
{
	struct numbers n = numbers(1000000);
	struct err e = {0};

	if (stop_install(&e) != 0)
		return 1;
	n.stop_at = 100;
	n.slow_work = 98;
	if (run(&n, 4, 2, &e) != -1)
		return 2;
	return strcmp(e.text, "stopped by SIGTERM") == 0 && n.filled <= 101 ? 0 : 3;
}

static void stop_ends_the_stream(void **state)
{
	(void)state;
	assert_int_equal(in_child(stopped), 0);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
/* Sanitizers start threads of their own. */
#define CAN_COUNT_THREADS

/* An account that nobody uses may have no more than n threads. */
static bool limit_threads(rlim_t n)
{
	struct rlimit limit = {.rlim_cur = n, .rlim_max = n};

	return setrlimit(RLIMIT_NPROC, &limit) == 0 && setgid(54321) == 0 && setuid(54321) == 0;
}

static int few_threads(void)
{
	struct numbers n = numbers(300);
	struct err e = {0};

	if (!limit_threads(3)) /* this one, the drainer, one worker */
		return 1;
	if (run(&n, 8, 4, &e) != 0)
		return 2;
	return n.drained == 300 && n.most_working == 1 ? 0 : 3;
}

static int no_threads(void)
{
	struct numbers n = numbers(300);
	struct err e = {0};

	if (!limit_threads(2)) /* no worker */
		return 1;
	return run(&n, 8, 4, &e) == -1 && e.code == EX_OSERR && n.drained == 0 ? 0 : 2;
}

static void refused_threads_are_done_without(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(few_threads), 0);
	assert_int_equal(in_child(no_threads), 0);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(drains_in_order),
	    cmocka_unit_test(workers_work_at_the_same_time),
	    cmocka_unit_test(empty_stream_ends),
	    cmocka_unit_test(single_slot_needs_no_thread),
	    cmocka_unit_test(fill_failure_comes_after_what_was_filled),
	    cmocka_unit_test(first_failed_work_is_reported),
	    cmocka_unit_test(nothing_is_begun_behind_a_failure),
	    cmocka_unit_test(drain_failure_ends_everything),
	    cmocka_unit_test(single_slot_failures_are_reported),
	    cmocka_unit_test(stop_ends_the_stream),
#ifdef CAN_COUNT_THREADS
	    cmocka_unit_test(refused_threads_are_done_without),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
