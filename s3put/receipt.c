#include "receipt.h"

#include "base/io.h"
#include "s3/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "s3put-receipt-1"
#define SIZE_MAX_BYTES (1024 * 1024 * 8) /* 10,000 parts take about 2 MiB */

int receipt_check_absent(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return err_set(e, EX_CANTCREAT,
		    "the receipt %s exists already; commit or abort its upload first", path);
	return 0;
}

/* ---- writing ---- */

static json_t *part_to_json(const struct multipart_part *part)
{
	char md5[HASH_MD5_HEX];

	if (!part->has_md5)
		return json_pack("{s:I, s:s}", "size", (json_int_t)part->size, "etag", part->etag);
	hash_hex(part->md5, HASH_MD5_LEN, md5);
	return json_pack(
	    "{s:I, s:s, s:s}", "size", (json_int_t)part->size, "etag", part->etag, "md5", md5);
}

/* A key may be any bytes, JSON only holds UTF-8: percent-encoded it is always both. */
static json_t *to_json(
    const char *endpoint, bool staged, const struct multipart *m, const char *key)
{
	json_t *parts = json_array();

	for (unsigned i = 0; i < m->n; i++) {
		if (json_array_append_new(parts, part_to_json(&m->parts[i])) != 0) {
			json_decref(parts);
			return NULL;
		}
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "format", FORMAT, "state",
	    staged ? "staged" : "uploading", "endpoint", endpoint, "bucket", m->bucket, "key", key,
	    "upload_id", m->id, "bytes", (json_int_t)m->bytes, "parts", parts);
}

static int write_whole(int fd, const char *text, const char *name, struct err *e)
{
	if (io_write(fd, text, strlen(text), name, e) != 0)
		return -1;
	if (fsync(fd) != 0)
		return err_sys(e, EX_IOERR, "cannot write %s to disk", name);
	return 0;
}

/* So that the name, too, survives a crash */
static int sync_directory(const char *path, struct err *e)
{
	char *copy = strdup(path);
	int result = 0;
	int fd;

	if (copy == NULL)
		return err_nomem(e);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		result = err_sys(e, EX_IOERR, "cannot write the directory of %s to disk", path);
	if (fd >= 0)
		close(fd);
	free(copy);
	return result;
}

static int write_text(const char *path, const char *text, struct err *e)
{
	struct buf temporary = {0};
	int result = -1;
	int fd = -1;

	if (buf_fmt(&temporary, e, "%s.XXXXXX", path) != 0)
		goto out;
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0) {
		err_sys(e, EX_CANTCREAT, "cannot create the receipt %s", path);
		goto out;
	}
	result = write_whole(fd, text, path, e);
	if (io_close(fd, path, e) != 0)
		result = -1;
	if (result == 0 && rename(temporary.data, path) != 0)
		result = err_sys(e, EX_CANTCREAT, "cannot create the receipt %s", path);
	if (result == 0)
		result = sync_directory(path, e);
	else
		unlink(temporary.data);
out:
	buf_free(&temporary);
	return result;
}

int receipt_write(
    const char *path, const char *endpoint, bool staged, const struct multipart *m, struct err *e)
{
	struct buf key = {0};
	json_t *json = NULL;
	char *text = NULL;
	int result = -1;

	if (uri_encode(&key, m->key, true, e) != 0)
		goto out;
	json = to_json(endpoint, staged, m, buf_cstr(&key));
	text = json != NULL ? json_dumps(json, JSON_INDENT(1)) : NULL;
	if (text != NULL)
		result = write_text(path, text, e);
	else
		err_nomem(e);
out:
	json_decref(json);
	free(text);
	buf_free(&key);
	return result;
}

/* ---- reading ---- */

static int foreign(const char *path, const char *why, struct err *e)
{
	return err_set(e, EX_DATAERR, "%s is not a receipt of s3put: %s", path, why);
}

static int read_text(const char *path, struct buf *text, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, 0, "cannot open the receipt %s", path);
	n = buf_reserve(text, SIZE_MAX_BYTES, e) == 0
		? io_read(fd, text->data, SIZE_MAX_BYTES, path, e)
		: -1;
	close(fd);
	if (n < 0)
		return -1;
	text->len = (size_t)n;
	return n < SIZE_MAX_BYTES ? 0 : foreign(path, "it is too large", e);
}

static int take_part(
    const char *path, json_t *json, struct multipart *m, unsigned number, struct err *e)
{
	struct multipart_part part = {0};
	const char *etag;
	const char *md5 = NULL;
	json_int_t size;

	if (json_unpack(json, "{s:I, s:s, s?s}", "size", &size, "etag", &etag, "md5", &md5) != 0 ||
	    size < 0 || etag[0] == '\0' || strlen(etag) >= sizeof(part.etag))
		return foreign(path, "a part is damaged", e);
	snprintf(part.etag, sizeof(part.etag), "%s", etag);
	part.size = (uint64_t)size;
	part.has_md5 = md5 != NULL;
	if (md5 != NULL && hash_md5_parse(md5, part.md5) != 0)
		return foreign(path, "a part's MD5 is damaged", e);
	return multipart_add(m, number, &part, e);
}

static int take_parts(const char *path, json_t *parts, struct multipart *m, struct err *e)
{
	size_t n = json_array_size(parts);

	for (size_t i = 0; i < n; i++) {
		if (take_part(path, json_array_get(parts, i), m, (unsigned)i + 1, e) != 0)
			return -1;
	}
	return 0;
}

static int take_json(const char *path, json_t *json, struct receipt *r, struct err *e)
{
	const char *format, *state, *endpoint, *bucket, *key, *id;
	struct buf plain_key = {0};
	json_int_t bytes;
	json_t *parts;

	if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "format", &format,
		"state", &state, "endpoint", &endpoint, "bucket", &bucket, "key", &key, "upload_id",
		&id, "bytes", &bytes, "parts", &parts) != 0 ||
	    strcmp(format, FORMAT) != 0 || id[0] == '\0' || !json_is_array(parts))
		return foreign(path, "it lacks what a receipt has", e);
	r->staged = strcmp(state, "staged") == 0;
	if (!r->staged && strcmp(state, "uploading") != 0)
		return foreign(path, "its state is unknown", e);
	if (uri_decode(&plain_key, key, e) != 0) {
		buf_free(&plain_key);
		return -1;
	}
	r->endpoint = strdup(endpoint);
	r->upload.bucket = strdup(bucket);
	r->upload.key = plain_key.data;
	r->upload.id = strdup(id);
	if (r->endpoint == NULL || r->upload.bucket == NULL || r->upload.id == NULL)
		return err_nomem(e);
	if (take_parts(path, parts, &r->upload, e) != 0)
		return -1;
	if (r->upload.bytes != (uint64_t)bytes || (r->staged && r->upload.n == 0))
		return foreign(path, "its parts do not add up", e);
	return 0;
}

int receipt_read(const char *path, struct receipt *r, struct err *e)
{
	struct buf text = {0};
	json_t *json = NULL;
	json_error_t why;
	int result = -1;

	*r = (struct receipt){0};
	if (read_text(path, &text, e) != 0)
		goto out;
	json = json_loadb(buf_cstr(&text), text.len, JSON_REJECT_DUPLICATES, &why);
	if (json == NULL)
		foreign(path, why.text, e);
	else
		result = take_json(path, json, r, e);
out:
	json_decref(json);
	buf_free(&text);
	return result;
}

int receipt_remove(const char *path, struct err *e)
{
	if (unlink(path) != 0)
		return err_sys(e, 0, "cannot remove the receipt %s", path);
	return 0;
}

void receipt_free(struct receipt *r)
{
	free(r->endpoint);
	multipart_free(&r->upload);
	*r = (struct receipt){0};
}
