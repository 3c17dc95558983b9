/*
 * client: a store, and the calls that are under way to it: one event loop over libcurl's multi
 * interface, kept-alive connections, retries with exponential back-off and full jitter.
 *
 * All functions but client_wakeup() belong to one thread. Nothing blocks but client_step() and
 * client_run().
 *
 * A failure is tried again after a broken connection, a status of 408, 429, 500, 502, 503 or 504,
 * S3's SlowDown, RequestTimeout, InternalError and their like, and an answer that the call's check
 * does not like; Retry-After is honoured. A call ends after AWS_MAX_ATTEMPTS attempts (8) or when
 * CLIENT_RETRY_S seconds have passed since it began; after 3 where this process could not connect
 * to the store even once.
 */
#ifndef S3_CLIENT_H
#define S3_CLIENT_H

#include "base/err.h"
#include "s3/call.h"
#include "s3/config.h"

#include <stdbool.h>

#define CLIENT_RETRY_S 300

struct client;

/*
 * client_open(out, e): read configuration and credentials from the environment. Sends nothing.
 * return  0 with *out to be closed by client_close(), or -1 with *e set (EX_CONFIG)
 */
int client_open(struct client **out, struct err *e);

/* client_close(c): cancels what still runs. Safe on NULL. */
void client_close(struct client *c);

const struct config *client_config(const struct client *c);

/* client_endpoint(c, buf, len): "https://HOST", for messages and receipts. return buf */
const char *client_endpoint(const struct client *c, char *buf, size_t len);

/*
 * client_start(c, call, e): begin a call. It belongs to the client until its state is CALL_DONE or
 * client_cancel() returns.
 * return  0, or -1 with *e set and the call idle
 */
int client_start(struct client *c, struct call *call, struct err *e);

/* client_cancel(c, call): drop a call, whatever its state; its connection is closed if it is in
 * the middle of a transfer. The call is idle afterwards. */
void client_cancel(struct client *c, struct call *call);

/*
 * client_step(c, fd, events, ready, e): move the calls on, and block until one is done, fd (-1 for
 * none) is ready for events (poll's), client_wakeup() was called, a stop was asked for, or there
 * was something to do for the connections. The caller looks at its calls afterwards.
 * out     *ready: whether fd is
 * return  0, or -1 with *e set
 */
int client_step(struct client *c, int fd, short events, bool *ready, struct err *e);

/*
 * client_run(c, call, e): start a call and wait until it is done.
 * return  0 when it succeeded, or -1 with *e set (call->code and status tell more)
 */
int client_run(struct client *c, struct call *call, struct err *e);

/* client_wakeup(c): make client_step() return; from any thread */
void client_wakeup(struct client *c);

/*
 * client_last_words(c, seconds): from now on a stop is not seen any more, and all calls together
 * have that many seconds: for cleaning up after a failure or a signal.
 */
void client_last_words(struct client *c, unsigned seconds);

#endif
