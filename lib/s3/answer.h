/*
 * answer: what an attempt's outcome means: success, a failure, or a failure worth another try; and
 * the message for it.
 */
#ifndef S3_ANSWER_H
#define S3_ANSWER_H

#include "s3/call.h"
#include "s3/config.h"

enum answer_verdict {
	ANSWER_OK,
	ANSWER_FAILED,
	ANSWER_RETRY,
};

/*
 * answer_judge(c, cfg, e): read the status, headers and body of an answer that has arrived whole.
 * out     c->code; *e for everything but ANSWER_OK
 */
enum answer_verdict answer_judge(struct call *c, const struct config *cfg, struct err *e);

/*
 * answer_broken(c, cfg, curl_code, text, e): there was no whole answer: libcurl's code and text
 * (may be "") say why.
 * out     *e
 */
enum answer_verdict answer_broken(
    const struct call *c, const struct config *cfg, int curl_code, const char *text, struct err *e);

/* answer_exit_code(code): the exit code for one of S3's error codes, as in a list of results */
int answer_exit_code(const char *code);

#endif
