/*
 * encrypt: plaintext to an OpenPGP message (RFC 4880), never compressed.
 */
#ifndef GPGFILTER_ENCRYPT_H
#define GPGFILTER_ENCRYPT_H

#include "base/err.h"
#include "engine.h"

#include <stdbool.h>
#include <stddef.h>

struct encrypt_plan {
	char *const *recipients; /* names of keys; borrowed */
	size_t recipient_count; /* 0 only with symmetric */
	bool symmetric; /* with the passphrase, (also) */
	bool any_trust; /* recipients' keys need nobody's certification */
	bool sign;
	const char *signer; /* name of the key; NULL: gpg's default */
};

/*
 * encrypt_run(g, plan, e): find the keys, and encrypt. Blocks.
 * return  0; -1 with *e set: what key_find(), relay_run() and engine_secret_fault() give, EX_NOPERM
 *         for a key that gpg refuses, EX_SOFTWARE
 */
int encrypt_run(struct engine *g, const struct encrypt_plan *plan, struct err *e);

#endif
