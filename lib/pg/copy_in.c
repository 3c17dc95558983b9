#include "base/stop.h"
#include "pg/pg.h"

#include <errno.h>
#include <poll.h>

#define SLICE ((size_t)64 * 1024) /* what libpq is given at once, and so the size of its buffer */

/* Until libpq has room again. Reading as well keeps a server that sends notices from blocking. */
static int wait_writable(PGconn *c, struct err *e)
{
	struct pollfd p[2] = {
	    {.fd = PQsocket(c), .events = POLLIN | POLLOUT}, {.fd = stop_fd(), .events = POLLIN}};

	for (;;) {
		if (stop_signal() != 0) {
			pg_cancel(c);
			return stop_err(e);
		}
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return err_sys(e, EX_OSERR, "cannot wait for the server");
		if ((p[0].revents & POLLIN) != 0 && PQconsumeInput(c) != 1)
			return pg_error(c, NULL, e, "the connection to the server was lost");
		if (p[0].revents != 0)
			return 0;
	}
}

static int flush(PGconn *c, struct err *e)
{
	int r;

	while ((r = PQflush(c)) > 0) {
		if (wait_writable(c, e) != 0)
			return -1;
	}
	return r == 0 ? 0 : pg_error(c, NULL, e, "the connection to the server was lost");
}

int pg_copy_put(PGconn *c, const char *data, size_t len, struct err *e)
{
	if (PQsetnonblocking(c, 1) != 0)
		return pg_error(c, NULL, e, "the connection to the server was lost");
	while (len > 0) {
		size_t n = len < SLICE ? len : SLICE;

		if (PQputCopyData(c, data, (int)n) != 1)
			return pg_error(c, NULL, e, "the connection to the server was lost");
		if (flush(c, e) != 0)
			return -1;
		data += n;
		len -= n;
	}
	return 0;
}

int pg_copy_put_end(PGconn *c, const char *why, struct err *e)
{
	if (PQputCopyEnd(c, why) != 1 || flush(c, e) != 0 || PQsetnonblocking(c, 0) != 0)
		return pg_error(c, NULL, e, "the connection to the server was lost");
	return 0;
}
