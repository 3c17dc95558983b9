#include "print.h"

#include "s3/uri.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

static int written(int result, struct err *e)
{
	return result >= 0 ? 0 : err_sys(e, EX_IOERR, "cannot write standard output");
}

static bool fits_a_line(const char *key)
{
	for (const char *p = key; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

static int leave_out(struct print *p, const char *key, struct err *e)
{
	struct buf encoded = {0};
	int result = uri_encode(&encoded, key, true, e);

	if (p->left_out++ == 0)
		snprintf(p->example, sizeof(p->example), "%s", buf_cstr(&encoded));
	buf_free(&encoded);
	return result;
}

int print_object(void *arg, const struct list_entry *entry, struct err *e)
{
	char time[LIST_TIME_MAX];

	if (!fits_a_line(entry->key))
		return leave_out(arg, entry->key, e);
	return written(printf("%s\t%" PRIu64 "\t%s\t%s\n", list_time(entry->time, time),
			   entry->size, entry->storage_class, entry->key),
	    e);
}

int print_upload(void *arg, const struct list_entry *entry, struct err *e)
{
	char time[LIST_TIME_MAX];

	if (!fits_a_line(entry->key))
		return leave_out(arg, entry->key, e);
	return written(
	    printf("%s\t%s\t%s\n", list_time(entry->time, time), entry->upload_id, entry->key), e);
}

int print_key(void *arg, const struct list_entry *entry, struct err *e)
{
	int result = fputs(entry->key, stdout);

	(void)arg;
	return written(result >= 0 ? putchar('\0') : result, e);
}

/* Takes json over. JSON holds UTF-8 only; a key that is none is given percent-encoded. */
static int print_json(json_t *json, const char *key, struct err *e)
{
	struct buf encoded = {0};
	json_t *name = json_string(key);
	int result = -1;

	if (name == NULL && uri_encode(&encoded, key, true, e) != 0)
		goto out;
	if (name == NULL &&
	    json_object_set_new(json, "key_encoded", json_string(buf_cstr(&encoded))) != 0) {
		err_nomem(e);
		goto out;
	}
	if (name != NULL && json_object_set(json, "key", name) != 0) {
		err_nomem(e);
		goto out;
	}
	result = written(json_dumpf(json, stdout, JSON_COMPACT), e);
	if (result == 0)
		result = written(putchar('\n'), e);
out:
	json_decref(name);
	json_decref(json);
	buf_free(&encoded);
	return result;
}

int print_object_json(void *arg, const struct list_entry *entry, struct err *e)
{
	char time[LIST_TIME_MAX];

	(void)arg;
	return print_json(json_pack("{s:I, s:s, s:s, s:s}", "size", (json_int_t)entry->size,
			      "last_modified", list_time(entry->time, time), "storage_class",
			      entry->storage_class, "etag", entry->etag),
	    entry->key, e);
}

int print_upload_json(void *arg, const struct list_entry *entry, struct err *e)
{
	char time[LIST_TIME_MAX];

	(void)arg;
	return print_json(json_pack("{s:s, s:s, s:s}", "upload_id", entry->upload_id, "initiated",
			      list_time(entry->time, time), "storage_class", entry->storage_class),
	    entry->key, e);
}

int print_end(const struct print *p, struct err *e)
{
	if (p->left_out == 0)
		return 0;
	return err_set(e, EX_DATAERR,
	    "%" PRIu64 " keys with control characters are not shown, %s for one; use -0 or --json",
	    p->left_out, p->example);
}
