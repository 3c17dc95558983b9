#include "entry.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void entry_free(struct entry *en)
{
	free(en->deps);
	*en = (struct entry){0};
}

static int add_deps(struct entry *en, const char *text, struct err *e)
{
	char *rest;

	for (unsigned long id = strtoul(text, &rest, 10); rest != text;
	     id = strtoul(text, &rest, 10)) {
		unsigned *deps = realloc(en->deps, (en->ndeps + 1) * sizeof(*deps));

		if (deps == NULL)
			return err_nomem(e);
		en->deps = deps;
		en->deps[en->ndeps++] = (unsigned)id;
		text = rest;
	}
	return 0;
}

/* return the last place of mark in text: what stands before it may hold anything */
static char *last_of(char *text, const char *mark)
{
	char *found = NULL;

	for (char *p = strstr(text, mark); p != NULL; p = strstr(p + 1, mark))
		found = p;
	return found;
}

/* text: "name; Type: type; Schema: schema; Owner: owner" */
static void set_names(struct entry *en, char *text)
{
	static const char type_mark[] = "; Type: ";
	static const char schema_mark[] = "; Schema: ";
	char *type;
	char *schema = last_of(text, schema_mark);

	if (schema == NULL)
		return;
	*schema = '\0';
	schema += strlen(schema_mark);
	schema[strcspn(schema, ";")] = '\0';
	type = last_of(text, type_mark);
	if (type == NULL)
		return;
	*type = '\0';
	type += strlen(type_mark);
	snprintf(en->type, sizeof(en->type), "%s", type);
	if (strcmp(schema, "-") == 0)
		snprintf(en->label, sizeof(en->label), "%s %s", type, text);
	else
		snprintf(en->label, sizeof(en->label), "%s %s.%s", type, schema, text);
}

int entry_comment(struct entry *en, const char *text, size_t len, struct err *e)
{
	static const char *const names[] = {
	    "-- Name: ", "-- Data for Name: ", "-- Statistics for Name: "};
	static const char deps[] = "-- Dependencies: ";
	struct buf line = {0};
	unsigned id;
	unsigned class_oid;
	unsigned oid;
	int ret = 0;

	if (buf_add(&line, text, len, e) != 0)
		return -1;
	line.data[strcspn(line.data, "\r\n")] = '\0';
	if (sscanf(line.data, "-- TOC entry %u (class %u OID %u)", &id, &class_oid, &oid) == 3) {
		entry_free(en);
		en->id = id;
		en->class_oid = class_oid;
		en->oid = oid;
	} else if (strncmp(line.data, deps, strlen(deps)) == 0) {
		ret = add_deps(en, line.data + strlen(deps), e);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(line.data, names[i], strlen(names[i])) == 0)
			set_names(en, line.data + strlen(names[i]));
	}
	buf_free(&line);
	return ret;
}
