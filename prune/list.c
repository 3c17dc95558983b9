#include "list.h"

#include "base/io.h"

#include <stdlib.h>
#include <string.h>

#define READ_BYTES 65536

static int read_all(struct buf *text, int fd, struct err *e)
{
	for (;;) {
		ssize_t n;

		if (buf_reserve(text, READ_BYTES, e) != 0)
			return -1;
		n = io_read_some(fd, text->data + text->len, READ_BYTES, "standard input", e);
		if (n <= 0)
			return (int)n;
		text->len += (size_t)n;
	}
}

/* Cut the first line off *text. */
static struct entry cut(const char **text, size_t *left, char end)
{
	const char *stop = memchr(*text, end, *left);
	struct entry entry = {.line = *text, .len = stop != NULL ? (size_t)(stop - *text) : *left};
	size_t used = stop != NULL ? entry.len + 1 : entry.len;

	*text += used;
	*left -= used;
	return entry;
}

static size_t count_lines(const struct buf *text, char end)
{
	const char *at = text->data;
	size_t left = text->len, n = 0;

	while (left > 0)
		n += cut(&at, &left, end).len > 0;
	return n;
}

int list_read(struct list *l, int fd, char end, struct err *e)
{
	const char *at;
	size_t left;

	if (read_all(&l->text, fd, e) != 0)
		return -1;
	l->entries = calloc(count_lines(&l->text, end) + 1, sizeof(*l->entries));
	if (l->entries == NULL)
		return err_nomem(e);
	at = l->text.data;
	left = l->text.len;
	while (left > 0) {
		struct entry entry = cut(&at, &left, end);

		if (entry.len == 0)
			continue;
		entry.name = name_parse(entry.line, entry.len);
		l->entries[l->n++] = entry;
	}
	return 0;
}

static int flush(struct buf *out, int fd, struct err *e)
{
	int rc = io_write(fd, buf_cstr(out), out->len, "standard output", e);

	buf_clear(out);
	return rc;
}

int list_write_deletions(const struct list *l, int fd, char end, struct err *e)
{
	struct buf out = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const struct entry *entry = &l->entries[i];

		if (entry->keep)
			continue;
		if (buf_add(&out, entry->line, entry->len, e) != 0 ||
		    buf_add(&out, &end, 1, e) != 0)
			rc = -1;
		else if (out.len >= READ_BYTES)
			rc = flush(&out, fd, e);
	}
	if (rc == 0)
		rc = flush(&out, fd, e);
	buf_free(&out);
	return rc;
}

void list_free(struct list *l)
{
	free(l->entries);
	buf_free(&l->text);
	*l = (struct list){0};
}
