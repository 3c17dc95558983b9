#include "s3/attempt.h"

#include "base/prog.h"
#include "s3/sigv4.h"
#include "s3/uri.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define CONNECT_TIMEOUT_S 10L
#define LOW_SPEED_BYTES 1L
#define LOW_SPEED_S 120L /* completing a large upload may take the server minutes */
#define BUFFER_BYTES (512L * 1024)
#define DATE_MAX 32

static size_t refuse(struct attempt *a, const char *why)
{
	a->refused = why;
	return CURL_WRITEFUNC_ERROR;
}

/* ---- the answer ---- */

static int keep_header(struct call *c, const char *line, size_t len, struct err *e)
{
	const char *colon = memchr(line, ':', len);
	char name[128];
	char value[4096];
	size_t n;

	if (colon == NULL || (size_t)(colon - line) >= sizeof(name))
		return 0;
	n = (size_t)(colon - line);
	for (size_t i = 0; i < n; i++)
		name[i] = (char)tolower((unsigned char)line[i]);
	name[n] = '\0';
	line += n + 1;
	len -= n + 1;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	if (len >= sizeof(value))
		return 0;
	memcpy(value, line, len);
	value[len] = '\0';
	return pairs_add(&c->answer_headers, name, value, e);
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct attempt *a = arg;
	struct err e = {0};

	if (size * n >= 5 && memcmp(line, "HTTP/", 5) == 0) /* 100 Continue came before */
		pairs_clear(&a->call->answer_headers);
	else if (keep_header(a->call, line, size * n, &e) != 0)
		return refuse(a, "out of memory");
	return size * n;
}

/* Is this answer of the version that is wanted? The first one decides which that is. */
static bool version_fits(struct call *c)
{
	const char *etag = call_header(c, "etag");

	if (etag == NULL || etag[0] == '\0' || strlen(etag) >= sizeof(c->pin))
		return false;
	if (c->pin[0] == '\0')
		snprintf(c->pin, sizeof(c->pin), "%s", etag);
	return strcmp(c->pin, etag) == 0;
}

/* Is this answer the range that was asked for? Notes the object's size. */
static bool range_fits(struct call *c)
{
	const char *value = call_header(c, "content-range");
	uint64_t first, last, total;
	int end = 0;

	if (value == NULL ||
	    sscanf(value, "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64 "%n", &first, &last, &total,
		&end) != 3 ||
	    value[end] != '\0')
		return false;
	if (first != c->range_first + c->got || last < first || last >= total ||
	    last - c->range_first >= c->dst_len || (c->total != 0 && c->total != total))
		return false;
	c->total = total;
	return true;
}

static size_t on_range(struct attempt *a, const char *data, size_t len)
{
	struct call *c = a->call;

	if (len > c->dst_len - c->got)
		return refuse(a, "the server sends more than it was asked for");
	memcpy(c->dst + c->got, data, len);
	c->got += len;
	return len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct attempt *a = arg;
	struct call *c = a->call;
	struct err e = {0};
	size_t len = size * n;

	if (c->status == 0)
		curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &c->status);
	if (c->dst != NULL && c->status >= 200 && c->status <= 299) {
		if (!a->in_range && (c->status != 206 || !range_fits(c)))
			return refuse(a, "the server does not send the range that was asked for");
		if (!a->in_range && !version_fits(c))
			return refuse(a, "the server sends another version of the object");
		a->in_range = true;
		return on_range(a, data, len);
	}
	if (len > ATTEMPT_ANSWER_MAX - c->answer.len)
		return refuse(a, "the server's answer is too long");
	if (buf_add(&c->answer, data, len, &e) != 0)
		return refuse(a, "out of memory");
	return len;
}

/* ---- the request ---- */

static size_t on_read(char *to, size_t size, size_t n, void *arg)
{
	struct call *c = ((struct attempt *)arg)->call;
	size_t len = c->body_len - c->sent;

	if (len > size * n)
		len = size * n;
	if (len > 0)
		memcpy(to, (const char *)c->body + c->sent, len);
	c->sent += len;
	return len;
}

/* libcurl rewinds when a kept connection turns out to be dead. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct call *c = ((struct attempt *)arg)->call;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > c->body_len)
		return CURL_SEEKFUNC_FAIL;
	c->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* All headers that are signed */
static int signed_headers(struct pairs *h, struct call *c, const struct creds *creds,
    const char *host, const char *date, struct err *e)
{
	if (c->sha256[0] == '\0' && hash_sha256_hex(c->body, c->body_len, c->sha256, e) != 0)
		return -1;
	if (pairs_copy(h, &c->headers, e) != 0 || pairs_add(h, "host", host, e) != 0 ||
	    pairs_add(h, "x-amz-date", date, e) != 0 ||
	    pairs_add(h, "x-amz-content-sha256", c->sha256, e) != 0)
		return -1;
	if (creds->token != NULL && pairs_add(h, "x-amz-security-token", creds->token, e) != 0)
		return -1;
	if (c->pin[0] != '\0' && pairs_add(h, "if-match", c->pin, e) != 0)
		return -1;
	if (c->dst != NULL)
		return pairs_addf(h, e, "range", "bytes=%" PRIu64 "-%" PRIu64,
		    c->range_first + c->got, c->range_first + c->dst_len - 1);
	return 0;
}

/* An empty value keeps libcurl from sending that header of its own accord. */
static int append_header(struct attempt *a, const char *name, const char *value, struct err *e)
{
	struct curl_slist *list;
	struct buf line = {0};

	if (buf_fmt(&line, e, value[0] != '\0' ? "%s: %s" : "%s:%s", name, value) != 0)
		return -1;
	list = curl_slist_append(a->headers, line.data);
	explicit_bzero(line.data, line.len);
	buf_free(&line);
	if (list == NULL)
		return err_nomem(e);
	a->headers = list;
	return 0;
}

static int set_headers(
    struct attempt *a, const struct pairs *signed_ones, const char *authorization, struct err *e)
{
	for (size_t i = 0; i < signed_ones->n; i++) {
		if (append_header(a, signed_ones->v[i].name, signed_ones->v[i].value, e) != 0)
			return -1;
	}
	if (append_header(a, "authorization", authorization, e) != 0 ||
	    append_header(a, "Expect", "", e) != 0 || append_header(a, "Accept", "", e) != 0)
		return -1;
	if (pairs_find(signed_ones, "content-type") == NULL &&
	    append_header(a, "Content-Type", "", e) != 0)
		return -1;
	curl_easy_setopt(a->easy, CURLOPT_HTTPHEADER, a->headers);
	return 0;
}

/* Sign the call as of now: headers and URL */
static int set_request(struct attempt *a, struct call *c, const struct config *cfg,
    const struct creds *creds, struct err *e)
{
	struct sigv4_request r = {.method = c->method, .query = &c->query, .service = "s3"};
	struct pairs headers = {0};
	struct buf authorization = {0};
	struct buf host = {0};
	struct buf path = {0};
	struct buf url = {0};
	char date[DATE_MAX];
	time_t now = time(NULL);
	struct tm tm;
	int result = -1;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
	if (config_address(cfg, c->bucket, c->key, &host, &path, e) != 0 ||
	    signed_headers(&headers, c, creds, buf_cstr(&host), date, e) != 0)
		goto out;
	r.path = buf_cstr(&path);
	r.headers = &headers;
	r.payload_sha256 = c->sha256;
	r.amz_date = date;
	r.region = cfg->region;
	if (sigv4_authorization(&r, creds, &authorization, e) != 0 ||
	    set_headers(a, &headers, buf_cstr(&authorization), e) != 0 ||
	    buf_fmt(&url, e, "%s://%s%s%s", cfg->scheme, buf_cstr(&host), buf_cstr(&path),
		c->query.n > 0 ? "?" : "") != 0 ||
	    uri_query(&url, &c->query, e) != 0)
		goto out;
	curl_easy_setopt(a->easy, CURLOPT_URL, buf_cstr(&url));
	result = 0;
out:
	pairs_free(&headers);
	buf_free(&authorization);
	buf_free(&host);
	buf_free(&path);
	buf_free(&url);
	return result;
}

static void set_method(CURL *easy, const struct call *c)
{
	if (strcmp(c->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (strcmp(c->method, "GET") == 0)
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	else
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, c->method);
	if (strcmp(c->method, "PUT") == 0 || c->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)c->body_len);
	} else if (strcmp(c->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
	}
}

static void set_limits(CURL *easy, const struct config *cfg, long timeout_ms)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* a key may hold "/../" */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
	if (cfg->ca_bundle != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, cfg->ca_bundle);
}

static void set_callbacks(struct attempt *a)
{
	CURL *easy = a->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, a);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, a->text);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, a);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, a);
}

int attempt_prepare(struct attempt *a, struct call *c, const struct config *cfg,
    const struct creds *creds, long timeout_ms, struct err *e)
{
	char agent[64];

	a->call = c;
	a->text[0] = '\0';
	a->refused = NULL;
	a->in_range = false;
	c->status = 0;
	c->sent = 0;
	c->code[0] = '\0';
	pairs_clear(&c->answer_headers);
	buf_clear(&c->answer);
	snprintf(agent, sizeof(agent), "%s/%s", prog_name(), PROG_VERSION);
	curl_easy_setopt(a->easy, CURLOPT_USERAGENT, agent);
	set_callbacks(a);
	set_limits(a->easy, cfg, timeout_ms);
	set_method(a->easy, c);
	return set_request(a, c, cfg, creds, e);
}

const char *attempt_result(struct attempt *a, int *curl_code)
{
	struct call *c = a->call;
	const char *length;

	curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &c->status);
	if (*curl_code != CURLE_OK)
		return a->refused != NULL ? a->refused : a->text;
	if (c->dst == NULL || c->status < 200 || c->status > 299)
		return "";
	length = call_header(c, "content-length");
	if (c->status == 200 && length != NULL && strcmp(length, "0") == 0)
		return ""; /* an empty object has no ranges */
	if (c->got > 0 && (c->got == c->dst_len || c->range_first + c->got == c->total))
		return "";
	*curl_code = CURLE_PARTIAL_FILE;
	return "the server sends less than it was asked for";
}

void attempt_reset(struct attempt *a)
{
	curl_easy_reset(a->easy);
	curl_slist_free_all(a->headers);
	a->headers = NULL;
	a->call = NULL;
}
