#include "gzhead.h"

#include "engine.h"

#include <string.h>

enum {
	FIXED = 10,
	DEFLATE = 8,
	FHCRC = 2,
	FEXTRA = 4,
	FNAME = 8,
	FCOMMENT = 16,
	RESERVED = 0xe0,
};

struct scan {
	struct src *src;
	uint32_t crc; /* of the bytes taken so far */
	struct err *e;
};

/* Take exactly n bytes (at most 4096) into dst. */
static enum gzhead take(struct scan *sc, uint8_t *dst, size_t n)
{
	ssize_t got = src_read(sc->src, dst, n, sc->e);

	if (got < 0)
		return GZHEAD_FAILED;
	sc->crc = engine_crc(sc->crc, dst, (size_t)got);
	return (size_t)got == n ? GZHEAD_OK : GZHEAD_TRUNCATED;
}

/* Take up to max of the bytes that are there: *p, *n */
static enum gzhead some(struct scan *sc, const uint8_t **p, size_t *n)
{
	ssize_t got = src_peek(sc->src, 1, p, sc->e);

	if (got < 0)
		return GZHEAD_FAILED;
	*n = (size_t)got;
	return got > 0 ? GZHEAD_OK : GZHEAD_TRUNCATED;
}

static enum gzhead skip_extra(struct scan *sc)
{
	uint8_t len[2];
	enum gzhead rc = take(sc, len, sizeof(len));
	size_t left = (size_t)len[0] | (size_t)len[1] << 8;

	while (rc == GZHEAD_OK && left > 0) {
		const uint8_t *p;
		size_t n;

		rc = some(sc, &p, &n);
		if (rc != GZHEAD_OK)
			break;
		if (n > left)
			n = left;
		sc->crc = engine_crc(sc->crc, p, n);
		src_skip(sc->src, n);
		left -= n;
	}
	return rc;
}

/* FNAME and FCOMMENT end with a NUL */
static enum gzhead skip_text(struct scan *sc)
{
	for (;;) {
		const uint8_t *p, *nul;
		size_t n;
		enum gzhead rc = some(sc, &p, &n);

		if (rc != GZHEAD_OK)
			return rc;
		nul = memchr(p, 0, n);
		if (nul != NULL)
			n = (size_t)(nul - p) + 1;
		sc->crc = engine_crc(sc->crc, p, n);
		src_skip(sc->src, n);
		if (nul != NULL)
			return GZHEAD_OK;
	}
}

static enum gzhead check_crc(struct scan *sc)
{
	uint32_t want = sc->crc & 0xffff;
	uint8_t got[2];
	enum gzhead rc = take(sc, got, sizeof(got));

	if (rc == GZHEAD_OK && (got[0] | (uint32_t)got[1] << 8) != want)
		return GZHEAD_CRC;
	return rc;
}

enum gzhead gzhead_skip(struct src *s, struct err *e)
{
	struct scan sc = {.src = s, .e = e};
	uint8_t fixed[FIXED];
	enum gzhead rc = take(&sc, fixed, sizeof(fixed));
	unsigned flags = fixed[3];

	if (rc != GZHEAD_OK)
		return rc;
	if (fixed[2] != DEFLATE)
		return GZHEAD_METHOD;
	if ((flags & RESERVED) != 0)
		return GZHEAD_FLAGS;
	if ((flags & FEXTRA) != 0)
		rc = skip_extra(&sc);
	if (rc == GZHEAD_OK && (flags & FNAME) != 0)
		rc = skip_text(&sc);
	if (rc == GZHEAD_OK && (flags & FCOMMENT) != 0)
		rc = skip_text(&sc);
	if (rc == GZHEAD_OK && (flags & FHCRC) != 0)
		rc = check_crc(&sc);
	return rc;
}
