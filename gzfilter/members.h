/*
 * members: cut compressed input into pieces of work, and see that nothing is missing.
 *
 * A piece is one member of ours, still packed, or some data of somebody else's member, inflated
 * already. Everything that can be known without inflating is verified here: headers, the order and
 * the completeness of our streams, and what stands after the last member.
 */
#ifndef GZFILTER_MEMBERS_H
#define GZFILTER_MEMBERS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/ring.h"
#include "engine.h"
#include "format.h"
#include "src.h"

#include <stdbool.h>

struct piece {
	bool packed; /* data is still to be inflated from in to out */
	struct buf in; /* packed: the member's deflate data */
	struct buf out; /* data */
	uint32_t data_len; /* packed: bytes of data, at most FORMAT_DATA_MAX */
	uint32_t data_crc; /* packed: its CRC-32 */
	uint64_t member; /* number in the input, from 1 */
	uint64_t at; /* offset of the member in the input */
};

struct members {
	struct src src;
	const struct engine *engine; /* for members of others */
	void *stream; /* its state, owned, made when needed */
	bool in_foreign; /* such a member is being inflated */
	bool open; /* a stream of ours has begun and not ended */
	struct format_head before; /* while open: what came before the next member of it */
	uint64_t member; /* members begun so far */
	uint64_t at; /* offset of the last of them */
};

/* members_init(m, fd, e): return 0, or -1 with *e set; members_free() is right after either */
int members_init(struct members *m, int fd, struct err *e);
void members_free(struct members *m);

/*
 * members_next(m, p, e): the next piece of the input. p's buffers are used again.
 * return  RING_MORE; RING_END at the end of a complete input; RING_FAILED with *e set, EX_DATAERR
 *         where the input is at fault
 */
enum ring_fill members_next(struct members *m, struct piece *p, struct err *e);

/* members_damaged(member, at, why, e): record damage found inside a member. return -1 */
int members_damaged(uint64_t member, uint64_t at, const char *why, struct err *e);

#endif
