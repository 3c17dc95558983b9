/*
 * signature: is a decrypted message from whom it should be?
 */
#ifndef GPGFILTER_SIGNATURE_H
#define GPGFILTER_SIGNATURE_H

#include "base/err.h"

#include <gpgme.h>
#include <stdbool.h>
#include <stddef.h>

struct signature_rule {
	bool required; /* there must be a good signature */
	char *const *fingerprints; /* by one of these keys; borrowed */
	size_t fingerprint_count; /* 0: by any key of full or ultimate validity */
};

/*
 * signature_judge(keys, found, rule, e): apply the rule to the signatures found in a message that
 * was decrypted.
 * keys    a context for key listings
 * return  0; -1 with *e set: EX_DATAERR for a signature that is wrong, required or not; EX_NOPERM
 *         when the required one is not there or not good enough
 */
int signature_judge(
    gpgme_ctx_t keys, gpgme_signature_t found, const struct signature_rule *rule, struct err *e);

/* signature_is_fingerprint(text): 40 or 64 hexadecimal digits */
bool signature_is_fingerprint(const char *text);

#endif
