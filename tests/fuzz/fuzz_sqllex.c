/*
 * fuzz_sqllex: any bytes, in reads of any size. The tokens must be the input again, byte for byte,
 * and each read size must give the same tokens.
 */
#include "base/buf.h"
#include "dumpstream/sqllex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int what)
{
	if (!what)
		abort();
}

/* The end-of-data line, in either spelling, stands at p. return its length */
static size_t end_of_data(const uint8_t *p, size_t left)
{
	must(left >= 3 && memcmp(p, "\\.", 2) == 0);
	if (p[2] == '\n')
		return 3;
	must(left >= 4 && p[2] == '\r' && p[3] == '\n');
	return 4;
}

static void take_copy(
    struct sqllex *lx, const uint8_t *data, size_t size, size_t *pos, struct err *e)
{
	const char *text;
	size_t len;

	while (sqllex_copy_data(lx, &text, &len, e) == 0 && len > 0) {
		must(len <= size - *pos && memcmp(data + *pos, text, len) == 0);
		*pos += len;
	}
	if (e->code == 0)
		*pos += end_of_data(data + *pos, size - *pos);
}

/* return a trace of the kinds and places of all tokens */
static struct buf lex(int fd, const uint8_t *data, size_t size)
{
	struct buf trace = {0};
	struct err e = {0};
	struct err te = {0};
	struct sqllex *lx = sqllex_new(fd, "input", &e);
	struct sqllex_token t = {0};
	size_t pos = 0;

	must(lx != NULL);
	while (sqllex_next(lx, &t, &e) == 0) {
		must(t.len <= size - pos && memcmp(data + pos, t.text, t.len) == 0);
		must(t.skip <= t.len && (t.len > t.skip || t.kind == SQLLEX_EOF));
		pos += t.len;
		if (t.kind == SQLLEX_COPY)
			take_copy(lx, data, size, &pos, &e);
		must(buf_fmt(&trace, &te, "%d@%zu:%llu ", (int)t.kind, pos,
			 (unsigned long long)t.line) == 0);
		if (t.kind == SQLLEX_EOF || e.code != 0)
			break;
	}
	must(e.code == EX_DATAERR || (e.code == 0 && pos == size));
	must(buf_str(&trace, e.text, &te) == 0);
	sqllex_free(lx);
	return trace;
}

/* One packet is one read; a socket holds few small ones, so that only short inputs come in steps.
 */
static struct buf lex_in_steps(const uint8_t *data, size_t size, size_t step)
{
	int pair[2];
	struct buf trace;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	for (size_t done = 0; done < size; done += step) {
		size_t n = size - done < step ? size - done : step;

		must(send(pair[0], data + done, n, MSG_DONTWAIT) == (ssize_t)n);
	}
	close(pair[0]);
	trace = lex(pair[1], data, size);
	close(pair[1]);
	return trace;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one;
	struct buf two;

	if (size > 60000)
		return -1;
	one = lex_in_steps(data, size, size > 0 ? size : 1);
	two = lex_in_steps(data, size, size / 150 + 1);
	must(strcmp(buf_cstr(&one), buf_cstr(&two)) == 0);
	buf_free(&one);
	buf_free(&two);
	return 0;
}
