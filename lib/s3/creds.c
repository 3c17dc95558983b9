#include "s3/creds.h"

#include <stdlib.h>
#include <string.h>

/* A source answers 1 with *c filled, 0 when it has nothing, -1 with *e set when it is broken. */
typedef int creds_source(struct creds *c, struct err *e);

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* What is sent in a header cannot hold blanks or control characters: a key pasted with its newline.
 */
static int check_plain(const char *name, const char *value, struct err *e)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~')
			return err_set(e, EX_CONFIG,
			    "%s holds a blank or a character that no key has; set it again", name);
	}
	return 0;
}

static int take(char **to, const char *name, struct err *e)
{
	const char *value = env(name);

	if (value == NULL)
		return 0;
	if (check_plain(name, value, e) != 0)
		return -1;
	*to = strdup(value);
	return *to != NULL ? 0 : err_nomem(e);
}

static int from_environment(struct creds *c, struct err *e)
{
	if (take(&c->access_key, "AWS_ACCESS_KEY_ID", e) != 0 ||
	    take(&c->secret_key, "AWS_SECRET_ACCESS_KEY", e) != 0 ||
	    take(&c->token, "AWS_SESSION_TOKEN", e) != 0)
		return -1;
	if (c->access_key == NULL && c->secret_key == NULL)
		return 0;
	if (c->access_key == NULL || c->secret_key == NULL)
		return err_set(e, EX_CONFIG, "%s is not set, but %s is; set both",
		    c->access_key == NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
		    c->access_key == NULL ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	return 1;
}

static creds_source *const sources[] = {from_environment};

int creds_load(struct creds *c, struct err *e)
{
	*c = (struct creds){0};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		int found = sources[i](c, e);

		if (found != 0)
			return found < 0 ? -1 : 0;
		creds_free(c);
	}
	return err_set(e, EX_CONFIG,
	    "AWS_ACCESS_KEY_ID is not set; set it and AWS_SECRET_ACCESS_KEY to the key of the "
	    "store");
}

static void wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void creds_free(struct creds *c)
{
	free(c->access_key);
	wipe(c->secret_key);
	wipe(c->token);
	*c = (struct creds){0};
}
