/*
 * engine: the DEFLATE implementations behind one face.
 *
 * zlib is always there; ISA-L and libdeflate where they were found when this was built. A block is
 * up to FORMAT_DATA_MAX bytes in memory, deflated or inflated in one call, raw (RFC 1951). A stream
 * is the rest of a member of any size behind its gzip header, inflated piece by piece.
 *
 * Engine states are used by one thread at a time; crc() by any.
 */
#ifndef GZFILTER_ENGINE_H
#define GZFILTER_ENGINE_H

#include <stddef.h>
#include <stdint.h>

enum engine_step {
	ENGINE_MORE, /* all input used, or no room for more output */
	ENGINE_DONE, /* the member ended, CRC-32 and length agree */
	ENGINE_BAD_DATA, /* not a deflate stream */
	ENGINE_BAD_TAIL, /* CRC-32 or length differ */
	ENGINE_NO_MEMORY,
};

struct engine_io {
	const uint8_t *in; /* both pointers move, both counts shrink */
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

struct engine {
	const char *name;

	/* crc(crc, p, n): CRC-32 of RFC 1952, continued from crc; 0 to begin */
	uint32_t (*crc)(uint32_t crc, const uint8_t *p, size_t n);

	/* A state to deflate with at the engine's own level; NULL: no memory. free(NULL) is safe.
	 */
	void *(*deflate_new)(int level);
	void (*deflate_free)(void *state);

	/* return bytes written to out; 0 when cap bytes are too few */
	size_t (*deflate)(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t cap);

	/* A state to inflate blocks with; NULL: no memory */
	void *(*inflate_new)(void);
	void (*inflate_free)(void *state);

	/* return 0 when in[0..n) is one whole deflate stream of exactly len bytes of data, else -1
	 */
	int (*inflate)(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t len);

	/* A state to inflate streams with; NULL: no memory. start() before each member. All four
	 * are NULL in an engine that has no streams. */
	void *(*stream_new)(void);
	void (*stream_free)(void *state);
	void (*stream_start)(void *state);
	enum engine_step (*stream_step)(void *state, struct engine_io *io);
};

/* NULL where not built in */
extern const struct engine *const engine_isal;
extern const struct engine *const engine_libdeflate;
extern const struct engine *const engine_zlib;

/* The fastest one built in, for each task */
const struct engine *engine_for_inflate(void);
const struct engine *engine_for_stream(void);
uint32_t engine_crc(uint32_t crc, const uint8_t *p, size_t n);

/* engine_crc_join(a, b, len_b): the CRC-32 of A followed by B, from those of A and B */
uint32_t engine_crc_join(uint32_t a, uint32_t b, size_t len_b);

/*
 * engine_stored(in, n, out): n bytes as stored blocks (RFC 1951, 3.2.4), for data that does not
 * compress. out has room for engine_stored_size(n) bytes, which is also what is written.
 */
void engine_stored(const uint8_t *in, size_t n, uint8_t *out);
size_t engine_stored_size(size_t n);

#endif
