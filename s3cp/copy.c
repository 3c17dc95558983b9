#include "copy.h"

#include "parts.h"
#include "source.h"

#include <inttypes.h>

static int add_class(const struct copy_options *o, struct pairs *headers, struct err *e)
{
	if (o->storage_class == NULL)
		return 0;
	return pairs_add(headers, "x-amz-storage-class", o->storage_class, e);
}

static int whole(
    struct client *client, const struct copy_options *o, const struct source *s, struct err *e)
{
	struct call c;
	int result = -1;

	call_init(&c, "PUT", "copy to", o->to->bucket, o->to->key);
	c.error_in_200 = true;
	if (source_headers(o->from, s, &c.headers, e) == 0 && add_class(o, &c.headers, e) == 0 &&
	    pairs_add(&c.headers, "x-amz-metadata-directive", "COPY", e) == 0)
		result = client_run(client, &c, e);
	call_free(&c);
	return result;
}

static int in_parts(
    struct client *client, const struct copy_options *o, struct source *s, struct err *e)
{
	if (source_add_tags(client, o->from, s, e) != 0 || add_class(o, &s->headers, e) != 0)
		return -1;
	return parts_copy(client, o, s, &s->headers, e);
}

static int confirm(
    struct client *client, const struct copy_options *o, const struct source *s, struct err *e)
{
	struct object copy;
	struct call c;
	int result;

	call_init(&c, "HEAD", "confirm the copy to", o->to->bucket, o->to->key);
	result = object_head(client, &c, &copy, e);
	call_free(&c);
	if (result == 0 && copy.size != s->object.size)
		result = err_set(e, EX_PROTOCOL,
		    "s3://%s/%s is no copy of s3://%s/%s: it has %" PRIu64 " bytes, not %" PRIu64
		    "; was one of them written meanwhile?",
		    o->to->bucket, o->to->key, o->from->bucket, o->from->key, copy.size,
		    s->object.size);
	return result;
}

int copy_run(struct client *client, const struct copy_options *o, struct err *e)
{
	struct source s;
	int result = source_look(client, o->from, &s, e);

	if (result == 0 && s.object.size > o->threshold)
		result = in_parts(client, o, &s, e);
	else if (result == 0)
		result = whole(client, o, &s, e);
	if (result == 0)
		result = confirm(client, o, &s, e);
	source_free(&s);
	return result;
}
