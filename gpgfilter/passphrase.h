/*
 * passphrase: the one passphrase of a run, from a file, kept until it is wiped.
 */
#ifndef GPGFILTER_PASSPHRASE_H
#define GPGFILTER_PASSPHRASE_H

#include "base/err.h"

#include <gpgme.h>
#include <stdbool.h>
#include <stddef.h>

#define PASSPHRASE_MAX 255 /* what gpg-agent takes */

struct passphrase {
	const char *path; /* for messages; borrowed */
	bool exposed; /* others than the owner may read or change the file */
	size_t len;
	char text[PASSPHRASE_MAX + 2]; /* with a newline after it, as gpg wants it */
};

/*
 * passphrase_read(p, path, e): take the first line of a file (or pipe), as gpg's --passphrase-file
 * does, without its newline.
 * return  0; -1 with *e set: EX_NOINPUT or EX_NOPERM for a file that cannot be opened, EX_CONFIG
 *         for an empty or too long passphrase, EX_IOERR
 */
int passphrase_read(struct passphrase *p, const char *path, struct err *e);

/* passphrase_give(hook, ...): a gpgme_passphrase_cb_t; hook is the struct passphrase */
gpgme_error_t passphrase_give(
    void *hook, const char *uid_hint, const char *info, int was_bad, int fd);

/* passphrase_wipe(p): overwrite it */
void passphrase_wipe(struct passphrase *p);

#endif
