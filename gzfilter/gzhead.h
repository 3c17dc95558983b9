/*
 * gzhead: the header of any gzip member (RFC 1952, 2.3), taken from the input and thrown away.
 */
#ifndef GZFILTER_GZHEAD_H
#define GZFILTER_GZHEAD_H

#include "base/err.h"
#include "src.h"

enum gzhead {
	GZHEAD_FAILED = -1, /* *e is set: reading failed */
	GZHEAD_OK = 0,
	GZHEAD_TRUNCATED, /* the input ends inside it */
	GZHEAD_METHOD, /* not deflate */
	GZHEAD_FLAGS, /* reserved flag bits are set */
	GZHEAD_CRC, /* its FHCRC does not match */
};

/*
 * gzhead_skip(s, e): take a header whose magic the caller has seen. Extra fields, names and
 * comments of any length are passed over in constant memory; FHCRC is verified where present.
 */
enum gzhead gzhead_skip(struct src *s, struct err *e);

#endif
