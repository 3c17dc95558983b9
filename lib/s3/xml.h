/*
 * xml: walk through one of S3's XML answers (expat). Strict: a document type, an undefined entity,
 * a second root or an end in the middle is an error.
 */
#ifndef S3_XML_H
#define S3_XML_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define XML_DEPTH_MAX 16
#define XML_TEXT_MAX (64 * 1024) /* bytes in one element */

/*
 * Called at the end of each element.
 * path    the names from the root, "ListBucketResult/Contents/Key"; namespaces are ignored
 * text    the characters directly inside the element, UTF-8
 * return  0, or -1 with *e set to end the walk
 */
typedef int xml_element(void *arg, const char *path, const char *text, struct err *e);

/*
 * xml_walk(data, len, on_element, arg, e)
 * return  0, or -1 with *e set: EX_PROTOCOL where data is not well-formed
 */
int xml_walk(const char *data, size_t len, xml_element *on_element, void *arg, struct err *e);

/*
 * xml_escape(out, text, e): append text as character data, markup and line ends as references.
 * text    xml_can_hold() it
 * return  0, or -1 with *e set
 */
int xml_escape(struct buf *out, const char *text, struct err *e);

/* xml_can_hold(text): whether text is UTF-8 of characters that XML 1.0 allows */
bool xml_can_hold(const char *text);

#endif
