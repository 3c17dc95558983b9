/*
 * source: what is to be copied.
 */
#ifndef S3CP_SOURCE_H
#define S3CP_SOURCE_H

#include "base/err.h"
#include "s3/client.h"
#include "s3/object.h"
#include "s3/pairs.h"
#include "s3/uri.h"

#include <stdbool.h>

struct source {
	struct object object;
	char pin[CALL_PIN_MAX]; /* its ETag header as it came */
	bool has_tags;
	struct pairs headers; /* those of a new object that is to be like it; owned */
};

/* source_look(client, uri, s, e): HeadObject. Blocks. return 0, or -1 with *e set; *s is to be
 * freed in any case */
int source_look(struct client *client, const struct uri *uri, struct source *s, struct err *e);

/* source_add_tags(client, uri, s, e): add the object's tags to s->headers, if it has any. Blocks.
 */
int source_add_tags(struct client *client, const struct uri *uri, struct source *s, struct err *e);

/* source_headers(uri, s, headers, e): append those that name the source in a request to copy */
int source_headers(
    const struct uri *uri, const struct source *s, struct pairs *headers, struct err *e);

void source_free(struct source *s);

#endif
