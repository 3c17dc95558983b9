/*
 * fuzz_s3_page: any bytes as a page of a listing and as a page of uploads. Whatever is accepted has
 * entries with a key of at least one byte, and reads the same a second time.
 */
#include "base/buf.h"
#include "s3/page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int collect(void *arg, const struct list_entry *entry, struct err *e)
{
	if (entry->key[0] == '\0' || entry->upload_id == NULL || entry->storage_class[0] == '\0')
		abort();
	return buf_fmt(arg, e, "%s %s %s\n", entry->key, entry->upload_id, entry->etag);
}

static int read_once(
    const struct page_kind *kind, const uint8_t *data, size_t size, struct buf *out)
{
	struct page p = {0};
	struct err e = {0};
	int result = page_read(kind, (const char *)data, size, &p, &e);

	if (result == 0)
		result = page_entries(kind, (const char *)data, size, &p, collect, out, &e);
	if ((result == 0) != (e.code == 0))
		abort();
	page_free(&p);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct page_kind *const kinds[] = {&page_objects, &page_uploads};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct buf first = {0};
		struct buf second = {0};

		if (read_once(kinds[i], data, size, &first) !=
			read_once(kinds[i], data, size, &second) ||
		    strcmp(buf_cstr(&first), buf_cstr(&second)) != 0)
			abort();
		buf_free(&first);
		buf_free(&second);
	}
	return 0;
}
