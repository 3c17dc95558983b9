#include "agent.h"

#include <stdbool.h>
#include <stddef.h>

int agent_unreachable(struct err *e)
{
	return err_set(
	    e, EX_UNAVAILABLE, "gpg-agent cannot be reached; see why with: gpg-connect-agent /bye");
}

static bool answers(void)
{
	gpgme_ctx_t ctx = NULL;
	gpgme_error_t err = gpgme_new(&ctx);

	if (err == 0)
		err = gpgme_set_protocol(ctx, GPGME_PROTOCOL_ASSUAN);
	if (err == 0)
		err = gpgme_op_assuan_transact_ext(
		    ctx, "NOP", NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	if (ctx != NULL)
		gpgme_release(ctx);
	return err == 0;
}

static bool has_key(gpgme_ctx_t keys, bool secret)
{
	gpgme_error_t err = gpgme_op_keylist_start(keys, NULL, secret);
	gpgme_key_t key;
	bool any = false;

	/* To the end: gpgme loses what it has queued of a listing that is broken off. */
	while (err == 0) {
		err = gpgme_op_keylist_next(keys, &key);
		if (err == 0) {
			gpgme_key_unref(key);
			any = true;
		}
	}
	return any;
}

int agent_check(gpgme_ctx_t keys, struct err *e)
{
	if (answers())
		return 0;
	/* To list the secret keys, gpg asks the agent which of the public ones are. */
	if (has_key(keys, true) || answers() || !has_key(keys, false))
		return 0;
	return agent_unreachable(e);
}
