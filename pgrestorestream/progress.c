#include "progress.h"

#include "base/prog.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define TERMINAL_EVERY 0.2 /* seconds between two updates */
#define LINE_EVERY 10.0
#define LABEL_MAX 50 /* bytes: the line is to fit a terminal */
#define MIB (1024.0 * 1024.0)

double progress_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_start(struct progress *p, bool on, uint64_t total)
{
	*p = (struct progress){.on = on, .terminal = isatty(STDERR_FILENO) == 1, .total = total};
	p->started = p->shown = progress_seconds();
}

static void clean(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

static void show(struct progress *p, double now, const char *label)
{
	double rate = (double)p->bytes / MIB / (now - p->started + 1e-9);
	char done[64] = "";
	char what[LABEL_MAX];

	/* The estimate is of the tables' size on disk: nothing to promise 100 % by. */
	if (p->total > 0 && p->bytes < p->total)
		snprintf(done, sizeof(done), " of about %.0f MiB", (double)p->total / MIB);
	snprintf(what, sizeof(what), "%s", label);
	clean(what);
	fprintf(stderr, "%s: %.1f MiB%s, %.1f MiB/s, %.0f s: %s%s", prog_name(),
	    (double)p->bytes / MIB, done, rate, now - p->started, what,
	    p->terminal ? "\033[K\r" : "\n");
}

void progress_add(struct progress *p, uint64_t bytes, const char *label)
{
	double now;

	p->bytes += bytes;
	if (!p->on)
		return;
	now = progress_seconds();
	if (now - p->shown < (p->terminal ? TERMINAL_EVERY : LINE_EVERY))
		return;
	p->shown = now;
	show(p, now, label);
}

void progress_end(struct progress *p)
{
	if (p->on && p->terminal)
		fprintf(stderr, "\033[K");
	p->on = false;
}
