#include "archive.h"

#include "base/io.h"
#include "base/prog.h"
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_SIZE 65536

/* A file that has no name, so that nothing can be left behind. */
static int unnamed_file(struct err *e)
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

static int null_device(int flags, struct err *e)
{
	int fd = open("/dev/null", flags | O_CLOEXEC);

	return fd >= 0 ? fd : err_sys(e, EX_OSERR, "cannot open /dev/null");
}

static int slurp(int fd, struct buf *b, struct err *e)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, EX_IOERR, "cannot read a temporary file");
	do {
		if (buf_reserve(b, COPY_SIZE, e) != 0)
			return -1;
		n = io_read(fd, b->data + b->len, COPY_SIZE, "a temporary file", e);
		if (n < 0)
			return -1;
		b->len += (size_t)n;
		b->data[b->len] = '\0';
	} while (n > 0);
	return 0;
}

/* The arguments of one child: fixed ones first, NULL last. */
struct command {
	struct arg_list args;
	struct buf snapshot;
};

static int add_all(struct arg_list *to, const char *const *args, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (options_add(to, args[i], e) != 0)
			return -1;
	}
	return 0;
}

static int add_option(struct arg_list *to, const char *option, const char *value, struct err *e)
{
	if (value == NULL)
		return 0;
	return options_add(to, option, e) != 0 || options_add(to, value, e) != 0 ? -1 : 0;
}

static int pg_dump_command(struct command *cmd, const struct tool *tool,
    const struct dump_options *o, const char *snapshot, struct err *e)
{
	const char *const fixed[] = {
	    tool->pg_dump, "--format=custom", "--compress=0", "--no-password"};
	struct arg_list *args = &cmd->args;

	if (buf_fmt(&cmd->snapshot, e, "--snapshot=%s", snapshot) != 0 ||
	    add_all(args, fixed, sizeof(fixed) / sizeof(fixed[0]), e) != 0 ||
	    options_add(args, buf_cstr(&cmd->snapshot), e) != 0 ||
	    add_all(args, o->for_pg_dump.items, o->for_pg_dump.count, e) != 0 ||
	    add_option(args, "--host", o->target.host, e) != 0 ||
	    add_option(args, "--port", o->target.port, e) != 0 ||
	    add_option(args, "--username", o->target.user, e) != 0 ||
	    add_option(args, "--dbname", o->target.dbname, e) != 0)
		return -1;
	return options_add(args, NULL, e);
}

static void command_free(struct command *cmd)
{
	free(cmd->args.items);
	buf_free(&cmd->snapshot);
}

/* Pass one piece of the archive to pg_restore. return 1; 0 when it wants no more; -1 with *e set */
static int feed(struct archive *a, struct child *list, struct err *e)
{
	struct err gone = {0};
	char data[COPY_SIZE];
	ssize_t n = io_read_some(a->pg_dump.out, data, sizeof(data), "the output of pg_dump", e);

	if (n <= 0)
		return (int)n;
	if (io_write(a->fd, data, (size_t)n, "a temporary file", e) != 0)
		return -1;
	if (io_write(list->in, data, (size_t)n, "the input of pg_restore", &gone) != 0)
		return stop_signal() != 0 ? stop_err(e) : 0;
	return 1;
}

/* Copy pg_dump's output to our file and to pg_restore --list, until that has seen enough. */
static int copy_contents(struct archive *a, struct child *list, struct err *e)
{
	struct pollfd p[3] = {{.fd = a->pg_dump.out, .events = POLLIN}, {.fd = list->in},
	    {.fd = stop_fd(), .events = POLLIN}};
	int more = 1;

	while (more > 0) {
		if (stop_signal() != 0)
			return stop_err(e);
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, EX_OSERR, "cannot wait for pg_dump");
		}
		if (p[1].revents & (POLLERR | POLLHUP))
			more = 0;
		else if (p[0].revents != 0)
			more = feed(a, list, e);
	}
	return more;
}

/* pg_dump's last words, without its name. */
static int pg_dump_failed(struct archive *a, struct err *e)
{
	struct buf text = {0};
	char how[64];
	int status = 0;
	const char *said;

	if (child_wait(&a->pg_dump, &status, e) != 0 || slurp(a->warnings, &text, e) != 0)
		goto out;
	said = strstr(buf_cstr(&text), "error: ");
	said = said != NULL ? said + strlen("error: ") : buf_cstr(&text);
	err_set(e, EX_UNAVAILABLE, "pg_dump %s%s%s", child_status_text(status, how, sizeof(how)),
	    said[0] != '\0' ? ": " : "", said);
out:
	buf_free(&text);
	return -1;
}

static int read_contents(struct archive *a, struct err *e)
{
	const char *const argv[] = {a->tool->pg_restore, "--list", NULL};
	struct child list = {.in = -1, .out = -1};
	int out = unnamed_file(e);
	int null = null_device(O_WRONLY, e);
	int status = 0;
	int ret = -1;

	if (out < 0 || null < 0 || child_start(&list, argv, CHILD_PIPE, out, null, e) != 0 ||
	    copy_contents(a, &list, e) != 0 || child_wait(&list, &status, e) != 0)
		goto out;
	if (status != 0) {
		ret = pg_dump_failed(a, e);
		goto out;
	}
	if (slurp(out, &a->list, e) == 0 && toc_parse(&a->toc, &a->list, &a->keep, e) == 0)
		ret = 0;
out:
	child_kill(&list);
	if (out >= 0)
		close(out);
	if (null >= 0)
		close(null);
	return ret;
}

int archive_open(struct archive *a, const struct tool *tool, const struct dump_options *o,
    const char *snapshot, struct err *e)
{
	struct command cmd = {0};
	int null = null_device(O_RDONLY, e);
	int ret = -1;

	*a = (struct archive){.tool = tool, .fd = -1, .warnings = -1};
	a->fd = unnamed_file(e);
	a->warnings = a->fd >= 0 ? unnamed_file(e) : -1;
	if (null >= 0 && a->warnings >= 0 && pg_dump_command(&cmd, tool, o, snapshot, e) == 0 &&
	    child_start(&a->pg_dump, cmd.args.items, null, CHILD_PIPE, a->warnings, e) == 0)
		ret = read_contents(a, e);
	a->pg_dump.name = "pg_dump";
	if (null >= 0)
		close(null);
	command_free(&cmd);
	return ret;
}

void archive_release_locks(struct archive *a)
{
	struct err ignored = {0};
	struct buf text = {0};
	char *save = NULL;

	if (a->warnings < 0)
		return;
	if (slurp(a->warnings, &text, &ignored) == 0 && text.len > 0) {
		for (char *line = strtok_r(text.data, "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save))
			prog_note("%s", line);
	}
	buf_free(&text);
	close(a->warnings);
	a->warnings = -1;
	child_kill(&a->pg_dump);
}

/* pg_restore takes the list of entries from a named file; /dev/fd names ours. */
static int list_file(const struct buf *keep, char *name, size_t size, struct err *e)
{
	int fd = unnamed_file(e);

	if (fd < 0)
		return -1;
	snprintf(name, size, "--use-list=/dev/fd/%d", fd);
	if (io_write(fd, keep->data, keep->len, "a temporary file", e) != 0 ||
	    lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_SETFD, 0) != 0) {
		close(fd);
		return err_sys(e, EX_IOERR, "cannot write a temporary file");
	}
	return fd;
}

int archive_script(struct archive *a, const struct dump_options *o, struct child *c, struct err *e)
{
	char use_list[64];
	const char *const fixed[] = {a->tool->pg_restore, "--verbose", "--file=-", use_list};
	struct arg_list args = {0};
	int null = null_device(O_WRONLY, e);
	int list = null >= 0 ? list_file(&a->keep, use_list, sizeof(use_list), e) : -1;
	int ret = -1;

	*c = (struct child){.in = -1, .out = -1};
	if (list >= 0 && add_all(&args, fixed, sizeof(fixed) / sizeof(fixed[0]), e) == 0 &&
	    add_all(&args, o->for_pg_restore.items, o->for_pg_restore.count, e) == 0 &&
	    options_add(&args, NULL, e) == 0 && lseek(a->fd, 0, SEEK_SET) == 0)
		ret = child_start(c, args.items, a->fd, CHILD_PIPE, null, e);
	c->name = "pg_restore";
	if (list >= 0)
		close(list);
	if (null >= 0)
		close(null);
	free(args.items);
	return ret;
}

void archive_close(struct archive *a)
{
	child_kill(&a->pg_dump);
	if (a->warnings >= 0)
		close(a->warnings);
	if (a->fd >= 0)
		close(a->fd);
	buf_free(&a->list);
	buf_free(&a->keep);
	toc_free(&a->toc);
	*a = (struct archive){.fd = -1, .warnings = -1};
}
