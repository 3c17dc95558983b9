#include "s3/answer.h"

#include "s3/xml.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define TARGET_MAX 400

/* The fields of S3's <Error> that a message needs */
struct error_body {
	char code[CALL_CODE_MAX];
	char message[512];
	char request_id[128];
	char region[64];
	bool is_error; /* the root is Error */
};

/* S3's error codes that are not told by their status alone */
static const struct meaning {
	const char *code;
	int exit_code;
	bool retry;
	const char *hint;
} meanings[] = {
    {"NoSuchBucket", EX_NOINPUT, false, "the bucket does not exist; check its name"},
    {"NoSuchKey", EX_NOINPUT, false, "there is no such object; check the key"},
    {"NoSuchUpload", EX_NOINPUT, false, "the upload was completed or aborted before"},
    {"AccessDenied", EX_NOPERM, false, "the key that is used has no right to do this"},
    {"AllAccessDisabled", EX_NOPERM, false, "the bucket is closed"},
    {"SignatureDoesNotMatch", EX_NOPERM, false, "check AWS_SECRET_ACCESS_KEY and AWS_REGION"},
    {"InvalidAccessKeyId", EX_NOPERM, false, "check AWS_ACCESS_KEY_ID"},
    {"InvalidToken", EX_NOPERM, false, "check AWS_SESSION_TOKEN"},
    {"ExpiredToken", EX_NOPERM, false, "get new temporary credentials"},
    {"RequestTimeTooSkewed", EX_NOPERM, false, "set this machine's clock"},
    {"InvalidObjectState", EX_TEMPFAIL, false, "the object lies in cold storage; restore it first"},
    {"InvalidStorageClass", EX_USAGE, false, "the store does not have this storage class"},
    {"PermanentRedirect", EX_CONFIG, false, "the bucket is in another region"},
    {"AuthorizationHeaderMalformed", EX_CONFIG, false, "check AWS_REGION"},
    {"PreconditionFailed", EX_TEMPFAIL, false, "the object was changed meanwhile; try again"},
    {"QuotaExceeded", EX_IOERR, false, "make room in the store"},
    {"SlowDown", EX_UNAVAILABLE, true, "try again later"},
    {"RequestTimeout", EX_UNAVAILABLE, true, "try again later"},
    {"InternalError", EX_UNAVAILABLE, true, "try again later"},
    {"ServiceUnavailable", EX_UNAVAILABLE, true, "try again later"},
    {"BadDigest", EX_PROTOCOL, true, "the data was damaged on its way"},
    {"XAmzContentSHA256Mismatch", EX_PROTOCOL, true, "the data was damaged on its way"},
};

/* What a status means where the answer has no code that is known */
static const struct status_meaning {
	long first, last;
	bool needs_code; /* the answer is S3's beyond doubt */
	struct meaning is;
} statuses[] = {
    {300, 399, false, {"", EX_CONFIG, false, "the bucket is elsewhere; check AWS_REGION"}},
    {403, 403, false, {"", EX_NOPERM, false, "check the credentials and their rights"}},
    {404, 404, false, {"", EX_NOINPUT, false, "it does not exist; check bucket and key"}},
    {408, 408, false, {"", EX_UNAVAILABLE, true, "try again later"}},
    {412, 412, false, {"", EX_TEMPFAIL, false, "the object was changed meanwhile; try again"}},
    {429, 429, false, {"", EX_UNAVAILABLE, true, "try again later"}},
    {501, 501, false, {"", EX_UNAVAILABLE, false, "the store cannot do this"}},
    {500, 599, false, {"", EX_UNAVAILABLE, true, "try again later"}},
    {400, 499, true, {"", EX_PROTOCOL, false, "the store refuses the request"}},
    {0, 999, false, {"", EX_PROTOCOL, false, "is AWS_ENDPOINT_URL the address of an S3 store?"}},
};

static int on_error_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct error_body *b = arg;

	(void)e;
	if (strcmp(path, "Error") == 0)
		b->is_error = true;
	else if (strcmp(path, "Error/Code") == 0)
		snprintf(b->code, sizeof(b->code), "%s", text);
	else if (strcmp(path, "Error/Message") == 0)
		snprintf(b->message, sizeof(b->message), "%s", text);
	else if (strcmp(path, "Error/RequestId") == 0)
		snprintf(b->request_id, sizeof(b->request_id), "%s", text);
	else if (strcmp(path, "Error/Region") == 0)
		snprintf(b->region, sizeof(b->region), "%s", text);
	return 0;
}

static const struct meaning *meaning_of(const char *code, long status)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (strcmp(code, meanings[i].code) == 0)
			return &meanings[i];
	}
	for (i = 0; statuses[i].first > status || statuses[i].last < status ||
		    (statuses[i].needs_code && code[0] == '\0');
	     i++)
		;
	return &statuses[i].is;
}

int answer_exit_code(const char *code)
{
	return meaning_of(code, 500)->exit_code;
}

static void copy_header(const struct call *c, const char *name, char *to, size_t len)
{
	const char *value = call_header(c, name);

	if (to[0] == '\0' && value != NULL)
		snprintf(to, len, "%s", value);
}

/* For answers without a body, as to a HEAD */
static const char *status_text(long status)
{
	switch (status) {
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 412:
		return "Precondition Failed";
	default:
		return "no reason given";
	}
}

static void describe(
    const struct call *c, const struct error_body *b, const struct meaning *m, struct err *e)
{
	char target[TARGET_MAX];
	char hint[256];

	if (b->region[0] != '\0' && m->exit_code == EX_CONFIG)
		snprintf(hint, sizeof(hint), "the bucket is in another region; set AWS_REGION=%s",
		    b->region);
	else
		snprintf(hint, sizeof(hint), "%s", m->hint);
	err_set(e, m->exit_code, "cannot %s %s: %s%s%s (HTTP %ld%s%s); %s", c->doing,
	    call_target(c, target, sizeof(target)),
	    b->code[0] != '\0' ? b->code : status_text(c->status),
	    b->message[0] != '\0' ? ": " : "", b->message, c->status,
	    b->request_id[0] != '\0' ? ", request " : "", b->request_id, hint);
}

static bool is_success(const struct call *c)
{
	return c->status >= 200 && c->status <= 299;
}

enum answer_verdict answer_judge(struct call *c, const struct config *cfg, struct err *e)
{
	struct error_body b = {0};
	struct err not_xml = {0};
	const struct meaning *m;
	char target[TARGET_MAX];

	c->code[0] = '\0';
	if (is_success(c) && !c->error_in_200)
		return ANSWER_OK;
	if (xml_walk(buf_cstr(&c->answer), c->answer.len, on_error_element, &b, &not_xml) != 0 &&
	    is_success(c)) {
		err_set(e, EX_PROTOCOL, "cannot %s %s: %s; check what stands behind %s://%s",
		    c->doing, call_target(c, target, sizeof(target)), not_xml.text, cfg->scheme,
		    cfg->host);
		return ANSWER_RETRY;
	}
	if (is_success(c) && !b.is_error)
		return ANSWER_OK;
	copy_header(c, "x-amz-request-id", b.request_id, sizeof(b.request_id));
	copy_header(c, "x-amz-bucket-region", b.region, sizeof(b.region));
	snprintf(c->code, sizeof(c->code), "%s", b.code);
	/* an error that hides behind a 200 is the server's, found out too late for a status */
	m = meaning_of(b.code, is_success(c) ? 500 : c->status);
	describe(c, &b, m, e);
	return m->retry ? ANSWER_RETRY : ANSWER_FAILED;
}

/* return the exit code for a failure of libcurl, and whether to try again and what to do */
static int broken_meaning(int curl_code, bool *retry, const char **hint)
{
	*retry = true;
	*hint = "check AWS_ENDPOINT_URL and the network";
	switch (curl_code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		*retry = false;
		*hint = "set AWS_CA_BUNDLE to the file of the CA that signed the certificate";
		return EX_UNAVAILABLE;
	case CURLE_SSL_CACERT_BADFILE:
		*retry = false;
		*hint = "check AWS_CA_BUNDLE";
		return EX_CONFIG;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		*retry = false;
		*hint = "check AWS_ENDPOINT_URL";
		return EX_CONFIG;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_WRITE_ERROR:
		*hint = "is AWS_ENDPOINT_URL the address of an S3 store?";
		return EX_PROTOCOL;
	case CURLE_OUT_OF_MEMORY:
		*retry = false;
		*hint = "close other programs";
		return EX_OSERR;
	default:
		return EX_UNAVAILABLE;
	}
}

enum answer_verdict answer_broken(
    const struct call *c, const struct config *cfg, int curl_code, const char *text, struct err *e)
{
	char target[TARGET_MAX];
	const char *hint;
	bool retry;
	int code = broken_meaning(curl_code, &retry, &hint);

	err_set(e, code, "cannot %s %s: %s://%s: %s; %s", c->doing,
	    call_target(c, target, sizeof(target)), cfg->scheme, cfg->host,
	    text[0] != '\0' ? text : curl_easy_strerror((CURLcode)curl_code), hint);
	return retry ? ANSWER_RETRY : ANSWER_FAILED;
}
