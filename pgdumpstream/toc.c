#include "toc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* "ID; CLASS OID DESC SCHEMA NAME OWNER": only what stands before SCHEMA can be told apart. */
static int parse_line(const char *line, struct toc_entry *entry, struct err *e)
{
	unsigned class_oid;
	unsigned oid;
	int desc = 0;

	if (sscanf(line, "%ld; %u %u %n", &entry->dump_id, &class_oid, &oid, &desc) != 3 ||
	    desc == 0)
		return err_set(
		    e, EX_DATAERR, "cannot understand the line \"%s\" of pg_restore --list", line);
	entry->class_oid = class_oid;
	entry->oid = oid;
	entry->kind = TOC_SCRIPTED;
	if (begins(line + desc, "TABLE DATA "))
		entry->kind = TOC_TABLE_DATA;
	else if (begins(line + desc, "BLOBS "))
		entry->kind = TOC_BLOBS;
	return 0;
}

static int append(struct toc *toc, const struct toc_entry *entry, struct err *e)
{
	if ((toc->count & (toc->count - 1)) == 0) {
		size_t room = toc->count != 0 ? toc->count * 2 : 1;
		struct toc_entry *entries = realloc(toc->entries, room * sizeof(*entries));

		if (entries == NULL)
			return err_nomem(e);
		toc->entries = entries;
	}
	toc->entries[toc->count++] = *entry;
	return 0;
}

static void note(struct toc *toc, const struct toc_entry *entry)
{
	if (entry->kind == TOC_TABLE_DATA)
		toc->tables++;
	else if (entry->kind == TOC_BLOBS)
		toc->has_blobs = true;
	else if (toc->boundary == 0 && (toc->tables > 0 || toc->has_blobs))
		toc->boundary = entry->dump_id;
}

int toc_parse(struct toc *toc, const struct buf *list, struct buf *keep, struct err *e)
{
	const char *next;
	struct toc_entry entry;

	*toc = (struct toc){0};
	for (const char *line = buf_cstr(list); *line != '\0'; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		if (len == 0 || line[0] == ';')
			continue;
		if (parse_line(line, &entry, e) != 0 || append(toc, &entry, e) != 0)
			return -1;
		note(toc, &entry);
		if (entry.kind == TOC_SCRIPTED &&
		    (buf_add(keep, line, len, e) != 0 || buf_add(keep, "\n", 1, e) != 0))
			return -1;
	}
	return 0;
}

bool toc_names_owner(const struct buf *list, const char *role)
{
	size_t role_len = strlen(role);

	for (const char *p = strstr(buf_cstr(list), role); p != NULL; p = strstr(p + 1, role)) {
		if (p > buf_cstr(list) && p[-1] == ' ' && p[role_len] == '\n')
			return true;
	}
	return false;
}

void toc_free(struct toc *toc)
{
	free(toc->entries);
	*toc = (struct toc){0};
}
