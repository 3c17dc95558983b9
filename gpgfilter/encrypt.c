#include "encrypt.h"

#include "agent.h"
#include "keys.h"

#include <stdlib.h>

static void keys_free(gpgme_key_t *keys)
{
	for (gpgme_key_t *k = keys; k != NULL && *k != NULL; k++)
		gpgme_key_unref(*k);
	free(keys);
}

/* return  the recipients' keys and a NULL, to keys_free(); NULL with *e set */
static gpgme_key_t *find_recipients(
    struct engine *g, const struct encrypt_plan *plan, struct err *e)
{
	gpgme_key_t *keys = calloc(plan->recipient_count + 1, sizeof(gpgme_key_t));

	if (keys == NULL) {
		err_nomem(e);
		return NULL;
	}
	for (size_t i = 0; i < plan->recipient_count; i++) {
		keys[i] = key_find(g->keys, KEY_ENCRYPT, plan->recipients[i], plan->any_trust, e);
		if (keys[i] == NULL) {
			keys_free(keys);
			return NULL;
		}
	}
	return keys;
}

static int add_signer(struct engine *g, const struct encrypt_plan *plan, struct err *e)
{
	gpgme_error_t err;
	gpgme_key_t key;

	if (!plan->sign || plan->signer == NULL)
		return 0;
	key = key_find(g->keys, KEY_SIGN, plan->signer, true, e);
	if (key == NULL)
		return -1;
	err = gpgme_signers_add(g->op, key);
	gpgme_key_unref(key);
	if (err != 0)
		return err_set(
		    e, EX_OSERR, "cannot sign as '%s': %s", plan->signer, gpgme_strerror(err));
	return 0;
}

static gpgme_error_t start(struct engine *g, const struct encrypt_plan *plan, gpgme_key_t *keys)
{
	unsigned flags = GPGME_ENCRYPT_NO_COMPRESS;
	gpgme_data_t in = relay_source(g->relay);
	gpgme_data_t out = relay_sink(g->relay);

	if (plan->any_trust)
		flags |= GPGME_ENCRYPT_ALWAYS_TRUST;
	if (plan->symmetric)
		flags |= GPGME_ENCRYPT_SYMMETRIC;
	if (plan->recipient_count == 0)
		keys = NULL;
	if (plan->sign)
		return gpgme_op_encrypt_sign_start(
		    g->op, keys, (gpgme_encrypt_flags_t)flags, in, out);
	return gpgme_op_encrypt_start(g->op, keys, (gpgme_encrypt_flags_t)flags, in, out);
}

/* The keys were looked at before; but gpg has the last word, and its options may forbid more. */
static int refused_key(const struct engine *g, struct err *e)
{
	gpgme_encrypt_result_t r = gpgme_op_encrypt_result(g->op);

	if (r != NULL && r->invalid_recipients != NULL)
		return err_set(e, EX_NOPERM,
		    "gpg will not encrypt to key %s: %s; choose another recipient",
		    r->invalid_recipients->fpr != NULL ? r->invalid_recipients->fpr : "?",
		    gpgme_strerror(r->invalid_recipients->reason));
	if (g->status.no_signer && agent_check(g->keys, e) != 0)
		return -1;
	if (g->status.no_signer)
		return err_set(e, EX_NOINPUT,
		    "there is no usable secret key to sign with; name one with --local-user, or "
		    "import one (gpg --import FILE)");
	return 0;
}

static int judge(const struct engine *g, gpgme_error_t result, struct err *e)
{
	if (result == 0 && g->status.encrypted && !g->status.failed)
		return 0;
	if (refused_key(g, e) != 0 || engine_secret_fault(g, result, e) != 0)
		return -1;
	if (result == 0)
		return err_set(e, EX_SOFTWARE,
		    "cannot encrypt: gpg ended before the message did; see why with: gpg -e");
	return err_set(
	    e, EX_SOFTWARE, "cannot encrypt: %s; see why with: gpg -e", gpgme_strerror(result));
}

int encrypt_run(struct engine *g, const struct encrypt_plan *plan, struct err *e)
{
	gpgme_key_t *keys = find_recipients(g, plan, e);
	gpgme_error_t result;
	int rc = -1;

	if (keys == NULL || add_signer(g, plan, e) != 0)
		goto out;
	if (engine_run(g, start(g, plan, keys), &result, e) != 0)
		goto out;
	rc = judge(g, result, e);
out:
	keys_free(keys);
	return rc;
}
