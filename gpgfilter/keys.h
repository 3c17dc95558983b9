/*
 * keys: find the key that a name means, and say why it must not be used.
 */
#ifndef GPGFILTER_KEYS_H
#define GPGFILTER_KEYS_H

#include "base/err.h"

#include <gpgme.h>
#include <stdbool.h>

enum key_use {
	KEY_ENCRYPT,
	KEY_SIGN,
};

/* Why a key is of no use; of several keys, the one with the smallest is reported. */
enum key_fault {
	KEY_FINE,
	KEY_UNTRUSTED, /* nobody vouches for it: its validity is neither full nor ultimate */
	KEY_EXPIRED, /* the key, or all its subkeys for this use */
	KEY_DISABLED,
	KEY_REVOKED,
	KEY_INCAPABLE, /* it has no subkey for this use */
	KEY_INVALID,
};

/*
 * key_subkey(key, use): the subkey that serves this use: the newest one that is sound, else the
 * newest one of all.
 * return  borrowed from key; NULL when there is none for this use
 */
gpgme_subkey_t key_subkey(gpgme_key_t key, enum key_use use);

/*
 * key_fault(key, use, address, any_trust): judge a listed key.
 * address    the mail address that it was named by, whose user ID must be valid; NULL: any user ID
 * any_trust  do not ask who vouches for it
 */
enum key_fault key_fault(gpgme_key_t key, enum key_use use, const char *address, bool any_trust);

/*
 * key_find(ctx, use, name, any_trust, e): the one usable key that name means. A plain mail address
 * means exactly this address; all else is understood as gpg(1) does (fingerprint, key ID, =exact
 * user ID, part of a user ID). KEY_SIGN looks among the secret keys.
 * return  a key to gpgme_key_unref(); NULL with *e set: EX_NOINPUT when no key has that name,
 *         EX_NOPERM when none that has it may be used, EX_USAGE when several may,
 *         EX_UNAVAILABLE when gpg or its agent cannot tell
 */
gpgme_key_t key_find(
    gpgme_ctx_t ctx, enum key_use use, const char *name, bool any_trust, struct err *e);

#endif
