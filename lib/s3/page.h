/*
 * page: one page of a listing, as XML.
 */
#ifndef S3_PAGE_H
#define S3_PAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/list.h"

#include <stdbool.h>

/* The names of the elements in which two kinds of listing differ */
struct page_kind {
	const char *root;
	const char *entry;
	const char *time;
	const char *next; /* what the next page has to be asked for with */
	const char *next_id; /* likewise; NULL for none */
};

extern const struct page_kind page_objects;
extern const struct page_kind page_uploads;

/* What a page says of itself. A struct page of zeros is empty; to be freed by page_free(). */
struct page {
	bool right_root;
	bool encoded; /* its names are percent-encoded, as it says itself */
	bool plain; /* the caller's: it was not asked to encode them */
	bool truncated;
	struct buf next; /* decoded where names are */
	struct buf next_id;
};

/*
 * page_read(kind, data, len, p, e): read what the page says of itself.
 * return  0, or -1 with *e set: EX_PROTOCOL where it is not such a page
 */
int page_read(
    const struct page_kind *kind, const char *data, size_t len, struct page *p, struct err *e);

/* page_entries(kind, data, len, p, each, arg, e): call each for every entry of a page that was
 * read. return 0, or -1 with *e set */
int page_entries(const struct page_kind *kind, const char *data, size_t len, const struct page *p,
    list_each *each, void *arg, struct err *e);

void page_free(struct page *p);

#endif
