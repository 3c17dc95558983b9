#include "archive.h"

#include "base/io.h"
#include "base/stop.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COPY_SIZE 65536

static int add_all(struct arg_list *to, const char *const *args, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (options_add(to, args[i], e) != 0)
			return -1;
	}
	return 0;
}

static int start_pg_dump(
    struct archive *a, const struct dump_options *o, const struct session *s, struct err *e)
{
	const char *const fixed[] = {a->tool->pg_dump, "--format=custom", "--compress=0",
	    "--no-password", "--encoding", s->encoding, "--snapshot", s->snapshot};
	struct arg_list args = {0};
	int ret = -1;

	if (add_all(&args, fixed, sizeof(fixed) / sizeof(fixed[0]), e) == 0 &&
	    add_all(&args, o->for_pg_dump.items, o->for_pg_dump.count, e) == 0 &&
	    options_add(&args, NULL, e) == 0)
		ret = helper_start(&a->pg_dump, "pg_dump", args.items, CHILD_NULL, CHILD_PIPE, e);
	free(args.items);
	return ret;
}

/* What copy_contents() ended with. */
enum ending {
	ENDING_ERROR,
	ENDING_LIST_DONE, /* pg_restore wants no more */
	ENDING_DUMP_DONE, /* pg_dump has nothing more */
	ENDING_NONE
};

/* Pass one piece of the archive to our file and to pg_restore. */
static enum ending feed(struct archive *a, struct helper *list, struct err *e)
{
	struct err gone = {0};
	char data[COPY_SIZE];
	ssize_t n =
	    io_read_some(a->pg_dump.child.out, data, sizeof(data), "the output of pg_dump", e);

	if (n == 0)
		return ENDING_DUMP_DONE;
	if (n < 0 || scratch_write(a->fd, data, (size_t)n, e) != 0)
		return ENDING_ERROR;
	if (io_write(list->child.in, data, (size_t)n, "the input of pg_restore", &gone) == 0)
		return ENDING_NONE;
	if (stop_signal() == 0)
		return ENDING_LIST_DONE;
	stop_err(e);
	return ENDING_ERROR;
}

/* Copy pg_dump's output to our file and to pg_restore --list, until that has seen enough. */
static enum ending copy_contents(struct archive *a, struct helper *list, struct err *e)
{
	struct pollfd p[3] = {{.fd = a->pg_dump.child.out, .events = POLLIN},
	    {.fd = list->child.in}, {.fd = stop_fd(), .events = POLLIN}};
	enum ending end = ENDING_NONE;

	while (end == ENDING_NONE) {
		if (stop_signal() != 0) {
			stop_err(e);
			return ENDING_ERROR;
		}
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			err_sys(e, EX_OSERR, "cannot wait for pg_dump");
			return ENDING_ERROR;
		}
		if (p[1].revents & (POLLERR | POLLHUP))
			end = ENDING_LIST_DONE;
		else if (p[0].revents != 0)
			end = feed(a, list, e);
	}
	return end;
}

/*
 * pg_restore --list has ended, or ends now that its input does. When it failed for want of input,
 * pg_dump's failure is the cause. Only a pg_dump that has closed its output can be waited for: with
 * the output open it may be waiting for a lock.
 */
static int judge_list(struct archive *a, struct helper *list, enum ending end, struct err *e)
{
	struct err why = {0};

	if (helper_wait(list, &why) == 0)
		return 0;
	if (stop_signal() != 0)
		return stop_err(e);
	if (end == ENDING_DUMP_DONE && helper_wait(&a->pg_dump, e) != 0)
		return -1;
	return err_set(e, why.code, "%s", why.text);
}

static int read_contents(struct archive *a, struct err *e)
{
	const char *const argv[] = {a->tool->pg_restore, "--list", NULL};
	struct helper list = HELPER_NONE;
	int out = scratch_open(e);
	enum ending end = ENDING_ERROR;
	int ret = -1;

	if (out >= 0 && helper_start(&list, "pg_restore --list", argv, CHILD_PIPE, out, e) == 0)
		end = copy_contents(a, &list, e);
	if (end != ENDING_ERROR && judge_list(a, &list, end, e) == 0 &&
	    scratch_read(out, &a->list, e) == 0)
		ret = toc_parse(&a->toc, &a->list, &a->keep, e);
	helper_close(&list);
	if (out >= 0)
		close(out);
	return ret;
}

int archive_open(struct archive *a, const struct tool *tool, const struct dump_options *o,
    const struct session *s, struct err *e)
{
	*a = (struct archive){.tool = tool, .pg_dump = HELPER_NONE};
	a->fd = scratch_open(e);
	if (a->fd < 0 || start_pg_dump(a, o, s, e) != 0)
		return -1;
	return read_contents(a, e);
}

void archive_release_locks(struct archive *a)
{
	if (a->pg_dump.said < 0)
		return;
	helper_note_warnings(&a->pg_dump);
	helper_close(&a->pg_dump);
}

/* pg_restore takes the list of entries from a named file; /dev/fd names ours. */
static int list_file(const struct buf *keep, char *name, size_t size, struct err *e)
{
	int fd = scratch_open(e);

	if (fd < 0)
		return -1;
	snprintf(name, size, "--use-list=/dev/fd/%d", fd);
	if (scratch_write(fd, keep->data, keep->len, e) == 0) {
		if (lseek(fd, 0, SEEK_SET) == 0 && fcntl(fd, F_SETFD, 0) == 0)
			return fd;
		err_sys(e, EX_IOERR, "cannot hand a temporary file to pg_restore");
	}
	close(fd);
	return -1;
}

int archive_script(struct archive *a, const struct dump_options *o, struct helper *h, struct err *e)
{
	char use_list[64];
	const char *const fixed[] = {a->tool->pg_restore, "--verbose", "--file=-", use_list};
	struct arg_list args = {0};
	int list = list_file(&a->keep, use_list, sizeof(use_list), e);
	int ret = -1;

	if (list >= 0 && add_all(&args, fixed, sizeof(fixed) / sizeof(fixed[0]), e) == 0 &&
	    add_all(&args, o->for_pg_restore.items, o->for_pg_restore.count, e) == 0 &&
	    options_add(&args, NULL, e) == 0) {
		if (lseek(a->fd, 0, SEEK_SET) == 0)
			ret = helper_start(h, "pg_restore", args.items, a->fd, CHILD_PIPE, e);
		else
			err_sys(e, EX_IOERR, "cannot read a temporary file");
	}
	if (list >= 0)
		close(list);
	free(args.items);
	return ret;
}

void archive_close(struct archive *a)
{
	helper_close(&a->pg_dump);
	if (a->fd >= 0)
		close(a->fd);
	buf_free(&a->list);
	buf_free(&a->keep);
	toc_free(&a->toc);
	*a = (struct archive){.fd = -1, .pg_dump = HELPER_NONE};
}
