/*
 * creds: who we are to the store.
 *
 * Credentials come from the first of a list of sources that has any (creds.c, one function each).
 */
#ifndef S3_CREDS_H
#define S3_CREDS_H

#include "base/err.h"

struct creds {
	char *access_key; /* owned */
	char *secret_key; /* owned; wiped by creds_free() */
	char *token; /* owned; NULL for long-lived credentials; wiped by creds_free() */
};

/*
 * creds_load(c, e): find credentials: from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if set,
 * AWS_SESSION_TOKEN.
 * return  0, or -1 with *e set: EX_CONFIG naming the variable that is missing or unusable
 */
int creds_load(struct creds *c, struct err *e);

void creds_free(struct creds *c);

#endif
