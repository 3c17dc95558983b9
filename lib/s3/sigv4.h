/*
 * sigv4: AWS Signature Version 4 in the Authorization header (S3 API reference, "Authenticating
 * Requests: Using the Authorization Header"). Pure: the time is an argument.
 */
#ifndef S3_SIGV4_H
#define S3_SIGV4_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/creds.h"
#include "s3/pairs.h"

struct sigv4_request {
	const char *method;
	const char *path; /* percent-encoded once, beginning with '/' */
	const struct pairs *query; /* not encoded; any order */
	const struct pairs *headers; /* all are signed: names in lower case, each once, any order */
	const char *payload_sha256; /* hexadecimal, or one of S3's words for an unsigned payload */
	const char *amz_date; /* YYYYMMDDTHHMMSSZ, as in the x-amz-date header */
	const char *region;
	const char *service;
};

/*
 * sigv4_authorization(r, c, out, e): append the value of the Authorization header to *out.
 * return  0, or -1 with *e set
 */
int sigv4_authorization(
    const struct sigv4_request *r, const struct creds *c, struct buf *out, struct err *e);

#endif
