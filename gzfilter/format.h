/*
 * format: the members that gzfilter itself writes (RFC 1952, with a subfield of our own).
 *
 * A stream of ours is a run of independent gzip members, one a block of input, and an end marker:
 *
 *     data 0 | data 1 | ... | data n-1 | end n
 *
 * Each begins with the same 44 bytes; numbers are little-endian:
 *
 *      0  2  magic              1f 8b
 *      2  1  method             8, deflate
 *      3  1  flags              4, FEXTRA alone
 *      4  4  mtime              0
 *      8  1  XFL                4 fast levels, 2 dense levels, 0 between
 *      9  1  OS                 3
 *     10  2  XLEN               32: one subfield
 *     12  2  subfield id        'S' 'f'
 *     14  2  subfield length    28
 *     16  1  version            1
 *     17  1  kind               'd' data, 'e' end of the stream
 *     18  2  reserved           0
 *     20  4  number             members of the stream before this one
 *     24  8  offset             bytes of data in them
 *     32  4  crc                CRC-32 of those bytes
 *     36  4  size               bytes of this member, header and trailer included
 *     40  4  check              CRC-32 of the 40 bytes above
 *
 * then deflate data, and the trailer of RFC 1952: CRC-32 and length of the member's own data.
 * So each member says what must have come before it, and where the next one starts: a member that
 * is missing, doubled, out of order or from another stream does not fit, and a reader can hand
 * members to several threads without inflating any. The end marker holds no data; its number,
 * offset and crc are the totals of the stream. A stream without one was not finished.
 *
 * Every bit outside of the deflate data is covered by a checksum or compared with the only value
 * that it can have, mtime, XFL and OS included. Deflate data has spare bits and several spellings
 * for the same data: there it is the data that is covered.
 */
#ifndef GZFILTER_FORMAT_H
#define GZFILTER_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum {
	FORMAT_HEAD = 44, /* bytes */
	FORMAT_TAIL = 8, /* bytes: CRC-32 and length */
	FORMAT_PROBE = 16, /* bytes that tell our members from others */
	FORMAT_DATA_MAX = 4 << 20, /* bytes of data in one member */
	FORMAT_DEFLATE_MAX = (4 << 20) + 5 * (4 * 16 + 1), /* the same as stored blocks */
	FORMAT_END_SIZE = FORMAT_HEAD + 2 + FORMAT_TAIL,
};

enum format_kind { FORMAT_DATA = 'd', FORMAT_END = 'e' };

struct format_head {
	enum format_kind kind;
	uint8_t xfl;
	uint32_t number;
	uint64_t offset;
	uint32_t crc;
	uint32_t size;
};

/* format_write_head(buf, h): write the FORMAT_HEAD bytes */
void format_write_head(uint8_t *buf, const struct format_head *h);

/* format_write_tail(buf, crc, len): write the FORMAT_TAIL bytes */
void format_write_tail(uint8_t *buf, uint32_t crc, uint32_t len);
void format_read_tail(const uint8_t *buf, uint32_t *crc, uint32_t *len);

/* format_write_end(buf, h): write a whole end marker, FORMAT_END_SIZE bytes, from h's number,
 * offset and crc */
void format_write_end(uint8_t *buf, const struct format_head *h);

/* format_is_end(buf, size): do the size bytes after a FORMAT_END head complete an end marker? */
int format_is_end(const uint8_t *buf, size_t size);

/* format_is_ours(buf): do these FORMAT_PROBE bytes begin a member of ours? */
int format_is_ours(const uint8_t *buf);

/*
 * format_read_head(buf, h): take the FORMAT_HEAD bytes apart, after format_is_ours().
 * return  NULL, or what is wrong with them. A head that is returned as good has a size that fits
 *         its kind and lies within the limits above.
 */
const char *format_read_head(const uint8_t *buf, struct format_head *h);

#endif
