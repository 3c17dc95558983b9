#include "check.h"

#include "base/prog.h"

#include <string.h>

/* ---- the server ---- */

static int check_version(
    PGconn *c, const struct header *h, const struct restore_options *o, struct err *e)
{
	int have = PQserverVersion(c) / 10000;
	int want = (int)(h->server_version_num / 10000);

	if (have >= want || o->allow_older_server)
		return 0;
	return err_set(e, EX_CANTCREAT,
	    "the dump is from PostgreSQL %d and the server is PostgreSQL %d, which may not "
	    "understand "
	    "it; restore into version %d or later, or try with --allow-older-server",
	    want, have, want);
}

static int check_writable(PGconn *c, struct err *e)
{
	PGresult *r = pg_query(c, "SELECT pg_catalog.pg_is_in_recovery()", e);

	if (r != NULL && strcmp(PQgetvalue(r, 0, 0), "t") == 0)
		err_set(e, EX_CANTCREAT,
		    "the server is a hot standby, which nothing can be written to; connect to its "
		    "primary");
	PQclear(r);
	return e->code != 0 ? -1 : 0;
}

/*
 * Which of the names does the query, with the name as $1, give no row for?
 * out     missing: "a", "b"; *count
 */
static int find_missing(PGconn *c, const json_t *names, const char *query, struct buf *missing,
    json_t *list, struct err *e)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		const char *value = json_string_value(name);
		PGresult *r = pg_query_params(c, query, 1, &value, e);
		int found = PQntuples(r);

		PQclear(r);
		if (e->code != 0)
			return -1;
		if (found > 0)
			continue;
		if ((missing->len > 0 && buf_str(missing, ", ", e) != 0) ||
		    pg_ident(missing, value, e) != 0)
			return -1;
		if (list != NULL && json_array_append(list, name) != 0)
			return err_nomem(e);
	}
	return 0;
}

static int check_extensions(PGconn *c, const struct header *h, struct err *e)
{
	struct buf missing = {0};

	if (find_missing(c, h->extensions,
		"SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = $1", &missing, NULL,
		e) == 0 &&
	    missing.len > 0)
		err_set(e, EX_NOINPUT,
		    "the server has no files for extension %s, which the dump uses; install the "
		    "package that holds them",
		    missing.data);
	buf_free(&missing);
	return e->code != 0 ? -1 : 0;
}

int check_server(PGconn *c, const struct header *h, const struct restore_options *o, struct err *e)
{
	if (check_version(c, h, o, e) != 0 || check_writable(c, e) != 0)
		return -1;
	return h->data_only ? 0 : check_extensions(c, h, e);
}

int check_absent(PGconn *c, const char *name, struct err *e)
{
	PGresult *r = pg_query_params(
	    c, "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", 1, &name, e);

	if (PQntuples(r) > 0)
		err_set(e, EX_CANTCREAT,
		    "database \"%s\" exists already; choose another name, or drop it first", name);
	PQclear(r);
	return e->code != 0 ? -1 : 0;
}

/* ---- the database ---- */

/* What users have made has an OID from FirstNormalObjectId (16384) on. The schema public, and what
 * extensions of template1 bring with them, is there in every database. */
static const char user_objects[] =
    "WITH made AS ("
    " SELECT 'pg_class'::pg_catalog.regclass AS class, c.oid,"
    "  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' WHEN 'm' THEN"
    "  'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'i' THEN 'index' WHEN 'c' THEN 'type'"
    "  ELSE 'table' END AS kind, n.nspname, c.relname AS name"
    "  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " UNION ALL SELECT 'pg_proc'::pg_catalog.regclass, p.oid, 'function', n.nspname, p.proname"
    "  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
    " UNION ALL SELECT 'pg_type'::pg_catalog.regclass, t.oid, 'type', n.nspname, t.typname"
    "  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
    " UNION ALL SELECT 'pg_namespace'::pg_catalog.regclass, oid, 'schema', '', nspname"
    "  FROM pg_catalog.pg_namespace WHERE nspname <> 'public' AND nspname !~ '^pg_'"
    " UNION ALL SELECT 'pg_extension'::pg_catalog.regclass, oid, 'extension', '', extname"
    "  FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'"
    " UNION ALL SELECT 'pg_publication'::pg_catalog.regclass, oid, 'publication', '', pubname"
    "  FROM pg_catalog.pg_publication"
    " UNION ALL SELECT 'pg_foreign_data_wrapper'::pg_catalog.regclass, oid,"
    "  'foreign-data wrapper', '', fdwname FROM pg_catalog.pg_foreign_data_wrapper"
    " UNION ALL SELECT 'pg_event_trigger'::pg_catalog.regclass, oid, 'event trigger', '', evtname"
    "  FROM pg_catalog.pg_event_trigger"
    " UNION ALL SELECT 'pg_largeobject'::pg_catalog.regclass, oid, 'large object', '', oid::text"
    "  FROM pg_catalog.pg_largeobject_metadata)"
    "SELECT kind, nspname, name, pg_catalog.count(*) OVER () FROM made WHERE oid >= 16384"
    " AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT EXISTS ("
    "  SELECT 1 FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid"
    "  WHERE d.classid = made.class AND d.objid = made.oid AND d.deptype = 'e'"
    "  AND d.refclassid = 'pg_extension'::pg_catalog.regclass AND x.extname = 'plpgsql')"
    " ORDER BY kind = 'table' DESC, kind = 'schema' DESC, nspname, name LIMIT 1";

static int check_empty(PGconn *c, struct err *e)
{
	PGresult *r = pg_query(c, user_objects, e);

	if (PQntuples(r) > 0) {
		const char *schema = PQgetvalue(r, 0, 1);

		err_set(e, EX_CANTCREAT,
		    "database \"%s\" is not empty: %s \"%s%s%s\" is there, one of %s objects; "
		    "restore "
		    "into a new one with --create, or add to it with --allow-nonempty",
		    PQdb(c), PQgetvalue(r, 0, 0), schema, schema[0] != '\0' ? "\".\"" : "",
		    PQgetvalue(r, 0, 2), PQgetvalue(r, 0, 3));
	}
	PQclear(r);
	return e->code != 0 ? -1 : 0;
}

int check_database(
    PGconn *c, const struct header *h, const struct restore_options *o, struct err *e)
{
	const char *encoding = PQparameterStatus(c, "server_encoding");

	if (!o->any_encoding && encoding != NULL && strcmp(encoding, h->encoding) != 0)
		return err_set(e, EX_CANTCREAT,
		    "database \"%s\" has encoding %s and the dump is from one of %s; use --create "
		    "for a "
		    "database of the right encoding, or let the server convert with --any-encoding",
		    PQdb(c), encoding, h->encoding);
	return o->allow_nonempty || h->data_only ? 0 : check_empty(c, e);
}

/* ---- roles ---- */

static int create_roles(PGconn *c, const json_t *missing, json_t *made, struct err *e)
{
	json_t *name;
	size_t i;

	json_array_foreach(missing, i, name)
	{
		struct buf ident = {0};

		if (pg_ident(&ident, json_string_value(name), e) == 0 &&
		    pg_exec(c, e, "CREATE ROLE %s NOLOGIN", ident.data) == 0) {
			prog_note("role %s was missing: made it, NOLOGIN", ident.data);
			if (json_array_append(made, name) != 0)
				err_nomem(e);
		}
		buf_free(&ident);
		if (e->code != 0)
			return -1;
	}
	return 0;
}

static int add_role(json_t *roles, const char *name, struct err *e)
{
	json_t *known;
	size_t i;

	json_array_foreach(roles, i, known)
	{
		if (strcmp(json_string_value(known), name) == 0)
			return 0;
	}
	return json_array_append_new(roles, json_string(name)) != 0 ? err_nomem(e) : 0;
}

/* What the stream's statements name and, where the database is to be made, its owner and grantees.
 */
static json_t *wanted_roles(const struct header *h, const struct restore_options *o, struct err *e)
{
	json_t *roles = json_copy(h->roles);
	json_t *item;
	size_t i;

	if (roles == NULL) {
		err_nomem(e);
		return NULL;
	}
	if (o->create != NULL && !o->no_owner)
		add_role(roles, h->db.owner, e);
	json_array_foreach(h->db.privileges, i, item)
	{
		const char *grantee = json_string_value(json_object_get(item, "grantee"));

		if (o->create != NULL && !o->no_privileges && grantee[0] != '\0')
			add_role(roles, grantee, e);
	}
	return roles;
}

static int deal_with_missing(PGconn *c, const json_t *missing, const char *names,
    const struct restore_options *o, json_t *made, struct err *e)
{
	if (o->create_roles)
		return create_roles(c, missing, made, e);
	if (!o->no_owner && !o->no_privileges)
		return err_set(e, EX_NOINPUT,
		    "the server has no role %s, which the dump names; make them, let "
		    "--create-roles do so, or leave owners and grants out with --no-owner "
		    "--no-privileges",
		    names);
	prog_note("warning: the server has no role %s; a statement that needs it will stop the "
		  "restore",
	    names);
	return 0;
}

int check_roles(
    PGconn *c, const struct header *h, const struct restore_options *o, json_t *made, struct err *e)
{
	static const char query[] = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1";
	json_t *wanted;
	json_t *missing;
	struct buf names = {0};

	if (h->data_only || (o->no_owner && o->no_privileges))
		return 0;
	wanted = wanted_roles(h, o, e);
	missing = json_array();
	if (missing == NULL)
		err_nomem(e);
	if (e->code == 0 && find_missing(c, wanted, query, &names, missing, e) == 0 &&
	    json_array_size(missing) > 0)
		deal_with_missing(c, missing, names.data, o, made, e);
	json_decref(wanted);
	json_decref(missing);
	buf_free(&names);
	return e->code != 0 ? -1 : 0;
}
