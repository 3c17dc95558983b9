#include "blobs.h"

#include "dumpstream/mark.h"

#include <stdlib.h>
#include <string.h>

/*
 * Most large objects are small: a FETCH brings the first piece of many of them in one round trip.
 * Sizes are bytes of content; the hex text of a piece takes twice that.
 */
#define FIRST_PIECE 16384
#define FETCH_COUNT 200
#define NEXT_PIECE (1 << 20)
#define WRITE_PIECE \
	16384 /* of one lowrite(), as pg_dump does: any client can take such a statement */

/* hex is what a bytea looks like in text: \x and two digits for each byte. */
static int write_pieces(struct out *o, const char *hex, size_t bytes, struct err *e)
{
	for (size_t done = 0; done < bytes; done += WRITE_PIECE) {
		size_t n = bytes - done < WRITE_PIECE ? bytes - done : WRITE_PIECE;

		if (buf_str(&o->buf, "SELECT pg_catalog.lowrite(0, '\\x", e) != 0 ||
		    buf_add(&o->buf, hex + 2 + 2 * done, 2 * n, e) != 0 ||
		    buf_str(&o->buf, "');\n", e) != 0 || out_more(o, e) != 0)
			return -1;
	}
	return 0;
}

/* The part of a large object beyond its first piece. */
static int write_rest(
    struct session *s, struct out *o, const char *oid, uint64_t size, struct err *e)
{
	char sql[128];

	for (uint64_t at = FIRST_PIECE; at < size; at += NEXT_PIECE) {
		uint64_t n = size - at < NEXT_PIECE ? size - at : NEXT_PIECE;
		PGresult *r;
		int ret;

		snprintf(sql, sizeof(sql), "SELECT pg_catalog.lo_get(%s, %llu, %llu)", oid,
		    (unsigned long long)at, (unsigned long long)n);
		r = pg_query(s->leader, sql, e);
		if (r == NULL)
			return -1;
		ret = write_pieces(o, PQgetvalue(r, 0, 0), (size_t)n, e);
		PQclear(r);
		if (ret != 0)
			return -1;
	}
	return 0;
}

/* The size of a large object whose first piece may not be all of it. */
static int size_of(struct session *s, const char *oid, size_t first, uint64_t *size, struct err *e)
{
	char sql[256];
	PGresult *r;

	*size = first;
	if (first < FIRST_PIECE)
		return 0;
	/* Opened for reading (INV_READ 0x40000), it is seen as of the snapshot; 2 is SEEK_END. */
	snprintf(sql, sizeof(sql),
	    "SELECT pg_catalog.lo_lseek64(fd, 0, 2), pg_catalog.lo_close(fd)"
	    " FROM (SELECT pg_catalog.lo_open(%s, 262144) AS fd OFFSET 0) AS opened",
	    oid);
	r = pg_query(s->leader, sql, e);
	if (r == NULL)
		return -1;
	*size = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return 0;
}

static int write_blob(struct session *s, struct out *o, const PGresult *r, int row,
    struct blob_totals *totals, struct err *e)
{
	const char *oid = PQgetvalue(r, row, 0);
	size_t first = ((size_t)PQgetlength(r, row, 1) - 2) / 2;
	uint64_t size;

	if (size_of(s, oid, first, &size, e) != 0 ||
	    mark_add(&o->buf, "blob",
		json_pack("{s:I, s:I}", "oid", (json_int_t)strtoul(oid, NULL, 10), "bytes",
		    (json_int_t)size),
		e) != 0 ||
	    buf_fmt(&o->buf, e, "BEGIN;\nSELECT pg_catalog.lo_open('%s', 131072);\n", oid) != 0 ||
	    write_pieces(o, PQgetvalue(r, row, 1), first, e) != 0 ||
	    write_rest(s, o, oid, size, e) != 0 ||
	    buf_str(&o->buf, "SELECT pg_catalog.lo_close(0);\nCOMMIT;\n\n", e) != 0 ||
	    out_more(o, e) != 0)
		return -1;
	totals->count++;
	totals->bytes += size;
	return 0;
}

int blobs_write(struct session *s, struct out *o, struct blob_totals *totals, struct err *e)
{
	char fetch[64];
	int n;

	*totals = (struct blob_totals){0};
	snprintf(fetch, sizeof(fetch), "FETCH %d FROM blobs", FETCH_COUNT);
	if (pg_exec(s->leader, e,
		"DECLARE blobs CURSOR FOR SELECT oid, pg_catalog.lo_get(oid, 0, %d)"
		" FROM pg_catalog.pg_largeobject_metadata ORDER BY oid",
		FIRST_PIECE) != 0)
		return -1;
	do {
		PGresult *r = pg_query(s->leader, fetch, e);

		if (r == NULL)
			return -1;
		n = PQntuples(r);
		for (int i = 0; i < n && e->code == 0; i++)
			write_blob(s, o, r, i, totals, e);
		PQclear(r);
	} while (n > 0 && e->code == 0);
	return e->code != 0 ? -1 : pg_exec(s->leader, e, "CLOSE blobs");
}
