/*
 * config: which store to speak to, and how to address it.
 */
#ifndef S3_CONFIG_H
#define S3_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct config {
	char *scheme; /* "http" or "https"; owned */
	char *host; /* HOST[:PORT] of the endpoint; owned */
	char *base_path; /* path of the endpoint without its last '/', mostly ""; owned */
	char *region; /* owned */
	char *ca_bundle; /* file of CA certificates, or NULL for the system's; owned */
	bool path_style; /* ENDPOINT/BUCKET/KEY; otherwise BUCKET.ENDPOINT/KEY */
	unsigned attempts; /* how often a request is tried in all */
};

/*
 * config_load(c, e): read the environment: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (default:
 * AWS), AWS_REGION or AWS_DEFAULT_REGION (default us-east-1), AWS_CA_BUNDLE, AWS_MAX_ATTEMPTS.
 * return  0, or -1 with *e set: EX_CONFIG naming the variable that is unusable. *c is to be freed
 *         in any case.
 */
int config_load(struct config *c, struct err *e);

void config_free(struct config *c);

/*
 * config_address(c, bucket, key, host, path, e): where a bucket (key NULL) or an object is found.
 * out     host and path are appended to; the path is percent-encoded and begins with '/'
 * return  0, or -1 with *e set
 */
int config_address(const struct config *c, const char *bucket, const char *key, struct buf *host,
    struct buf *path, struct err *e);

#endif
