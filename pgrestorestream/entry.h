/*
 * entry: the TOC entry that statements belong to, by the comments that pg_restore --verbose writes
 * above them:
 *
 *     -- TOC entry 3314 (class 1259 OID 16529)
 *     -- Dependencies: 217
 *     -- Name: i1; Type: INDEX; Schema: public; Owner: app
 *
 * The names there have their newlines replaced, and may hold "; Type: " themselves: they are for
 * messages only.
 */
#ifndef PGRESTORESTREAM_ENTRY_H
#define PGRESTORESTREAM_ENTRY_H

#include "base/err.h"

#include <stddef.h>

#define ENTRY_NAME_MAX 256

struct entry {
	unsigned id; /* 0 where no TOC comment stands */
	unsigned class_oid;
	unsigned oid;
	unsigned *deps; /* ids of entries that must be there before this one; owned */
	size_t ndeps;
	char type[64]; /* "" where unknown */
	char label[2 * ENTRY_NAME_MAX]; /* for people: "INDEX public.i1" */
};

/* entry_comment(en, text, len, e): take one comment line into account. return 0, or -1 with *e set
 * (EX_OSERR) */
int entry_comment(struct entry *en, const char *text, size_t len, struct err *e);

void entry_free(struct entry *en);

#endif
