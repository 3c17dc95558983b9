#include "scratch.h"

#include "base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME "a temporary file in TMPDIR"
#define READ_SIZE 65536

int scratch_open(struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char name[4096];
	int fd;

	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	snprintf(name, sizeof(name), "%s/pgdumpstream.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, EX_CANTCREAT,
		    "cannot make a temporary file in %s; set TMPDIR to a directory that can be "
		    "written",
		    dir);
	unlink(name);
	return fd;
}

int scratch_write(int fd, const void *data, size_t len, struct err *e)
{
	return io_write(fd, data, len, NAME, e);
}

int scratch_read(int fd, struct buf *b, struct err *e)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, EX_IOERR, "cannot read " NAME);
	do {
		if (buf_reserve(b, READ_SIZE, e) != 0)
			return -1;
		n = io_read(fd, b->data + b->len, READ_SIZE, NAME, e);
		if (n < 0)
			return -1;
		b->len += (size_t)n;
		b->data[b->len] = '\0';
	} while (n > 0);
	return 0;
}
