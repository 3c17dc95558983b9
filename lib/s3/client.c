#include "s3/client.h"

#include "base/stop.h"
#include "s3/answer.h"
#include "s3/attempt.h"
#include "s3/backoff.h"
#include "s3/creds.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_MAX_MS 1000
#define FIRST_CONTACT_ATTEMPTS 3

struct client {
	struct config cfg;
	struct creds creds;
	CURLM *multi;
	CURLSH *share; /* TLS sessions: a new connection need not shake hands in full */
	struct call **running;
	size_t n_running;
	struct attempt **spare; /* handles that wait for their next call */
	size_t n_spare;
	bool reached; /* somebody has been there at least once */
	int64_t last_word_ms; /* 0, or when everything has to end */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int client_open(struct client **out, struct err *e)
{
	struct client *c = calloc(1, sizeof(*c));

	*out = c;
	if (c == NULL)
		return err_nomem(e);
	if (config_load(&c->cfg, e) != 0 || creds_load(&c->creds, e) != 0)
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, EX_SOFTWARE, "libcurl does not start");
	c->multi = curl_multi_init();
	c->share = curl_share_init();
	if (c->multi == NULL || c->share == NULL)
		return err_nomem(e);
	curl_share_setopt(c->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return 0;
}

static void free_attempt(struct attempt *a)
{
	if (a == NULL)
		return;
	curl_easy_cleanup(a->easy);
	curl_slist_free_all(a->headers);
	free(a);
}

void client_close(struct client *c)
{
	if (c == NULL)
		return;
	while (c->n_running > 0)
		client_cancel(c, c->running[0]);
	for (size_t i = 0; i < c->n_spare; i++)
		free_attempt(c->spare[i]);
	free(c->spare);
	free(c->running);
	if (c->multi != NULL)
		curl_multi_cleanup(c->multi);
	if (c->share != NULL)
		curl_share_cleanup(c->share);
	creds_free(&c->creds);
	config_free(&c->cfg);
	free(c);
}

const struct config *client_config(const struct client *c)
{
	return &c->cfg;
}

const char *client_endpoint(const struct client *c, char *buf, size_t len)
{
	snprintf(buf, len, "%s://%s%s", c->cfg.scheme, c->cfg.host, c->cfg.base_path);
	return buf;
}

void client_last_words(struct client *c, unsigned seconds)
{
	c->last_word_ms = now_ms() + (int64_t)seconds * 1000;
}

void client_wakeup(struct client *c)
{
	curl_multi_wakeup(c->multi);
}

/* ---- attempts ---- */

static struct attempt *take_attempt(struct client *c)
{
	struct attempt *a;

	if (c->n_spare > 0)
		return c->spare[--c->n_spare];
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->easy = curl_easy_init();
	if (a->easy != NULL)
		return a;
	free(a);
	return NULL;
}

static void give_attempt(struct client *c, struct attempt *a)
{
	struct attempt **spare = realloc(c->spare, (c->n_spare + 1) * sizeof(struct attempt *));

	attempt_reset(a);
	if (spare == NULL) {
		free_attempt(a);
		return;
	}
	c->spare = spare;
	spare[c->n_spare++] = a;
}

static int start_attempt(struct client *c, struct call *call, struct err *e)
{
	struct attempt *a = take_attempt(c);
	int64_t left_ms = c->last_word_ms - now_ms();
	long timeout_ms = c->last_word_ms == 0 ? 0 : left_ms > 1 ? (long)left_ms : 1;

	if (a == NULL)
		return err_nomem(e);
	if (attempt_prepare(a, call, &c->cfg, &c->creds, timeout_ms, e) != 0)
		goto fail;
	curl_easy_setopt(a->easy, CURLOPT_SHARE, c->share);
	if (curl_multi_add_handle(c->multi, a->easy) != CURLM_OK) {
		err_set(e, EX_SOFTWARE, "libcurl does not take a request");
		goto fail;
	}
	call->attempt = a;
	call->attempts++;
	return 0;
fail:
	give_attempt(c, a);
	return -1;
}

static void end_attempt(struct client *c, struct call *call)
{
	struct attempt *a = call->attempt;

	if (a == NULL)
		return;
	call->attempt = NULL;
	curl_multi_remove_handle(c->multi, a->easy);
	give_attempt(c, a);
}

/* ---- calls ---- */

static void forget(struct client *c, const struct call *call)
{
	for (size_t i = 0; i < c->n_running; i++) {
		if (c->running[i] == call) {
			c->running[i] = c->running[--c->n_running];
			return;
		}
	}
}

int client_start(struct client *c, struct call *call, struct err *e)
{
	struct call **running = realloc(c->running, (c->n_running + 1) * sizeof(struct call *));

	if (running == NULL)
		return err_nomem(e);
	c->running = running;
	call->err = (struct err){0};
	call->attempts = 0;
	call->got = 0;
	call->give_up_at_ms = now_ms() + CLIENT_RETRY_S * 1000;
	if (start_attempt(c, call, e) != 0)
		return -1;
	running[c->n_running++] = call;
	call->state = CALL_RUNNING;
	return 0;
}

void client_cancel(struct client *c, struct call *call)
{
	if (call->state == CALL_RUNNING) {
		end_attempt(c, call);
		forget(c, call);
	}
	call->state = CALL_IDLE;
}

static void end_call(struct client *c, struct call *call)
{
	forget(c, call);
	call->state = CALL_DONE;
}

/* Another try of a call that failed, if it has one left. *e says how it failed. */
static void try_again_or_end(struct client *c, struct call *call, const struct err *e)
{
	unsigned most = c->cfg.attempts;
	int64_t at = now_ms() + backoff_ms(call->attempts, call_header(call, "retry-after"));

	if (!c->reached && most > FIRST_CONTACT_ATTEMPTS)
		most = FIRST_CONTACT_ATTEMPTS;
	if (call->attempts >= most || at > call->give_up_at_ms ||
	    (c->last_word_ms != 0 && at > c->last_word_ms)) {
		call->err = *e;
		end_call(c, call);
		return;
	}
	call->retry_at_ms = at;
}

/* Does the outcome show that somebody is at the endpoint, speaking what we speak? */
static bool is_there(int curl_code)
{
	return curl_code != CURLE_COULDNT_RESOLVE_PROXY &&
	       curl_code != CURLE_COULDNT_RESOLVE_HOST && curl_code != CURLE_COULDNT_CONNECT &&
	       curl_code != CURLE_SSL_CONNECT_ERROR && curl_code != CURLE_OPERATION_TIMEDOUT;
}

static void judge(struct client *c, struct call *call, int curl_code)
{
	enum answer_verdict verdict;
	struct err e = {0};
	const char *text = attempt_result(call->attempt, &curl_code);

	if (is_there(curl_code))
		c->reached = true;
	if (curl_code == CURLE_OK)
		verdict = answer_judge(call, &c->cfg, &e);
	else
		verdict = answer_broken(call, &c->cfg, curl_code, text, &e);
	if (verdict == ANSWER_OK && call->check != NULL && call->check(call, &e) != 0)
		verdict = ANSWER_RETRY;
	end_attempt(c, call);
	if (verdict == ANSWER_RETRY) {
		try_again_or_end(c, call, &e);
		return;
	}
	call->err = e;
	end_call(c, call);
}

/* Take what libcurl has ended. */
static void reap(struct client *c)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		struct attempt *a = NULL;
		CURLcode code = m->data.result;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&a);
		judge(c, a->call, (int)code);
	}
}

/* Start the tries that are due. */
static void start_due(struct client *c)
{
	int64_t now = now_ms();

	for (size_t i = c->n_running; i-- > 0;) {
		struct call *call = c->running[i];

		if (call->attempt == NULL && call->retry_at_ms <= now &&
		    start_attempt(c, call, &call->err) != 0)
			end_call(c, call);
	}
}

/* return the milliseconds until the next try is due, at most POLL_MAX_MS */
static int next_due_ms(const struct client *c)
{
	int64_t now = now_ms();
	int64_t next = now + POLL_MAX_MS;

	for (size_t i = 0; i < c->n_running; i++) {
		const struct call *call = c->running[i];

		if (call->attempt == NULL && call->retry_at_ms < next)
			next = call->retry_at_ms;
	}
	return next > now ? (int)(next - now) : 0;
}

static bool stop_wanted(const struct client *c)
{
	return c->last_word_ms == 0 && stop_signal() != 0;
}

/* libcurl does not pass on a POLLHUP, which is all that the end of a pipe gives. */
static bool is_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) > 0;
}

int client_step(struct client *c, int fd, short events, bool *ready, struct err *e)
{
	struct curl_waitfd extra[2];
	unsigned n_extra = 0;
	size_t before = c->n_running;
	int active;

	*ready = false;
	if (stop_wanted(c))
		return stop_err(e);
	start_due(c);
	if (curl_multi_perform(c->multi, &active) != CURLM_OK)
		return err_set(e, EX_SOFTWARE, "libcurl cannot go on");
	reap(c);
	if (c->n_running != before)
		return 0;
	if (fd >= 0)
		extra[n_extra++] = (struct curl_waitfd){.fd = fd, .events = events};
	if (stop_fd() >= 0 && c->last_word_ms == 0)
		extra[n_extra++] =
		    (struct curl_waitfd){.fd = stop_fd(), .events = CURL_WAIT_POLLIN};
	if (curl_multi_poll(c->multi, extra, n_extra, next_due_ms(c), NULL) != CURLM_OK)
		return err_set(e, EX_OSERR, "cannot wait for the network");
	*ready = fd >= 0 && is_ready(fd, events);
	return stop_wanted(c) ? stop_err(e) : 0;
}

int client_run(struct client *c, struct call *call, struct err *e)
{
	bool ready;

	if (client_start(c, call, e) != 0)
		return -1;
	while (call->state != CALL_DONE) {
		if (client_step(c, -1, 0, &ready, e) != 0) {
			client_cancel(c, call);
			return -1;
		}
	}
	if (call->err.code != 0) {
		*e = call->err;
		return -1;
	}
	return 0;
}
