#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILD_TERM_TRIES 500 /* of 10 ms */

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

static int put_fd(int fd, int target)
{
	if (fd == CHILD_INHERIT)
		return 0;
	if (fd == CHILD_NULL)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd == target) /* dup2 would leave close-on-exec set */
		return fcntl(fd, F_SETFD, 0);
	return dup2(fd, target) < 0 ? -1 : 0;
}

/* Runs in the child; reports a failed exec as errno through the pipe, which success closes. */
static void run_child(
    const char *const argv[], int in, int out, int errfd, int report, pid_t parent)
{
	struct sigaction sa = {.sa_handler = SIG_DFL};
	sigset_t none;
	int failed;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != parent)
		_exit(EX_TEMPFAIL);
	if (put_fd(in, 0) == 0 && put_fd(out, 1) == 0 && put_fd(errfd, 2) == 0)
		execvp(argv[0], (char *const *)(uintptr_t)argv); /* POSIX: it changes none */
	failed = errno;
	if (write(report, &failed, sizeof(failed)) < 0)
		_exit(EX_OSERR);
	_exit(EX_UNAVAILABLE);
}

/* return 0 when the exec went well, else its errno */
static int exec_result(int report)
{
	int failed = 0;
	ssize_t n;

	do
		n = read(report, &failed, sizeof(failed));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(failed) ? failed : 0;
}

int child_start(
    struct child *c, const char *const argv[], int in, int out, int errfd, struct err *e)
{
	int inp[2] = {-1, -1};
	int outp[2] = {-1, -1};
	int report[2] = {-1, -1};
	pid_t parent = getpid();
	int failed;

	*c = (struct child){.name = argv[0], .in = -1, .out = -1};
	if ((in == CHILD_PIPE && pipe2(inp, O_CLOEXEC) != 0) ||
	    (out == CHILD_PIPE && pipe2(outp, O_CLOEXEC) != 0) || pipe2(report, O_CLOEXEC) != 0) {
		err_sys(e, EX_OSERR, "cannot make a pipe for %s", argv[0]);
		goto fail;
	}
	c->pid = fork();
	if (c->pid == 0)
		run_child(argv, in == CHILD_PIPE ? inp[0] : in, out == CHILD_PIPE ? outp[1] : out,
		    errfd, report[1], parent);
	if (c->pid < 0) {
		c->pid = 0;
		err_sys(e, EX_OSERR, "cannot start %s", argv[0]);
		goto fail;
	}
	close(report[1]);
	report[1] = -1;
	failed = exec_result(report[0]);
	if (failed != 0) {
		waitpid(c->pid, NULL, 0);
		c->pid = 0;
		errno = failed;
		err_sys(e, failed == ENOENT ? EX_UNAVAILABLE : EX_OSERR, "cannot run %s", argv[0]);
		goto fail;
	}
	close(report[0]);
	if (in == CHILD_PIPE) {
		close(inp[0]);
		c->in = inp[1];
	}
	if (out == CHILD_PIPE) {
		close(outp[1]);
		c->out = outp[0];
	}
	return 0;
fail:
	close_pair(inp);
	close_pair(outp);
	close_pair(report);
	return -1;
}

void child_close_in(struct child *c)
{
	if (c->in >= 0)
		close(c->in);
	c->in = -1;
}

static void close_ends(struct child *c)
{
	child_close_in(c);
	if (c->out >= 0)
		close(c->out);
	c->out = -1;
}

int child_wait(struct child *c, int *status, struct err *e)
{
	pid_t r;

	close_ends(c);
	do
		r = waitpid(c->pid, status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, EX_OSERR, "cannot wait for %s", c->name);
	c->pid = 0;
	return 0;
}

const char *child_status_text(int status, char *buf, size_t len)
{
	if (WIFSIGNALED(status)) {
		const char *sig = sigabbrev_np(WTERMSIG(status));

		snprintf(buf, len, "was killed by SIG%s", sig != NULL ? sig : "?");
	} else {
		snprintf(buf, len, "exited with status %d", WEXITSTATUS(status));
	}
	return buf;
}

void child_kill(struct child *c)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	if (c->pid <= 0)
		return;
	close_ends(c);
	kill(c->pid, SIGTERM);
	for (int i = 0; waitpid(c->pid, NULL, WNOHANG) == 0; i++) {
		if (i == CHILD_TERM_TRIES)
			kill(c->pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
	c->pid = 0;
}
