/*
 * list: the names as they come in, and what goes out.
 */
#ifndef PRUNE_LIST_H
#define PRUNE_LIST_H

#include "base/buf.h"
#include "base/err.h"
#include "policy.h"

#include <stddef.h>

struct list {
	struct buf text; /* the whole input */
	struct entry *entries; /* in the order of the input */
	size_t n;
};

/*
 * list_read(l, fd, end, e): read names until end of file, each terminated by the byte `end`; the
 * last one may lack it. Empty ones are left out. Blocks.
 * out     *l, to be zeros before; memory for the input and about 130 bytes a name; list_free() it
 * return  0, or -1 with *e set
 */
int list_read(struct list *l, int fd, char end, struct err *e);

/* list_write_deletions(l, fd, end, e): write every entry that is not kept, as it was read and in
 * the order of the input, each followed by `end`. return 0, or -1 with *e set */
int list_write_deletions(const struct list *l, int fd, char end, struct err *e);

/* list_free(l): give the memory back and leave zeros; safe on zeros */
void list_free(struct list *l);

#endif
