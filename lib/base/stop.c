#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Any thread may take the signal and all of them look: sig_atomic_t would not do. */
static atomic_int caught;
static int stop_pipe[2] = {-1, -1};

static void on_signal(int sig)
{
	int saved = errno;
	int none = 0;

	/* The pipe is empty at this point: there is room, and nothing to do if there were not. */
	if (atomic_compare_exchange_strong(&caught, &none, sig) && write(stop_pipe[1], "", 1) < 0)
		atomic_store(&caught, sig);
	errno = saved;
}

int stop_install(struct err *e)
{
	static const int sigs[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction old;
	struct sigaction sa;

	if (pipe(stop_pipe) != 0)
		return err_sys(e, EX_OSERR, "cannot make a pipe");
	for (int i = 0; i < 2; i++) {
		if (fcntl(stop_pipe[i], F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(stop_pipe[i], F_SETFL, O_NONBLOCK) != 0)
			return err_sys(e, EX_OSERR, "cannot set up a pipe");
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		/* nohup(1) asks for SIGHUP to be ignored, and a shell for SIGINT in the background
		 */
		if (sigaction(sigs[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(sigs[i], &sa, NULL) != 0)
			return err_sys(e, EX_OSERR, "cannot handle signal %d", sigs[i]);
	}
	return 0;
}

int stop_signal(void)
{
	return caught;
}

int stop_fd(void)
{
	return stop_pipe[0];
}

int stop_err(struct err *e)
{
	const char *name = sigabbrev_np(stop_signal());

	return err_set(e, EX_TEMPFAIL, "stopped by SIG%s", name != NULL ? name : "?");
}

void stop_reraise(void)
{
	int sig = stop_signal();

	if (sig == 0)
		return;
	signal(sig, SIG_DFL);
	raise(sig);
}
