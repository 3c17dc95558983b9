/*
 * engine: gpg, by way of gpgme, set up so that it can never ask anybody anything.
 */
#ifndef GPGFILTER_ENGINE_H
#define GPGFILTER_ENGINE_H

#include "base/err.h"
#include "passphrase.h"
#include "relay.h"
#include "status.h"

#include <gpgme.h>

struct engine {
	gpgme_ctx_t op; /* for the one operation on the message */
	gpgme_ctx_t keys; /* for key listings */
	struct relay *relay;
	struct status status;
	const struct passphrase *passphrase; /* NULL: only what gpg-agent remembers; borrowed */
};

/*
 * engine_open(g, passphrase, in, out, e): find gpg and make ready to filter in to out.
 * return  0; -1 with *e set: EX_UNAVAILABLE when there is no usable gpg, EX_OSERR
 */
int engine_open(struct engine *g, struct passphrase *passphrase, int in, int out, struct err *e);

/*
 * engine_run(g, started, result, e): see the operation through that a gpgme_op_..._start() call on
 * g->op, with the relay's data objects, returned `started` for.
 * out     *result, gpgme's verdict
 * return  0 when gpg had its say; -1 with *e set as relay_run() does
 */
int engine_run(struct engine *g, gpgme_error_t started, gpgme_error_t *result, struct err *e);

/*
 * engine_secret_fault(g, e): look for the failures that any use of a secret can end in: no or a
 * wrong passphrase (EX_NOPERM), no gpg-agent (EX_UNAVAILABLE), loopback forbidden (EX_CONFIG).
 * return  -1 with *e set if there was one, else 0
 */
int engine_secret_fault(const struct engine *g, gpgme_error_t result, struct err *e);

/* engine_close(g): safe on one that was never opened (zeros) */
void engine_close(struct engine *g);

#endif
