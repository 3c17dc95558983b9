/*
 * decrypt: an OpenPGP message to its plaintext.
 *
 * Plaintext is written while it comes: only the end of the message tells whether all of it was
 * genuine. What was written counts for nothing unless decrypt_run() returns 0.
 */
#ifndef GPGFILTER_DECRYPT_H
#define GPGFILTER_DECRYPT_H

#include "base/err.h"
#include "engine.h"
#include "signature.h"

/*
 * decrypt_run(g, rule, e): decrypt and verify. Blocks.
 * return  0 when all of the message is there, unchanged, and signed as the rule wants; -1 with *e
 *         set: EX_DATAERR for what is no encrypted message, or not a whole and unchanged one;
 *         EX_NOINPUT when the secret key is missing; what signature_judge(), relay_run() and
 *         engine_secret_fault() give
 */
int decrypt_run(struct engine *g, const struct signature_rule *rule, struct err *e);

#endif
