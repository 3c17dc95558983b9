#include "members.h"

#include "gzhead.h"

#include <inttypes.h>
#include <string.h>

#define NOT_A_BACKUP "the writer died or the copy is short: this is not a complete backup"

enum { FOREIGN_PIECE = 512 << 10 };

enum found {
	FOUND_FAULT, /* *e is set */
	FOUND_END, /* of a complete input */
	FOUND_PIECE, /* of work, and filled it */
	FOUND_NOTHING, /* to work on, but got further */
};

static const uint8_t magic[] = {0x1f, 0x8b};

int members_init(struct members *m, int fd, struct err *e)
{
	*m = (struct members){.engine = engine_for_stream()};
	return src_init(&m->src, fd, "standard input", e);
}

void members_free(struct members *m)
{
	if (m->stream != NULL)
		m->engine->stream_free(m->stream);
	src_free(&m->src);
}

int members_damaged(uint64_t member, uint64_t at, const char *why, struct err *e)
{
	return err_set(e, EX_DATAERR,
	    "standard input is damaged: member %" PRIu64 " at byte %" PRIu64 ": %s", member, at,
	    why);
}

static enum found damaged(const struct members *m, const char *why, struct err *e)
{
	members_damaged(m->member, m->at, why, e);
	return FOUND_FAULT;
}

static enum found truncated(const struct members *m, struct err *e)
{
	err_set(e, EX_DATAERR,
	    "standard input is truncated: it ends after %" PRIu64 " bytes, inside member %" PRIu64
	    "; " NOT_A_BACKUP,
	    m->src.offset, m->member);
	return FOUND_FAULT;
}

static enum found incomplete(const struct members *m, const char *what, struct err *e)
{
	err_set(e, EX_DATAERR,
	    "standard input is incomplete: %s at byte %" PRIu64
	    " where gzfilter's stream should go on; " NOT_A_BACKUP,
	    what, m->src.offset);
	return FOUND_FAULT;
}

/* Zeros up to the end of the input are padding, as on tapes; anything else is junk. */
static enum found skip_padding(struct members *m, struct err *e)
{
	for (;;) {
		const uint8_t *p;
		ssize_t n = src_peek(&m->src, 1, &p, e);
		size_t zeros = 0;

		if (n < 0)
			return FOUND_FAULT;
		if (n == 0)
			return FOUND_END;
		while (zeros < (size_t)n && p[zeros] == 0)
			zeros++;
		src_skip(&m->src, zeros);
		if (zeros < (size_t)n)
			break;
	}
	err_set(e, EX_DATAERR, "standard input has junk after its end, at byte %" PRIu64,
	    m->src.offset);
	return FOUND_FAULT;
}

/* The next bytes, n of them, are not the beginning of a member. */
static enum found no_member(struct members *m, size_t n, struct err *e)
{
	if (n == 0 && m->member > 0 && !m->open)
		return FOUND_END;
	if (n == 0 && m->open)
		return incomplete(m, "it ends", e);
	if (n == 0)
		err_set(e, EX_DATAERR,
		    "standard input is empty, not a gzip stream; the program before may have "
		    "failed");
	else if (m->member == 0)
		err_set(e, EX_DATAERR, "standard input is not in gzip format");
	else if (m->open)
		return incomplete(m, "there is junk", e);
	else
		return skip_padding(m, e);
	return FOUND_FAULT;
}

/* Does this head of ours continue what came before? */
static const char *misplaced(const struct members *m, const struct format_head *h)
{
	static const struct format_head none;
	const struct format_head *want = m->open ? &m->before : &none;

	if (h->number == want->number && h->offset == want->offset && h->crc == want->crc)
		return NULL;
	if (m->open && h->number == 0)
		return "a new stream begins before the end of the one before; " NOT_A_BACKUP;
	return "members before it are missing, doubled or out of order";
}

/* Our end marker: its rest can only be the one thing. */
static enum found own_end(struct members *m, struct err *e)
{
	uint8_t rest[FORMAT_END_SIZE - FORMAT_HEAD];
	ssize_t n = src_read(&m->src, rest, sizeof(rest), e);

	if (n < 0)
		return FOUND_FAULT;
	if ((size_t)n < sizeof(rest))
		return truncated(m, e);
	if (!format_is_end(rest, sizeof(rest)))
		return damaged(m, "the end marker is corrupt", e);
	m->open = false;
	return FOUND_NOTHING;
}

static enum found own_data(
    struct members *m, const struct format_head *h, struct piece *p, struct err *e)
{
	size_t len = h->size - FORMAT_HEAD;
	ssize_t n;

	p->packed = true;
	p->member = m->member;
	p->at = m->at;
	buf_clear(&p->in);
	if (buf_reserve(&p->in, len, e) != 0)
		return FOUND_FAULT;
	n = src_read(&m->src, (uint8_t *)p->in.data, len, e);
	if (n < 0)
		return FOUND_FAULT;
	if ((size_t)n < len)
		return truncated(m, e);
	p->in.len = len - FORMAT_TAIL;
	format_read_tail((uint8_t *)p->in.data + p->in.len, &p->data_crc, &p->data_len);
	if (p->data_len > FORMAT_DATA_MAX)
		return damaged(m, "its trailer gives an impossible length", e);
	m->open = true;
	m->before.number = h->number + 1;
	m->before.offset = h->offset + p->data_len;
	m->before.crc = engine_crc_join(h->crc, p->data_crc, p->data_len);
	return FOUND_PIECE;
}

static enum found own_member(struct members *m, struct piece *p, struct err *e)
{
	struct format_head h;
	const uint8_t *bytes;
	const char *why;
	ssize_t n = src_peek(&m->src, FORMAT_HEAD, &bytes, e);

	if (n < 0)
		return FOUND_FAULT;
	if (n < FORMAT_HEAD) {
		src_skip(&m->src, (size_t)n);
		return truncated(m, e);
	}
	why = format_read_head(bytes, &h);
	if (why == NULL)
		why = misplaced(m, &h);
	if (why != NULL)
		return damaged(m, why, e);
	src_skip(&m->src, FORMAT_HEAD);
	return h.kind == FORMAT_END ? own_end(m, e) : own_data(m, &h, p, e);
}

static enum found foreign_begin(struct members *m, struct err *e)
{
	if (m->open)
		return incomplete(m, "there is a member of another program", e);
	if (m->stream == NULL && (m->stream = m->engine->stream_new()) == NULL) {
		err_nomem(e);
		return FOUND_FAULT;
	}
	switch (gzhead_skip(&m->src, e)) {
	case GZHEAD_FAILED:
		return FOUND_FAULT;
	case GZHEAD_TRUNCATED:
		return truncated(m, e);
	case GZHEAD_METHOD:
		return damaged(m, "its compression method is not deflate", e);
	case GZHEAD_FLAGS:
		return damaged(m, "its header has unknown flags", e);
	case GZHEAD_CRC:
		return damaged(m, "header CRC mismatch", e);
	case GZHEAD_OK:
		break;
	}
	m->engine->stream_start(m->stream);
	m->in_foreign = true;
	return FOUND_NOTHING;
}

static enum found foreign_failed(struct members *m, enum engine_step step, struct err *e)
{
	if (step == ENGINE_BAD_DATA)
		return damaged(m, "its deflate data is corrupt", e);
	if (step == ENGINE_BAD_TAIL)
		return damaged(m, "CRC-32 or length mismatch", e);
	err_nomem(e);
	return FOUND_FAULT;
}

/* Inflate until the piece is full or the member ends. */
static enum found foreign_piece(struct members *m, struct piece *p, struct err *e)
{
	enum engine_step step = ENGINE_MORE;

	p->packed = false;
	buf_clear(&p->out);
	if (buf_reserve(&p->out, FOREIGN_PIECE, e) != 0)
		return FOUND_FAULT;
	while (p->out.len < FOREIGN_PIECE && step == ENGINE_MORE) {
		struct engine_io io = {.out = (uint8_t *)p->out.data + p->out.len,
		    .out_len = FOREIGN_PIECE - p->out.len};
		size_t room = io.out_len;
		ssize_t n = src_peek(&m->src, 1, &io.in, e);

		if (n < 0)
			return FOUND_FAULT;
		if (n == 0)
			return truncated(m, e);
		io.in_len = (size_t)n;
		step = m->engine->stream_step(m->stream, &io);
		src_skip(&m->src, (size_t)n - io.in_len);
		p->out.len += room - io.out_len;
	}
	if (step != ENGINE_MORE && step != ENGINE_DONE)
		return foreign_failed(m, step, e);
	m->in_foreign = step == ENGINE_MORE;
	return FOUND_PIECE;
}

static enum found begin_member(struct members *m, struct piece *p, struct err *e)
{
	const uint8_t *bytes;
	ssize_t n = src_peek(&m->src, FORMAT_PROBE, &bytes, e);

	if (n < 0)
		return FOUND_FAULT;
	if (n == 0 || memcmp(bytes, magic, n < 2 ? 1 : 2) != 0)
		return no_member(m, (size_t)n, e);
	m->member++;
	m->at = m->src.offset;
	if (n >= FORMAT_PROBE && format_is_ours(bytes))
		return own_member(m, p, e);
	return foreign_begin(m, e);
}

enum ring_fill members_next(struct members *m, struct piece *p, struct err *e)
{
	enum found found;

	do
		found = m->in_foreign ? foreign_piece(m, p, e) : begin_member(m, p, e);
	while (found == FOUND_NOTHING);
	if (found == FOUND_FAULT)
		return RING_FAILED;
	return found == FOUND_PIECE ? RING_MORE : RING_END;
}
