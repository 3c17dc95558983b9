#include "agent.h"

#include <gpgme.h>
#include <stddef.h>

int agent_unreachable(struct err *e)
{
	return err_set(
	    e, EX_UNAVAILABLE, "gpg-agent cannot be reached; see why with: gpg-connect-agent /bye");
}

int agent_check(struct err *e)
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
	return err != 0 ? agent_unreachable(e) : 0;
}
