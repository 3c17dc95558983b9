#include "s3/page.h"

#include "base/num.h"
#include "s3/call.h"
#include "s3/uri.h"
#include "s3/xml.h"

#include <string.h>

const struct page_kind page_objects = {
    .root = "ListBucketResult",
    .entry = "Contents",
    .time = "LastModified",
    .next = "NextContinuationToken",
};

const struct page_kind page_uploads = {
    .root = "ListMultipartUploadsResult",
    .entry = "Upload",
    .time = "Initiated",
    .next = "NextKeyMarker",
    .next_id = "NextUploadIdMarker",
};

/* return what follows "FIRST/" in path, or NULL where path begins otherwise */
static const char *below(const char *path, const char *first)
{
	size_t n = strlen(first);

	return strncmp(path, first, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* ---- the page itself ---- */

struct reading {
	const struct page_kind *kind;
	struct page *page;
};

static int replace(struct buf *b, const char *text, struct err *e)
{
	buf_clear(b);
	return buf_str(b, text, e);
}

static int on_page_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct reading *r = arg;
	const char *name = below(path, r->kind->root);

	if (strcmp(path, r->kind->root) == 0)
		r->page->right_root = true;
	if (name == NULL)
		return 0;
	if (strcmp(name, "EncodingType") == 0)
		r->page->encoded = strcmp(text, "url") == 0;
	else if (strcmp(name, "IsTruncated") == 0)
		r->page->truncated = strcmp(text, "true") == 0;
	else if (strcmp(name, r->kind->next) == 0)
		return replace(&r->page->next, text, e);
	else if (r->kind->next_id != NULL && strcmp(name, r->kind->next_id) == 0)
		return replace(&r->page->next_id, text, e);
	return 0;
}

/* A key marker is a name like the others; a continuation token is not. */
static int decode_marker(const struct page_kind *kind, struct page *p, struct err *e)
{
	struct buf plain = {0};

	if (kind != &page_uploads || !p->encoded)
		return 0;
	if (uri_decode(&plain, buf_cstr(&p->next), e) != 0) {
		buf_free(&plain);
		return -1;
	}
	buf_free(&p->next);
	p->next = plain;
	return 0;
}

int page_read(
    const struct page_kind *kind, const char *data, size_t len, struct page *p, struct err *e)
{
	struct reading r = {.kind = kind, .page = p};

	if (xml_walk(data, len, on_page_element, &r, e) != 0)
		return -1;
	if (!p->right_root)
		return err_set(e, EX_PROTOCOL,
		    "the server's answer is no listing; is AWS_ENDPOINT_URL the address of an S3 "
		    "store?");
	return decode_marker(kind, p, e);
}

void page_free(struct page *p)
{
	buf_free(&p->next);
	buf_free(&p->next_id);
	*p = (struct page){0};
}

/* ---- its entries ---- */

struct entries {
	const struct page_kind *kind;
	const struct page *page;
	list_each *each;
	void *arg;
	struct buf key, time, size, storage_class, etag, upload_id;
};

static void clear_entry(struct entries *s)
{
	buf_clear(&s->key);
	buf_clear(&s->time);
	buf_clear(&s->size);
	buf_clear(&s->storage_class);
	buf_clear(&s->etag);
	buf_clear(&s->upload_id);
}

static int emit(struct entries *s, struct err *e)
{
	char etag[CALL_PIN_MAX];
	struct list_entry entry = {.etag = etag};
	struct err bad = {0};

	if (s->key.len == 0 || list_parse_time(buf_cstr(&s->time), &entry.time) != 0 ||
	    (s->kind == &page_objects &&
		num_uint("", buf_cstr(&s->size), 0, UINT64_MAX, &entry.size, &bad) != 0) ||
	    (s->kind == &page_uploads && s->upload_id.len == 0))
		return err_set(
		    e, EX_PROTOCOL, "the server's listing lacks the key, time or size of an entry");
	call_unquote(buf_cstr(&s->etag), etag, sizeof(etag));
	entry.key = buf_cstr(&s->key);
	entry.storage_class = s->storage_class.len > 0 ? buf_cstr(&s->storage_class) : "STANDARD";
	entry.upload_id = buf_cstr(&s->upload_id);
	return s->each(s->arg, &entry, e);
}

static int take_field(struct entries *s, const char *name, const char *text, struct err *e)
{
	if (strcmp(name, "Key") == 0) {
		buf_clear(&s->key);
		return s->page->encoded ? uri_decode(&s->key, text, e) : buf_str(&s->key, text, e);
	}
	if (strcmp(name, s->kind->time) == 0)
		return replace(&s->time, text, e);
	if (strcmp(name, "Size") == 0)
		return replace(&s->size, text, e);
	if (strcmp(name, "StorageClass") == 0)
		return replace(&s->storage_class, text, e);
	if (strcmp(name, "ETag") == 0)
		return replace(&s->etag, text, e);
	if (strcmp(name, "UploadId") == 0)
		return replace(&s->upload_id, text, e);
	return 0;
}

static int on_entry_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct entries *s = arg;
	const char *entry = below(path, s->kind->root);
	const char *field = entry != NULL ? below(entry, s->kind->entry) : NULL;

	if (field != NULL)
		return take_field(s, field, text, e);
	if (entry == NULL || strcmp(entry, s->kind->entry) != 0)
		return 0;
	if (emit(s, e) != 0)
		return -1;
	clear_entry(s);
	return 0;
}

int page_entries(const struct page_kind *kind, const char *data, size_t len, const struct page *p,
    list_each *each, void *arg, struct err *e)
{
	struct entries s = {.kind = kind, .page = p, .each = each, .arg = arg};
	int result = xml_walk(data, len, on_entry_element, &s, e);

	buf_free(&s.key);
	buf_free(&s.time);
	buf_free(&s.size);
	buf_free(&s.storage_class);
	buf_free(&s.etag);
	buf_free(&s.upload_id);
	return result;
}
