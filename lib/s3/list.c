#include "s3/list.h"

#include "s3/page.h"

#include <string.h>

static int ask_objects(struct call *c, const struct page *before, struct err *e)
{
	if (pairs_add(&c->query, "list-type", "2", e) != 0)
		return -1;
	if (before->next.len > 0)
		return pairs_add(&c->query, "continuation-token", buf_cstr(&before->next), e);
	return 0;
}

static int ask_uploads(struct call *c, const struct page *before, struct err *e)
{
	if (pairs_add(&c->query, "uploads", "", e) != 0)
		return -1;
	if (before->next.len > 0 &&
	    (pairs_add(&c->query, "key-marker", buf_cstr(&before->next), e) != 0 ||
		pairs_add(&c->query, "upload-id-marker", buf_cstr(&before->next_id), e) != 0))
		return -1;
	return 0;
}

/* A server that does not move on would keep us here for ever. */
static int check_progress(const struct page *p, const struct page *before, struct err *e)
{
	if (p->truncated &&
	    (p->next.len == 0 ||
		(strcmp(buf_cstr(&p->next), buf_cstr(&before->next)) == 0 &&
		    strcmp(buf_cstr(&p->next_id), buf_cstr(&before->next_id)) == 0)))
		return err_set(
		    e, EX_PROTOCOL, "the server says that its listing goes on, but not where");
	return 0;
}

static int fetch(struct client *client, const struct page_kind *kind, struct call *c,
    const char *prefix, const struct page *before, struct page *p, struct err *e)
{
	c->error_in_200 = true; /* has the form of the answer checked, too */
	if ((kind == &page_objects ? ask_objects : ask_uploads)(c, before, e) != 0 ||
	    (!p->plain && pairs_add(&c->query, "encoding-type", "url", e) != 0) ||
	    (prefix[0] != '\0' && pairs_add(&c->query, "prefix", prefix, e) != 0) ||
	    client_run(client, c, e) != 0 ||
	    page_read(kind, buf_cstr(&c->answer), c->answer.len, p, e) != 0)
		return -1;
	return check_progress(p, before, e);
}

/*
 * *p: the page before; becomes the one that is listed now.
 * Ceph encodes some of the names in a list of uploads and does not say so. Whoever does not say so
 * is asked again for plain names, which leave no doubt.
 */
static int one_page(struct client *client, const struct page_kind *kind, const char *bucket,
    const char *prefix, list_each *each, void *arg, struct page *p, struct err *e)
{
	struct page next = {.plain = p->plain};
	struct call c;
	int result;

	call_init(&c, "GET", "list", bucket, NULL);
	result = fetch(client, kind, &c, prefix, p, &next, e);
	if (result == 0 && !next.plain && !next.encoded) {
		page_free(&next);
		next.plain = true;
		call_free(&c);
		call_init(&c, "GET", "list", bucket, NULL);
		result = fetch(client, kind, &c, prefix, p, &next, e);
	}
	if (result == 0)
		result = page_entries(kind, buf_cstr(&c.answer), c.answer.len, &next, each, arg, e);
	call_free(&c);
	page_free(p);
	*p = next;
	return result;
}

static int list(struct client *client, const struct page_kind *kind, const char *bucket,
    const char *prefix, list_each *each, void *arg, struct err *e)
{
	struct page p = {0};
	int result;

	do
		result = one_page(client, kind, bucket, prefix, each, arg, &p, e);
	while (result == 0 && p.truncated);
	page_free(&p);
	return result;
}

int list_objects(struct client *client, const char *bucket, const char *prefix, list_each *each,
    void *arg, struct err *e)
{
	return list(client, &page_objects, bucket, prefix, each, arg, e);
}

int list_uploads(struct client *client, const char *bucket, const char *prefix, list_each *each,
    void *arg, struct err *e)
{
	return list(client, &page_uploads, bucket, prefix, each, arg, e);
}

const char *list_time(time_t t, char out[LIST_TIME_MAX])
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, LIST_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

int list_parse_time(const char *text, time_t *t)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end == NULL)
		return -1;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (strcmp(end, "Z") != 0)
		return -1;
	*t = timegm(&tm);
	return 0;
}
