#include "s3/object.h"

#include "base/num.h"

#include <string.h>

int object_head(struct client *client, struct call *c, struct object *o, struct err *e)
{
	struct err bad = {0};
	const char *length;

	if (client_run(client, c, e) != 0)
		return -1;
	length = call_header(c, "content-length");
	if (length == NULL || num_uint("", length, 0, UINT64_MAX, &o->size, &bad) != 0)
		return err_set(e, EX_PROTOCOL,
		    "the store does not tell the size of s3://%s/%s; is AWS_ENDPOINT_URL the "
		    "address of an S3 store?",
		    c->bucket, c->key);
	call_etag(c, o->etag, sizeof(o->etag));
	return 0;
}

static bool is_encrypted_by_key(const struct call *c)
{
	const char *how = call_header(c, "x-amz-server-side-encryption");

	return (how != NULL && strncmp(how, "aws:kms", 7) == 0) ||
	       call_header(c, "x-amz-server-side-encryption-customer-algorithm") != NULL;
}

int object_check_md5(
    const struct call *c, const unsigned char md5[HASH_MD5_LEN], bool *plain, struct err *e)
{
	unsigned char theirs[HASH_MD5_LEN];
	char etag[OBJECT_ETAG_MAX];

	call_etag(c, etag, sizeof(etag));
	*plain = hash_md5_parse(etag, theirs) == 0 && !is_encrypted_by_key(c);
	if (etag[0] == '\0')
		return err_set(e, EX_PROTOCOL,
		    "cannot %s s3://%s/%s: the store's answer has no ETag; is AWS_ENDPOINT_URL the "
		    "address of an S3 store?",
		    c->doing, c->bucket, c->key);
	if (*plain && memcmp(theirs, md5, HASH_MD5_LEN) != 0)
		return err_set(e, EX_PROTOCOL,
		    "cannot %s s3://%s/%s: the store received other bytes than were sent (its "
		    "ETag is %s); try again",
		    c->doing, c->bucket, c->key, etag);
	return 0;
}
