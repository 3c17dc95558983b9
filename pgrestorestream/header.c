#include "header.h"

#include "dumpstream/mark.h"

#include <string.h>

static int is_bad(const json_error_t *je, struct err *e)
{
	return err_set(e, EX_DATAERR, "the header of the dump stream is damaged: %s", je->text);
}

static bool all_strings(const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item))
			return false;
	}
	return json_is_array(array);
}

/* A string, or null where the JSON has null. return 0, or -1 with *e set */
static int get_nullable(const char **out, const json_t *object, const char *key, struct err *e)
{
	const json_t *value = json_object_get(object, key);

	*out = json_string_value(value);
	if (value == NULL || json_is_null(value) || *out != NULL)
		return 0;
	return err_set(e, EX_DATAERR, "the header of the dump stream is damaged: %s", key);
}

static int check_items(const struct header_database *d, struct err *e)
{
	const char *role;
	json_error_t je;
	json_t *item;
	size_t i;

	json_array_foreach(d->settings, i, item)
	{
		if (json_unpack_ex(item, &je, JSON_VALIDATE_ONLY, "{s:s, s:s}", "name", "value") !=
		    0)
			return is_bad(&je, e);
		if (get_nullable(&role, item, "role", e) != 0)
			return -1;
	}
	json_array_foreach(d->privileges, i, item)
	{
		if (json_unpack_ex(item, &je, JSON_VALIDATE_ONLY, "{s:s, s:s, s:b}", "grantee",
			"privilege", "grantable") != 0)
			return is_bad(&je, e);
	}
	return 0;
}

static int parse_database(struct header_database *d, json_t *json, struct err *e)
{
	json_error_t je;
	json_t *privileges;

	if (json_unpack_ex(json, &je, 0, "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}",
		"name", &d->name, "encoding", &d->encoding, "collate", &d->collate, "ctype",
		&d->ctype, "locale_provider", &d->locale_provider, "owner", &d->owner, "tablespace",
		&d->tablespace, "connection_limit", &d->connection_limit, "settings", &d->settings,
		"privileges", &privileges) != 0)
		return is_bad(&je, e);
	if (get_nullable(&d->icu_locale, json, "icu_locale", e) != 0 ||
	    get_nullable(&d->icu_rules, json, "icu_rules", e) != 0 ||
	    get_nullable(&d->comment, json, "comment", e) != 0)
		return -1;
	d->privileges = json_is_null(privileges) ? NULL : privileges;
	if (!json_is_array(d->settings) || (d->privileges != NULL && !json_is_array(d->privileges)))
		return err_set(e, EX_DATAERR,
		    "the header of the dump stream is damaged: settings or privileges");
	return check_items(d, e);
}

int header_parse(struct header *h, json_t *json, struct err *e)
{
	const char *sections = NULL;
	json_t *database = NULL;
	json_int_t format = 0;
	json_error_t je;

	*h = (struct header){.json = json};
	/* The format first: another one may have other members. */
	if (json_unpack_ex(json, &je, 0, "{s:I}", "format", &format) != 0)
		return is_bad(&je, e);
	if (format != MARK_FORMAT)
		return err_set(e, EX_DATAERR,
		    "the dump stream has format %lld and this program knows format %d; use a newer "
		    "pgrestorestream",
		    (long long)format, MARK_FORMAT);
	if (json_unpack_ex(json, &je, 0, "{s:I, s:I, s:s, s:s, s:o, s:o, s:I, s:I, s:o}",
		"pg_dump_version_num", &h->pg_dump_version_num, "server_version_num",
		&h->server_version_num, "encoding", &h->encoding, "sections", &sections, "roles",
		&h->roles, "extensions", &h->extensions, "tables", &h->tables, "estimated_bytes",
		&h->estimated_bytes, "database", &database) != 0)
		return is_bad(&je, e);
	if (!all_strings(h->roles) || !all_strings(h->extensions))
		return err_set(
		    e, EX_DATAERR, "the header of the dump stream is damaged: roles or extensions");
	h->data_only = strcmp(sections, "data") == 0;
	return parse_database(&h->db, database, e);
}

void header_free(struct header *h)
{
	json_decref(h->json);
	*h = (struct header){0};
}
