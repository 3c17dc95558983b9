/*
 * relay: carries a message from a descriptor through gpg to another descriptor.
 *
 * gpgme runs gpg behind pipes and copies the message in and out of them by way of its data
 * objects, in small pieces; that costs more than the cipher. gpgme_set_io_cbs() lets the caller
 * own the event loop, and so shows it those pipes. The relay takes them over: only the first piece
 * and the end of file pass through gpgme's data objects, all between is moved by splice(2), which
 * hands pages from pipe to pipe, or is copied in pieces of RELAY_COPY where splice cannot. Status
 * lines and passphrases stay gpgme's business.
 *
 * How a pipe is told from the others: it is the one that gpgme was handling when it called the
 * data object. Where that never happens nothing is spliced, and nothing is wrong.
 *
 * Bounded memory: RELAY_COPY bytes here, RELAY_PIPE bytes in each of four pipes.
 */
#ifndef GPGFILTER_RELAY_H
#define GPGFILTER_RELAY_H

#include "base/err.h"

#include <gpgme.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_COPY (64 * 1024)
#define RELAY_PIPE (1024 * 1024)

struct relay;

/*
 * relay_new(ctx, in, out, e): prepare to carry in through an operation of ctx to out.
 * ctx     takes the relay's event loop: only for the operation, not for key listings
 * in, out remain the caller's
 * return  NULL with *e set (EX_OSERR, EX_SOFTWARE)
 */
struct relay *relay_new(gpgme_ctx_t ctx, int in, int out, struct err *e);

/*
 * relay_observe(r, see, hook): before the operation starts: show the input, piece by piece, until
 * see() returns false. What is shown is copied, not spliced.
 */
typedef bool relay_observer(void *hook, const void *data, size_t len);
void relay_observe(struct relay *r, relay_observer *see, void *hook);

/* What to give to the gpgme_op_..._start() function as its input and its output */
gpgme_data_t relay_source(struct relay *r);
gpgme_data_t relay_sink(struct relay *r);

/*
 * relay_run(r, result, e): run the operation that was started, to its end. Blocks.
 * out     *result, what gpgme says of the operation
 * return  0 when gpgme had its say; -1 with *e set when input, output or a stop ended it: EX_IOERR,
 *         EX_TEMPFAIL. The operation is then cancelled, and *result means nothing.
 */
int relay_run(struct relay *r, gpgme_error_t *result, struct err *e);

/* relay_taken(r): bytes taken from the input so far */
uint64_t relay_taken(const struct relay *r);

/* relay_free(r): to be called before gpgme_release(ctx); safe on NULL */
void relay_free(struct relay *r);

#endif
