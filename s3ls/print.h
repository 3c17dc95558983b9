/*
 * print: the entries of a listing on standard output.
 *
 * In the forms that are lines of columns, a key with a control character is left out and counted:
 * a newline in it would forge a line, a tab a column.
 */
#ifndef S3LS_PRINT_H
#define S3LS_PRINT_H

#include "base/err.h"
#include "s3/list.h"

#include <stdint.h>

struct print {
	uint64_t left_out;
	char example[64]; /* the first one of them, percent-encoded, perhaps cut */
};

/* All of these are list_each functions; arg is a struct print. */
int print_object(void *arg, const struct list_entry *entry, struct err *e);
int print_object_json(void *arg, const struct list_entry *entry, struct err *e);
int print_key(void *arg, const struct list_entry *entry, struct err *e);
int print_upload(void *arg, const struct list_entry *entry, struct err *e);
int print_upload_json(void *arg, const struct list_entry *entry, struct err *e);

/* print_end(p, e): return 0, or -1 with *e set to EX_DATAERR where entries were left out */
int print_end(const struct print *p, struct err *e);

#endif
