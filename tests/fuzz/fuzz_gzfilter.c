/*
 * fuzz_gzfilter: any bytes. What gzfilter -d accepts must be what zlib makes of it, and what zlib
 * accepts must be accepted, unless it holds a stream of ours: those have rules of their own.
 * ISA-L takes some incomplete code tables that zlib refuses, with the CRC-32 right: let it.
 */
#include "unpack.h"

#include "base/buf.h"
#include "engine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 20 }; /* bytes of output that are compared */

static void must(int what)
{
	if (!what)
		abort();
}

static int file_of(const void *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static bool only_zeros(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

/* return whether all of it is members, as zlib sees them, and padding; *out is their data */
static bool reference(const uint8_t *data, size_t size, struct buf *out)
{
	struct err e = {0};
	z_stream z = {0};
	bool good = size > 0;

	must(inflateInit2(&z, 15 + 16) == Z_OK);
	must(buf_reserve(out, LIMIT, &e) == 0);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)size;
	while (good && z.avail_in > 0) {
		if (z.avail_in < size && only_zeros(z.next_in, z.avail_in))
			break;
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = (uInt)(LIMIT - out->len);
		good = inflate(&z, Z_FINISH) == Z_STREAM_END && inflateReset(&z) == Z_OK;
		out->len = LIMIT - z.avail_out;
	}
	inflateEnd(&z);
	return good;
}

static bool may_be_ours(const uint8_t *data, size_t size)
{
	return memmem(data, size, "Sf", 2) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in_fd = file_of(data, size);
	int out_fd = file_of("", 0);
	struct buf want = {0};
	struct err e = {0};
	bool accepted = unpack_run(in_fd, out_fd, 2, &e) == 0;
	bool good = reference(data, size, &want);
	off_t len = lseek(out_fd, 0, SEEK_END);

	must(accepted == (e.code == 0));
	must(good || !accepted || len >= LIMIT || engine_isal != NULL);
	if (accepted && good && len < LIMIT) {
		struct buf got = {0};

		must((size_t)len == want.len);
		must(buf_reserve(&got, want.len + 1, &e) == 0);
		must(pread(out_fd, got.data, want.len, 0) == len);
		must(memcmp(got.data, want.data, want.len) == 0);
		buf_free(&got);
	}
	must(accepted || !good || may_be_ours(data, size));
	buf_free(&want);
	close(in_fd);
	close(out_fd);
	return 0;
}
