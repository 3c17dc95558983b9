#include "signature.h"

#include <string.h>
#include <strings.h>

bool signature_is_fingerprint(const char *text)
{
	size_t len = strlen(text);

	return (len == 40 || len == 64) && strspn(text, "0123456789abcdefABCDEF") == len;
}

static bool is_listed(const struct signature_rule *rule, const char *fpr)
{
	for (size_t i = 0; i < rule->fingerprint_count; i++) {
		if (strcasecmp(rule->fingerprints[i], fpr) == 0)
			return true;
	}
	return false;
}

/* A signature names the subkey that made it; people name keys by the primary one. */
static bool is_by_listed(
    gpgme_ctx_t keys, const struct signature_rule *rule, const char *signer_fpr)
{
	gpgme_key_t key = NULL;
	bool listed = is_listed(rule, signer_fpr);

	if (!listed && gpgme_get_key(keys, signer_fpr, &key, 0) == 0) {
		listed = key->fpr != NULL && is_listed(rule, key->fpr);
		gpgme_key_unref(key);
	}
	return listed;
}

static bool satisfies(gpgme_ctx_t keys, const struct signature_rule *rule, gpgme_signature_t s)
{
	if (gpgme_err_code(s->status) != GPG_ERR_NO_ERROR || s->wrong_key_usage || s->fpr == NULL)
		return false;
	if (rule->fingerprint_count > 0)
		return is_by_listed(keys, rule, s->fpr);
	return s->validity == GPGME_VALIDITY_FULL || s->validity == GPGME_VALIDITY_ULTIMATE;
}

static int refuse(const struct signature_rule *rule, gpgme_signature_t s, struct err *e)
{
	const char *fpr = s->fpr != NULL ? s->fpr : "?";

	switch (gpgme_err_code(s->status)) {
	case GPG_ERR_NO_ERROR:
		break;
	case GPG_ERR_NO_PUBKEY:
		return err_set(e, EX_NOPERM,
		    "the signature cannot be checked: there is no public key %s; import it (gpg "
		    "--import FILE)",
		    fpr);
	case GPG_ERR_KEY_EXPIRED:
		return err_set(e, EX_NOPERM,
		    "the key %s that signed the message has expired; import it extended, or do "
		    "without --require-signature",
		    fpr);
	case GPG_ERR_CERT_REVOKED:
		return err_set(e, EX_NOPERM,
		    "the key %s that signed the message was revoked; trust the message only if you "
		    "know another way that it is genuine",
		    fpr);
	case GPG_ERR_SIG_EXPIRED:
		return err_set(e, EX_NOPERM, "the signature by key %s has expired", fpr);
	default:
		return err_set(e, EX_NOPERM, "the signature by key %s cannot be checked: %s", fpr,
		    gpgme_strerror(s->status));
	}
	if (rule->fingerprint_count > 0)
		return err_set(e, EX_NOPERM,
		    "the message is signed by key %s, not by the one required; it may be from "
		    "somebody else",
		    fpr);
	return err_set(e, EX_NOPERM,
	    "nobody you trust vouches for key %s that signed the message; check its fingerprint "
	    "and pass --require-signature=%s",
	    fpr, fpr);
}

int signature_judge(
    gpgme_ctx_t keys, gpgme_signature_t found, const struct signature_rule *rule, struct err *e)
{
	bool good = false;

	for (gpgme_signature_t s = found; s != NULL; s = s->next) {
		if (gpgme_err_code(s->status) == GPG_ERR_BAD_SIGNATURE)
			return err_set(e, EX_DATAERR,
			    "the signature by key %s is wrong: the message was changed after it "
			    "was signed; do not use it",
			    s->fpr != NULL ? s->fpr : "?");
		good = good || (rule->required && satisfies(keys, rule, s));
	}
	if (!rule->required || good)
		return 0;
	if (found == NULL)
		return err_set(e, EX_NOPERM,
		    "the message is not signed and a signature is required; encrypt with --sign, "
		    "or do without --require-signature");
	return refuse(rule, found, e);
}
