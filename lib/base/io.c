#include "base/io.h"

#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* Wait for the descriptor or for a stop. Regular files are always ready. */
static int wait_ready(int fd, short events, struct err *e)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = stop_fd(), .events = POLLIN}};

	for (;;) {
		if (stop_signal() != 0)
			return stop_err(e);
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, EX_OSERR, "cannot wait for input or output");
		}
		if (p[0].revents != 0)
			return 0;
	}
}

ssize_t io_read_some(int fd, void *buf, size_t len, const char *name, struct err *e)
{
	for (;;) {
		ssize_t n;

		if (wait_ready(fd, POLLIN, e) != 0)
			return -1;
		n = read(fd, buf, len);
		if (n >= 0)
			return n;
		if (errno != EINTR && errno != EAGAIN)
			return err_sys(e, EX_IOERR, "cannot read %s", name);
	}
}

ssize_t io_read(int fd, void *buf, size_t len, const char *name, struct err *e)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = io_read_some(fd, (char *)buf + done, len - done, name, e);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int io_write(int fd, const void *buf, size_t len, const char *name, struct err *e)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n;

		if (wait_ready(fd, POLLOUT, e) != 0)
			return -1;
		n = write(fd, (const char *)buf + done, len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EPIPE)
			return err_set(e, EX_IOERR, "cannot write %s: the reader went away", name);
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_sys(e, EX_IOERR, "cannot write %s", name);
	}
	return 0;
}

int io_close(int fd, const char *name, struct err *e)
{
	if (close(fd) != 0 && errno != EINTR)
		return err_sys(e, EX_IOERR, "cannot finish writing %s", name);
	return 0;
}

void io_widen_pipe(int fd)
{
	enum { WIDE = 1 << 20 };
	int now = fcntl(fd, F_GETPIPE_SZ);

	if (now > 0 && now < WIDE)
		fcntl(fd, F_SETPIPE_SZ, WIDE);
}
