#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "ERROR <where> <code>[_<NAME>] ..." and "FAILURE <where> <code>" */
static void take_error(struct status *s, const char *args)
{
	const char *code = strchr(args, ' ');

	if (code == NULL || s->errors == STATUS_ERRORS_MAX)
		return;
	s->error[s->errors++] = gpgme_err_code((gpgme_error_t)strtoul(code + 1, NULL, 10));
}

/* "DECRYPTION_INFO <mdc_method> <sym_algo> [<aead_algo>]" */
static void take_protection(struct status *s, const char *args)
{
	int mdc = 0;
	int cipher = 0;
	int aead = 0;

	if (sscanf(args, "%d %d %d", &mdc, &cipher, &aead) >= 2)
		s->unprotected = mdc == 0 && aead == 0;
}

gpgme_error_t status_take(void *hook, const char *keyword, const char *args)
{
	struct status *s = hook;
	const struct {
		const char *keyword;
		bool *seen;
	} flags[] = {
	    {"END_ENCRYPTION", &s->encrypted},
	    {"BEGIN_DECRYPTION", &s->begun},
	    {"DECRYPTION_OKAY", &s->okay},
	    {"DECRYPTION_FAILED", &s->failed},
	    {"FAILURE", &s->failed},
	    {"PLAINTEXT", &s->plaintext},
	    {"BADMDC", &s->manipulated},
	    {"NEED_PASSPHRASE_SYM", &s->symmetric},
	    {"INV_SGNR", &s->no_signer},
	    {"NODATA", &s->foreign},
	    {"UNEXPECTED", &s->foreign},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(keyword, flags[i].keyword) == 0)
			*flags[i].seen = true;
	}
	if (strcmp(keyword, "DECRYPTION_INFO") == 0)
		take_protection(s, args);
	if (strcmp(keyword, "END_DECRYPTION") == 0)
		s->decrypted = s->okay;
	if (strcmp(keyword, "ERROR") == 0 || strcmp(keyword, "FAILURE") == 0)
		take_error(s, args);
	return 0;
}

bool status_has(const struct status *s, gpg_err_code_t code)
{
	for (size_t i = 0; i < s->errors; i++) {
		if (s->error[i] == code)
			return true;
	}
	return false;
}
