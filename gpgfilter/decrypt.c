#include "decrypt.h"

#include "agent.h"
#include "armor.h"
#include "base/buf.h"

#include <stdbool.h>
#include <string.h>

/* ---- what kind of message it was not ---- */

static int not_a_message(const struct engine *g, gpgme_decrypt_result_t r, struct err *e)
{
	bool addressed = r != NULL && r->recipients != NULL;
	const struct status *s = &g->status;

	if (relay_taken(g->relay) == 0)
		return err_set(e, EX_DATAERR,
		    "standard input is empty: no message to decrypt; see whether what wrote it "
		    "failed");
	if (s->begun)
		return 0;
	if (s->plaintext)
		return err_set(e, EX_DATAERR,
		    "the message is not encrypted, only signed or packed; read it with: gpg "
		    "--decrypt");
	if (s->foreign || (!addressed && !s->symmetric))
		return err_set(e, EX_DATAERR,
		    "standard input is not an OpenPGP message, or its beginning is damaged; it "
		    "cannot be decrypted");
	return 0;
}

static int outdated(const struct engine *g, gpgme_decrypt_result_t r, struct err *e)
{
	if (g->status.unprotected || (r != NULL && r->legacy_cipher_nomdc))
		return err_set(e, EX_DATAERR,
		    "the message has no integrity protection (MDC): anybody may have changed it; "
		    "if you trust where it was kept, read it with: gpg --ignore-mdc-error -d");
	if (r != NULL && r->unsupported_algorithm != NULL)
		return err_set(e, EX_DATAERR,
		    "the message uses algorithm %s that this gpg does not know; use a newer gpg",
		    r->unsupported_algorithm);
	return 0;
}

/* ---- no key to it ---- */

/* Hidden recipients are keys of zeros (RFC 4880, 5.1). */
static const char *key_name(const char *keyid)
{
	return strspn(keyid, "0") == strlen(keyid) ? "a key that the message does not name" : keyid;
}

static int no_secret_key(const struct engine *g, gpgme_decrypt_result_t r, struct err *e)
{
	struct buf names = {0};
	size_t missing = 0;
	int rc = 0;

	for (gpgme_recipient_t k = r != NULL ? r->recipients : NULL; k != NULL; k = k->next) {
		if (gpgme_err_code(k->status) == GPG_ERR_NO_SECKEY &&
		    buf_fmt(&names, e, "%s%s", missing++ > 0 ? " and to " : "",
			key_name(k->keyid)) != 0)
			rc = -1;
	}
	if (rc == 0 && missing > 0)
		rc = agent_check(g->keys, e);
	if (rc == 0 && missing > 0)
		rc = err_set(e, EX_NOINPUT,
		    "the message is encrypted to %s: there is no secret key for that; import it "
		    "(gpg --import FILE)%s",
		    buf_cstr(&names),
		    g->status.symmetric ? ", or pass the passphrase with --passphrase-file FILE"
					: "");
	buf_free(&names);
	return rc;
}

/* ---- verdict ---- */

static int damaged(const struct engine *g, gpgme_error_t result, struct err *e)
{
	const struct status *s = &g->status;

	if (s->plaintext && s->foreign)
		return err_set(e, EX_DATAERR,
		    "the message is damaged, or something follows it that does not belong to it; "
		    "do not use what was decrypted");
	if (s->manipulated || s->plaintext || s->failed ||
	    gpgme_err_code(result) == GPG_ERR_NO_DATA)
		return err_set(e, EX_DATAERR,
		    "the message is damaged: cut short or changed; do not use what was decrypted");
	if (result == 0)
		return err_set(e, EX_SOFTWARE,
		    "cannot decrypt: gpg ended before the message did; see why with: gpg -d");
	return err_set(e, EX_DATAERR,
	    "cannot decrypt: %s; the message is damaged or in a form that gpg does not know",
	    gpgme_strerror(result));
}

static int judge(const struct engine *g, gpgme_error_t result, struct err *e)
{
	const struct status *s = &g->status;
	gpgme_decrypt_result_t r = gpgme_op_decrypt_result(g->op);

	if (result == 0 && s->decrypted && !s->failed && !s->foreign)
		return 0;
	if (not_a_message(g, r, e) != 0 || outdated(g, r, e) != 0)
		return -1;
	/* Only while no key was found: later failures have other causes. */
	if (!s->plaintext && !s->manipulated &&
	    (engine_secret_fault(g, result, e) != 0 || no_secret_key(g, r, e) != 0))
		return -1;
	return damaged(g, result, e);
}

int decrypt_run(struct engine *g, const struct signature_rule *rule, struct err *e)
{
	struct armor armor = {.len = 0};
	gpgme_verify_result_t verified;
	gpgme_error_t started;
	gpgme_error_t result;

	relay_observe(g->relay, armor_feed, &armor);
	started =
	    gpgme_op_decrypt_verify_start(g->op, relay_source(g->relay), relay_sink(g->relay));
	if (engine_run(g, started, &result, e) != 0 || judge(g, result, e) != 0)
		return -1;
	if (!armor_is_whole(&armor))
		return err_set(e, EX_DATAERR,
		    "the message does not end with its line -----END PGP MESSAGE-----: it was cut "
		    "short, or something follows it; do not use what was decrypted");
	verified = gpgme_op_verify_result(g->op);
	return signature_judge(g->keys, verified != NULL ? verified->signatures : NULL, rule, e);
}
