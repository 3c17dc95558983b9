#include "format.h"

#include "engine.h"

#include <string.h>

enum {
	AT_FLAGS = 3,
	AT_XFL = 8,
	AT_XLEN = 10,
	AT_ID = 12,
	AT_LEN = 14,
	AT_VERSION = 16,
	AT_KIND = 17,
	AT_RESERVED = 18,
	AT_NUMBER = 20,
	AT_OFFSET = 24,
	AT_CRC = 32,
	AT_SIZE = 36,
	AT_CHECK = 40,
	FLAG_EXTRA = 4,
	OS_UNIX = 3,
	XLEN = FORMAT_HEAD - AT_ID,
	SUBFIELD = FORMAT_HEAD - AT_VERSION,
	VERSION = 1,
};

/* Magic, method, flags, mtime, then XFL which varies */
static const uint8_t start[AT_XFL] = {0x1f, 0x8b, 8, FLAG_EXTRA, 0, 0, 0, 0};
static const uint8_t extra[] = {OS_UNIX, XLEN, 0, 'S', 'f', SUBFIELD, 0, VERSION};

/* What follows the head of an end marker: an empty deflate block, CRC-32 and length of nothing */
static const uint8_t end_rest[FORMAT_END_SIZE - FORMAT_HEAD] = {3, 0};

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void format_write_head(uint8_t *buf, const struct format_head *h)
{
	memset(buf, 0, FORMAT_HEAD);
	memcpy(buf, start, sizeof(start));
	buf[AT_XFL] = h->xfl;
	memcpy(buf + AT_XFL + 1, extra, sizeof(extra));
	buf[AT_KIND] = (uint8_t)h->kind;
	put32(buf + AT_NUMBER, h->number);
	put32(buf + AT_OFFSET, (uint32_t)h->offset);
	put32(buf + AT_OFFSET + 4, (uint32_t)(h->offset >> 32));
	put32(buf + AT_CRC, h->crc);
	put32(buf + AT_SIZE, h->size);
	put32(buf + AT_CHECK, engine_crc(0, buf, AT_CHECK));
}

void format_write_tail(uint8_t *buf, uint32_t crc, uint32_t len)
{
	put32(buf, crc);
	put32(buf + 4, len);
}

void format_read_tail(const uint8_t *buf, uint32_t *crc, uint32_t *len)
{
	*crc = get32(buf);
	*len = get32(buf + 4);
}

void format_write_end(uint8_t *buf, const struct format_head *h)
{
	struct format_head end = *h;

	end.kind = FORMAT_END;
	end.size = FORMAT_END_SIZE;
	format_write_head(buf, &end);
	memcpy(buf + FORMAT_HEAD, end_rest, sizeof(end_rest));
}

int format_is_end(const uint8_t *buf, size_t size)
{
	return size == sizeof(end_rest) && memcmp(buf, end_rest, sizeof(end_rest)) == 0;
}

int format_is_ours(const uint8_t *buf)
{
	return memcmp(buf, start, 2) == 0 && (buf[AT_FLAGS] & FLAG_EXTRA) != 0 &&
	       buf[AT_ID] == 'S' && buf[AT_ID + 1] == 'f' && buf[AT_LEN] == SUBFIELD &&
	       buf[AT_LEN + 1] == 0;
}

const char *format_read_head(const uint8_t *buf, struct format_head *h)
{
	if (get32(buf + AT_CHECK) != engine_crc(0, buf, AT_CHECK))
		return "its header is damaged";
	if (memcmp(buf, start, sizeof(start)) != 0 ||
	    memcmp(buf + AT_XFL + 1, extra, sizeof(extra)) != 0 || buf[AT_RESERVED] != 0 ||
	    buf[AT_RESERVED + 1] != 0)
		return "its header is of a version that is not known here; use a newer gzfilter";
	h->kind = (enum format_kind)buf[AT_KIND];
	h->xfl = buf[AT_XFL];
	h->number = get32(buf + AT_NUMBER);
	h->offset = get32(buf + AT_OFFSET) | (uint64_t)get32(buf + AT_OFFSET + 4) << 32;
	h->crc = get32(buf + AT_CRC);
	h->size = get32(buf + AT_SIZE);
	if (h->kind == FORMAT_END && h->size == FORMAT_END_SIZE)
		return NULL;
	if (h->kind == FORMAT_DATA && h->size > FORMAT_HEAD + FORMAT_TAIL &&
	    h->size <= FORMAT_HEAD + FORMAT_DEFLATE_MAX + FORMAT_TAIL)
		return NULL;
	return "its header gives an impossible size";
}
