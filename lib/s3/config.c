#include "s3/config.h"

#include "base/num.h"
#include "s3/uri.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_REGION "us-east-1"
#define DEFAULT_ATTEMPTS 8
#define MAX_ATTEMPTS 100

/* The first of two variables that is set and not empty; *name says which */
static const char *first_of(const char *a, const char *b, const char **name)
{
	const char *value = getenv(a);

	*name = a;
	if (value != NULL && value[0] != '\0')
		return value;
	value = b != NULL ? getenv(b) : NULL;
	*name = b;
	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool only(const char *text, const char *legal)
{
	return text[0] != '\0' && text[strspn(text, legal)] == '\0';
}

static int load_region(struct config *c, struct err *e)
{
	const char *name;
	const char *value = first_of("AWS_REGION", "AWS_DEFAULT_REGION", &name);

	if (value == NULL)
		value = DEFAULT_REGION;
	else if (!only(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"))
		return err_set(
		    e, EX_CONFIG, "%s: '%s' cannot be the name of a region", name, value);
	c->region = strdup(value);
	return c->region != NULL ? 0 : err_nomem(e);
}

/* AWS itself: the endpoint of the region */
static int aws_endpoint(struct config *c, struct err *e)
{
	const char *tail = strncmp(c->region, "cn-", 3) == 0 ? ".cn" : "";
	struct buf host = {0};

	if (buf_fmt(&host, e, "s3.%s.amazonaws.com%s", c->region, tail) != 0)
		return -1;
	c->host = host.data;
	c->scheme = strdup("https");
	c->base_path = strdup("");
	return c->scheme != NULL && c->base_path != NULL ? 0 : err_nomem(e);
}

static int custom_endpoint(struct config *c, const char *name, const char *url, struct err *e)
{
	const char *host = strstr(url, "://");
	size_t scheme_len = host != NULL ? (size_t)(host - url) : 0;
	size_t host_len;
	size_t path_len;

	if (host == NULL || !((scheme_len == 4 && strncmp(url, "http", 4) == 0) ||
				(scheme_len == 5 && strncmp(url, "https", 5) == 0)))
		return err_set(e, EX_CONFIG,
		    "%s: '%s' is not of the form https://HOST[:PORT] or http://HOST[:PORT]", name,
		    url);
	host += strlen("://");
	host_len = strcspn(host, "/");
	if (host_len == 0 || host[strcspn(host, "?#@ \\")] != '\0')
		return err_set(e, EX_CONFIG,
		    "%s: the address after '://' has to be HOST[:PORT], and a path at most", name);
	path_len = strlen(host + host_len);
	while (path_len > 0 && host[host_len + path_len - 1] == '/')
		path_len--;
	c->path_style = true;
	c->scheme = strndup(url, scheme_len);
	c->host = strndup(host, host_len);
	c->base_path = strndup(host + host_len, path_len);
	if (c->scheme == NULL || c->host == NULL || c->base_path == NULL)
		return err_nomem(e);
	return 0;
}

static int load_ca_bundle(struct config *c, struct err *e)
{
	const char *name;
	const char *value = first_of("AWS_CA_BUNDLE", NULL, &name);

	if (value == NULL)
		return 0;
	c->ca_bundle = strdup(value);
	return c->ca_bundle != NULL ? 0 : err_nomem(e);
}

static int load_attempts(struct config *c, struct err *e)
{
	const char *name;
	const char *value = first_of("AWS_MAX_ATTEMPTS", NULL, &name);
	uint64_t n = DEFAULT_ATTEMPTS;

	if (value != NULL && num_uint("AWS_MAX_ATTEMPTS", value, 1, MAX_ATTEMPTS, &n, e) != 0) {
		e->code = EX_CONFIG;
		return -1;
	}
	c->attempts = (unsigned)n;
	return 0;
}

int config_load(struct config *c, struct err *e)
{
	const char *name;
	const char *url = first_of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", &name);

	*c = (struct config){0};
	if (load_region(c, e) != 0 || load_ca_bundle(c, e) != 0 || load_attempts(c, e) != 0)
		return -1;
	return url != NULL ? custom_endpoint(c, name, url, e) : aws_endpoint(c, e);
}

void config_free(struct config *c)
{
	free(c->scheme);
	free(c->host);
	free(c->base_path);
	free(c->region);
	free(c->ca_bundle);
	*c = (struct config){0};
}

int config_address(const struct config *c, const char *bucket, const char *key, struct buf *host,
    struct buf *path, struct err *e)
{
	/* a wildcard certificate covers one label: BUCKET.WITH.DOTS.s3... would not verify */
	bool in_path = c->path_style || strchr(bucket, '.') != NULL;

	if (buf_fmt(host, e, "%s%s%s", in_path ? "" : bucket, in_path ? "" : ".", c->host) != 0 ||
	    uri_encode(path, c->base_path, true, e) != 0)
		return -1;
	if (in_path && (buf_str(path, "/", e) != 0 || uri_encode(path, bucket, false, e) != 0))
		return -1;
	if (key != NULL || !in_path) {
		if (buf_str(path, "/", e) != 0)
			return -1;
	}
	return key != NULL ? uri_encode(path, key, true, e) : 0;
}
