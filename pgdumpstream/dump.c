#include "dump.h"

#include "archive.h"
#include "blobs.h"
#include "dumpstream/mark.h"
#include "header.h"
#include "out.h"
#include "readers.h"
#include "script.h"

struct dump {
	const struct dump_options *o;
	struct session session;
	struct tool tool;
	struct archive archive;
	struct tables tables;
	struct script script;
	struct out out;
	struct blob_totals blobs;
	json_t *header;
};

/*
 * pg_dump still holds its locks here: taking ours before it lets go leaves no gap. Where somebody
 * waits for an exclusive lock we would wait behind them, and they wait for pg_dump: then it has to
 * let go first, and tables_read() finds out whether a table was changed in the gap.
 */
static int lock_tables(struct dump *d, struct err *e)
{
	struct err busy = {0};
	int ret = tables_lock(&d->session, &d->archive.toc, true, &busy);

	archive_release_locks(&d->archive);
	if (ret == 0)
		return 0;
	if (busy.code != EX_TEMPFAIL)
		return err_set(e, busy.code, "%s", busy.text);
	return tables_lock(&d->session, &d->archive.toc, false, e);
}

static int prepare(struct dump *d, struct err *e)
{
	if (session_open(&d->session, d->o, e) != 0 ||
	    tool_find(&d->tool, d->o->pg_dump, d->session.server_version_num, e) != 0 ||
	    archive_open(&d->archive, &d->tool, d->o, &d->session, e) != 0 ||
	    lock_tables(d, e) != 0)
		return -1;
	d->header = header_read(&d->session, d->o, &d->archive, e);
	if (d->header == NULL || session_stream_encoding(&d->session, e) != 0 ||
	    tables_read(&d->tables, &d->session, &d->archive.toc, e) != 0)
		return -1;
	return script_open(&d->script, &d->archive, d->o, e);
}

static int write_header(struct dump *d, struct err *e)
{
	if (json_object_set_new(d->header, "tables", json_integer((json_int_t)d->tables.count)) !=
		0 ||
	    json_object_set_new(
		d->header, "estimated_bytes", json_integer((json_int_t)d->tables.bytes)) != 0)
		return err_nomem(e);
	return mark_add(&d->out.buf, "header", json_incref(d->header), e);
}

static int write_data(struct dump *d, struct err *e)
{
	/* The script's last statement ends without a newline; the white space after it comes later.
	 */
	if (buf_str(&d->out.buf, "\n\n", e) != 0 || out_flush(&d->out, e) != 0)
		return -1;
	if (d->tables.count > 0 &&
	    readers_run(&d->session, d->o->jobs, &d->tables, d->out.fd, d->out.name, e) != 0)
		return -1;
	if (d->archive.toc.has_blobs && blobs_write(&d->session, &d->out, &d->blobs, e) != 0)
		return -1;
	return 0;
}

static int write_trailer(struct dump *d, struct err *e)
{
	uint64_t rows = 0;
	uint64_t bytes = 0;

	for (size_t i = 0; i < d->tables.count; i++) {
		const struct table *t = &d->tables.items[i];

		rows += t->rows;
		bytes += t->written;
		if (mark_add(&d->out.buf, "rows",
			json_pack("{s:O, s:O, s:I, s:I}", "schema", t->schema, "table", t->name,
			    "rows", (json_int_t)t->rows, "bytes", (json_int_t)t->written),
			e) != 0 ||
		    out_more(&d->out, e) != 0)
			return -1;
	}
	if (mark_add(&d->out.buf, "blobs",
		json_pack("{s:I, s:I}", "count", (json_int_t)d->blobs.count, "bytes",
		    (json_int_t)d->blobs.bytes),
		e) != 0)
		return -1;
	return mark_add(&d->out.buf, "end",
	    json_pack("{s:i, s:I, s:I, s:I}", "format", MARK_FORMAT, "tables",
		(json_int_t)d->tables.count, "rows", (json_int_t)rows, "bytes", (json_int_t)bytes),
	    e);
}

int dump_run(const struct dump_options *o, int fd, const char *name, struct err *e)
{
	struct dump d = {.o = o, .out = {.fd = fd, .name = name}};
	int ret = -1;

	d.archive = (struct archive){.fd = -1, .pg_dump = HELPER_NONE};
	d.script.pg_restore = (struct helper)HELPER_NONE;
	if (prepare(&d, e) == 0 && write_header(&d, e) == 0 &&
	    script_before_data(&d.script, d.archive.toc.boundary, &d.out, e) == 0 &&
	    write_data(&d, e) == 0 && script_after_data(&d.script, &d.out, e) == 0 &&
	    write_trailer(&d, e) == 0 && out_flush(&d.out, e) == 0)
		ret = 0;
	script_close(&d.script);
	tables_free(&d.tables);
	archive_close(&d.archive);
	session_close(&d.session);
	json_decref(d.header);
	buf_free(&d.out.buf);
	return ret;
}
