#include "out.h"

#include "base/io.h"

#define OUT_MUCH (64u << 10)

int out_flush(struct out *o, struct err *e)
{
	if (io_write(o->fd, o->buf.data, o->buf.len, o->name, e) != 0)
		return -1;
	buf_clear(&o->buf);
	return 0;
}

int out_more(struct out *o, struct err *e)
{
	return o->buf.len >= OUT_MUCH ? out_flush(o, e) : 0;
}
