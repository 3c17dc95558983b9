/*
 * progress: how far the restore is, on stderr, not more often than people can read.
 */
#ifndef PGRESTORESTREAM_PROGRESS_H
#define PGRESTORESTREAM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	bool terminal; /* one line that is written over, instead of new ones */
	uint64_t total; /* bytes of data, estimated; 0 where unknown */
	uint64_t bytes;
	double started; /* seconds, monotonic */
	double shown;
};

/* progress_seconds(): a monotonic clock */
double progress_seconds(void);

void progress_start(struct progress *p, bool on, uint64_t total);

/* progress_add(p, bytes, label): so many more bytes of data are read; label is what they are for,
 * or what is being done */
void progress_add(struct progress *p, uint64_t bytes, const char *label);

/* progress_end(p): leave no line behind on a terminal */
void progress_end(struct progress *p);

#endif
