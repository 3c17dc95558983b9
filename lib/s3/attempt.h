/*
 * attempt: one try of a call on a libcurl handle: signed now, sent, its answer taken in.
 *
 * A range download (call.dst) starts at the byte that an earlier attempt reached, and takes bytes
 * only from an answer that says that it is that range.
 */
#ifndef S3_ATTEMPT_H
#define S3_ATTEMPT_H

#include "s3/call.h"
#include "s3/config.h"
#include "s3/creds.h"

#include <curl/curl.h>

#define ATTEMPT_ANSWER_MAX (16U * 1024 * 1024) /* bytes of an answer that is kept in memory */

struct attempt {
	CURL *easy;
	struct curl_slist *headers;
	struct call *call; /* NULL while unused */
	char text[CURL_ERROR_SIZE];
	const char *refused; /* why we ourselves refused the answer, or NULL */
	bool in_range; /* the answer is the range that was asked for */
};

/*
 * attempt_prepare(a, c, cfg, creds, timeout_ms, e): set a->easy up for one try of c; forgets the
 * answer of the try before.
 * timeout_ms  for the whole attempt; 0: as long as bytes flow
 * return      0, or -1 with *e set
 */
int attempt_prepare(struct attempt *a, struct call *c, const struct config *cfg,
    const struct creds *creds, long timeout_ms, struct err *e);

/*
 * attempt_result(a, curl_code): what became of an attempt that libcurl has ended: fills in
 * call.status, and turns a range that came short into CURLE_PARTIAL_FILE.
 * return  the reason where *curl_code is not CURLE_OK, mostly; "" where there is no text. Lives as
 *         long as *a.
 */
const char *attempt_result(struct attempt *a, int *curl_code);

/* attempt_reset(a): ready for another call; connections stay with the multi handle */
void attempt_reset(struct attempt *a);

#endif
