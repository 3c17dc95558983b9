#include "engine.h"

#include "agent.h"

#include <stdbool.h>
#include <stddef.h>

static int check_gpg(struct err *e)
{
	gpgme_error_t err;

	gpgme_check_version(NULL);
	err = gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP);
	if (err != 0)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot use gpg: %s; install the package gnupg, and see that gpg is on PATH",
		    gpgme_strerror(err));
	return 0;
}

/* No window and no terminal, ever: either we have the passphrase, or gpg-agent remembers it. */
static gpgme_error_t never_ask(struct engine *g, struct passphrase *passphrase)
{
	if (passphrase == NULL)
		return gpgme_set_pinentry_mode(g->op, GPGME_PINENTRY_MODE_ERROR);
	gpgme_set_passphrase_cb(g->op, passphrase_give, passphrase);
	return gpgme_set_pinentry_mode(g->op, GPGME_PINENTRY_MODE_LOOPBACK);
}

int engine_open(struct engine *g, struct passphrase *passphrase, int in, int out, struct err *e)
{
	gpgme_error_t err;

	if (check_gpg(e) != 0)
		return -1;
	g->passphrase = passphrase;
	err = gpgme_new(&g->op);
	if (err == 0)
		err = gpgme_new(&g->keys);
	if (err == 0)
		err = never_ask(g, passphrase);
	if (err == 0)
		err = gpgme_set_ctx_flag(g->op, "full-status", "1");
	/* A wrong passphrase is to be found out, not hidden by one that was right before. */
	if (err == 0)
		err = gpgme_set_ctx_flag(g->op, "no-symkey-cache", "1");
	if (err != 0)
		return err_set(e, EX_OSERR, "cannot set up gpgme: %s", gpgme_strerror(err));
	gpgme_set_status_cb(g->op, status_take, &g->status);
	g->relay = relay_new(g->op, in, out, e);
	return g->relay != NULL ? 0 : -1;
}

int engine_run(struct engine *g, gpgme_error_t started, gpgme_error_t *result, struct err *e)
{
	*result = started;
	return started != 0 ? 0 : relay_run(g->relay, result, e);
}

static bool was(const struct engine *g, gpgme_error_t result, gpg_err_code_t code)
{
	return gpgme_err_code(result) == code || status_has(&g->status, code);
}

int engine_secret_fault(const struct engine *g, gpgme_error_t result, struct err *e)
{
	if (was(g, result, GPG_ERR_NO_AGENT) || was(g, result, GPG_ERR_ASS_CONNECT_FAILED))
		return agent_unreachable(e);
	if (was(g, result, GPG_ERR_NO_PIN_ENTRY) && g->passphrase == NULL)
		return err_set(e, EX_NOPERM,
		    "a passphrase is needed and gpg-agent remembers none; pass it with "
		    "--passphrase-file FILE");
	if (g->passphrase == NULL)
		return 0;
	if (was(g, result, GPG_ERR_BAD_PASSPHRASE))
		return err_set(e, EX_NOPERM, "the passphrase in '%s' is wrong; correct the file",
		    g->passphrase->path);
	if (was(g, result, GPG_ERR_NO_PIN_ENTRY) || was(g, result, GPG_ERR_NOT_SUPPORTED))
		return err_set(e, EX_CONFIG,
		    "gpg-agent does not take a passphrase from a file; remove "
		    "no-allow-loopback-pinentry from gpg-agent.conf");
	return 0;
}

void engine_close(struct engine *g)
{
	relay_free(g->relay);
	if (g->op != NULL)
		gpgme_release(g->op);
	if (g->keys != NULL)
		gpgme_release(g->keys);
	*g = (struct engine){0};
}
