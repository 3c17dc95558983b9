/*
 * status: what gpg itself said of an operation, line by line (gnupg's doc/DETAILS).
 *
 * gpgme never sees how gpg ended, and for some failures reports success: a gpg that is killed in
 * the middle, junk after the message, any failure of a symmetric encryption. So success is what gpg
 * affirms, not the absence of complaints.
 */
#ifndef GPGFILTER_STATUS_H
#define GPGFILTER_STATUS_H

#include <gpgme.h>
#include <stdbool.h>
#include <stddef.h>

#define STATUS_ERRORS_MAX 16

struct status {
	bool encrypted; /* END_ENCRYPTION: the whole message was written */
	bool begun; /* BEGIN_DECRYPTION: an encrypted message was recognised */
	bool decrypted; /* DECRYPTION_OKAY, and END_DECRYPTION after it */
	bool failed; /* DECRYPTION_FAILED or FAILURE */
	bool plaintext; /* PLAINTEXT: a message's content was reached */
	bool unprotected; /* DECRYPTION_INFO: neither MDC nor AEAD */
	bool manipulated; /* BADMDC */
	bool symmetric; /* NEED_PASSPHRASE_SYM: encrypted with a passphrase (too) */
	bool no_signer; /* INV_SGNR: the key to sign with cannot be used */
	bool foreign; /* NODATA, UNEXPECTED: something that is not OpenPGP */
	bool okay; /* DECRYPTION_OKAY alone */
	size_t errors; /* libgpg-error codes of ERROR and FAILURE lines, in order */
	gpg_err_code_t error[STATUS_ERRORS_MAX];
};

/* status_take(hook, keyword, args): a gpgme_status_cb_t; hook is the struct status. return 0 */
gpgme_error_t status_take(void *hook, const char *keyword, const char *args);

/* status_has(s, code): did gpg report this error? */
bool status_has(const struct status *s, gpg_err_code_t code);

#endif
