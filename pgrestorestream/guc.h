/*
 * guc: values of settings as ALTER DATABASE ... SET wants them. A few settings are lists of names,
 * which the catalogs hold joined and quoted, and which must be given one by one (as pg_dump does:
 * one string would become a list of one odd name).
 */
#ifndef PGRESTORESTREAM_GUC_H
#define PGRESTORESTREAM_GUC_H

#include "base/buf.h"

/* guc_value(b, name, value, e): append value, quoted, for setting name. return 0, or -1 with *e
 * set */
int guc_value(struct buf *b, const char *name, const char *value, struct err *e);

#endif
