#include "plan.h"

#include "base/buf.h"
#include "base/io.h"
#include "base/prog.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	WIDTH_MAX = 80, /* longer names push their own line's columns to the right */
	EXAMPLES = 10,
};

static const char *const rule_names[RULES] = {"last", "daily", "weekly", "monthly"};

static int add_name(struct buf *out, const struct name *n, struct err *e)
{
	size_t start = out->len;

	if (buf_add(out, n->path, n->path_len, e) != 0)
		return -1;
	for (size_t i = start; i < out->len; i++) {
		unsigned char c = (unsigned char)out->data[i];

		if (c < 0x20 || c == 0x7f)
			out->data[i] = '?';
	}
	return 0;
}

static int add_rules(struct buf *out, const struct policy *p, const struct entry *b, struct err *e)
{
	const char *sep = "";

	for (int rule = 0; rule < RULES; rule++) {
		uint64_t limit = p->limit[rule];

		if (b->rank[rule] == 0)
			continue;
		if (buf_fmt(out, e, "%s%s %" PRIu64 "/%" PRIu64, sep, rule_names[rule],
			b->rank[rule], limit != 0 ? limit : 1) != 0)
			return -1;
		sep = ", ";
	}
	return 0;
}

static int add_reason(struct buf *out, const struct policy *p, const struct entry *b, struct err *e)
{
	if (b->name.kind == NAME_COMPANION)
		return buf_str(out, "not a backup: a latest link or a log", e);
	if (b->name.kind == NAME_UNKNOWN)
		return buf_str(out, "the name is not understood", e);
	if (b->future)
		return buf_str(out, "from the future", e);
	if (!b->keep)
		return buf_str(out, "no rule keeps it", e);
	return add_rules(out, p, b, e);
}

static int add_line(
    struct buf *out, const struct policy *p, const struct entry *b, size_t width, struct err *e)
{
	size_t pad = b->name.path_len < width ? width - b->name.path_len : 0;

	if (add_name(out, &b->name, e) != 0 ||
	    buf_fmt(out, e, "%*s  %-6s  ", (int)pad, "", b->keep ? "keep" : "delete") != 0 ||
	    add_reason(out, p, b, e) != 0)
		return -1;
	return buf_add(out, "\n", 1, e);
}

static size_t column_width(struct entry *const *sorted, size_t n)
{
	size_t width = sizeof("NAME") - 1;

	for (size_t i = 0; i < n; i++)
		if (sorted[i]->name.path_len > width)
			width = sorted[i]->name.path_len;
	return width < WIDTH_MAX ? width : WIDTH_MAX;
}

int plan_write(const struct policy *p, struct entry *const *sorted, size_t n, int fd, struct err *e)
{
	size_t width = column_width(sorted, n);
	struct buf out = {0};
	int rc = buf_fmt(&out, e, "%-*s  ACTION  RULES\n", (int)width, "NAME");

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_line(&out, p, sorted[i], width, e);
	if (rc == 0)
		rc = io_write(fd, out.data, out.len, "standard output", e);
	buf_free(&out);
	return rc;
}

static void report(
    struct entry *const *sorted, size_t n, bool (*concerns)(const struct entry *), const char *why)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct buf name = {0};
		struct err e = {0};

		if (!concerns(sorted[i]) || ++count > EXAMPLES)
			continue;
		if (add_name(&name, &sorted[i]->name, &e) == 0)
			prog_note("keeping '%s': %s", buf_cstr(&name), why);
		buf_free(&name);
	}
	if (count > EXAMPLES)
		prog_note("keeping %zu more: %s", count - EXAMPLES, why);
}

static bool is_unknown(const struct entry *b)
{
	return b->name.kind == NAME_UNKNOWN;
}

static bool is_future(const struct entry *b)
{
	return b->future;
}

void plan_report(struct entry *const *sorted, size_t n)
{
	report(sorted, n, is_unknown,
	    "the name is not DATABASE_YYYYMMDD_HHMMSS.sql[.gz][.gpg] with a real date");
	report(sorted, n, is_future, "it is dated after now; check the clock that named it");
}
