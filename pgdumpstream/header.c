#include "header.h"

#include "base/prog.h"
#include "dumpstream/mark.h"

#include <stdlib.h>
#include <string.h>

static json_t *value(const PGresult *r, int row, int col)
{
	return mark_name(PQgetisnull(r, row, col) ? NULL : PQgetvalue(r, row, col));
}

/* The first column of all rows. return a new reference, or NULL with *e set */
static json_t *column(PGresult *r, struct err *e)
{
	json_t *list = r != NULL ? json_array() : NULL;

	for (int i = 0; list != NULL && i < PQntuples(r); i++) {
		if (json_array_append_new(list, value(r, i, 0)) != 0)
			err_nomem(e);
	}
	if (list == NULL && e->code == 0)
		err_nomem(e);
	PQclear(r);
	return list;
}

/* Each row as an object with the columns' names, all strings or null. Consumes r. */
static json_t *rows(PGresult *r, struct err *e)
{
	json_t *list = r != NULL ? json_array() : NULL;

	for (int i = 0; list != NULL && i < PQntuples(r); i++) {
		json_t *row = json_object();

		for (int c = 0; c < PQnfields(r); c++) {
			if (json_object_set_new(row, PQfname(r, c), value(r, i, c)) != 0)
				err_nomem(e);
		}
		if (json_array_append_new(list, row) != 0)
			err_nomem(e);
	}
	if (list == NULL && e->code == 0)
		err_nomem(e);
	PQclear(r);
	return list;
}

static json_t *database_row(struct session *s, struct err *e)
{
	char sql[1024];
	json_t *list;
	json_t *row;

	snprintf(sql, sizeof(sql),
	    "SELECT d.datname AS name, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,"
	    " d.datcollate AS collate, d.datctype AS ctype, %s AS locale_provider,"
	    " %s AS icu_locale, pg_catalog.pg_get_userbyid(d.datdba) AS owner,"
	    " (SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = d.dattablespace)"
	    " AS tablespace, d.datconnlimit AS connection_limit,"
	    " pg_catalog.shobj_description(d.oid, 'pg_database') AS comment"
	    " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()",
	    s->server_version_num >= 150000 ? "CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' "
					      "THEN 'builtin' ELSE 'libc' END"
					    : "'libc'",
	    s->server_version_num >= 170000   ? "d.datlocale"
	    : s->server_version_num >= 150000 ? "d.daticulocale"
					      : "NULL");
	list = rows(pg_query(s->leader, sql, e), e);
	row = json_incref(json_array_get(list, 0));
	json_decref(list);
	return row;
}

/* PostgreSQL keeps "name=value"; only the first '=' divides. */
static json_t *read_settings(struct session *s, struct err *e)
{
	return rows(pg_query(s->leader,
			"SELECT r.rolname AS role,"
			" pg_catalog.split_part(c.line, '=', 1) AS name,"
			" pg_catalog.substr(c.line, pg_catalog.strpos(c.line, '=') + 1) AS value"
			" FROM pg_catalog.pg_db_role_setting x"
			" CROSS JOIN pg_catalog.unnest(x.setconfig) WITH ORDINALITY AS c(line, i)"
			" LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.setrole"
			" WHERE x.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d"
			" WHERE d.datname = pg_catalog.current_database())"
			" ORDER BY x.setrole, c.i",
			e),
	    e);
}

/* JSON null where the database has the default privileges. */
static json_t *read_privileges(struct session *s, struct err *e)
{
	json_t *list;
	json_t *row;
	size_t i;
	PGresult *r = pg_query(s->leader,
	    "SELECT coalesce(r.rolname, '') AS grantee, a.privilege_type AS privilege,"
	    " a.is_grantable AS grantable FROM pg_catalog.pg_database d"
	    " CROSS JOIN pg_catalog.aclexplode(d.datacl) AS a"
	    " LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
	    " WHERE d.datname = pg_catalog.current_database() AND d.datacl IS NOT NULL",
	    e);

	if (r != NULL && PQntuples(r) == 0) {
		PQclear(r);
		return json_null();
	}
	list = rows(r, e);
	json_array_foreach(list, i, row)
	{
		const char *grantable = json_string_value(json_object_get(row, "grantable"));

		json_object_set_new(
		    row, "grantable", json_boolean(grantable != NULL && grantable[0] == 't'));
	}
	return list;
}

static json_t *read_database(struct session *s, struct err *e)
{
	json_t *db = database_row(s, e);
	const char *limit = json_string_value(json_object_get(db, "connection_limit"));

	if (limit != NULL)
		json_object_set_new(db, "connection_limit", json_integer(strtol(limit, NULL, 10)));
	json_object_set_new(db, "settings", read_settings(s, e));
	json_object_set_new(db, "privileges", read_privileges(s, e));
	return db;
}

/* The objects of the archive's entries as two arrays: {1259,1259} and {16384,16390} */
static int entry_arrays(const struct toc *toc, struct buf arrays[2], struct err *e)
{
	const char *sep = "{";

	for (size_t i = 0; i < toc->count; i++) {
		if (buf_fmt(&arrays[0], e, "%s%u", sep, toc->entries[i].class_oid) != 0 ||
		    buf_fmt(&arrays[1], e, "%s%u", sep, toc->entries[i].oid) != 0)
			return -1;
		sep = ",";
	}
	if (toc->count == 0 &&
	    (buf_str(&arrays[0], "{", e) != 0 || buf_str(&arrays[1], "{", e) != 0))
		return -1;
	return buf_str(&arrays[0], "}", e) != 0 || buf_str(&arrays[1], "}", e) != 0 ? -1 : 0;
}

/* First column of a query about those objects ($1 and $2). */
static json_t *of_entries(struct session *s, const struct toc *toc, const char *sql, struct err *e)
{
	struct buf arrays[2] = {{0}, {0}};
	const char *values[2];
	json_t *list = NULL;

	if (entry_arrays(toc, arrays, e) == 0) {
		values[0] = buf_cstr(&arrays[0]);
		values[1] = buf_cstr(&arrays[1]);
		list = column(pg_query_params(s->leader, sql, 2, values, e), e);
	}
	buf_free(&arrays[0]);
	buf_free(&arrays[1]);
	return list;
}

/*
 * Owners, grantees and the roles of policies, as pg_shdepend records them. It does not record the
 * bootstrap superuser, which can only be found as an owner in the archive's list.
 */
static json_t *read_roles(
    struct session *s, const struct dump_options *o, const struct archive *a, struct err *e)
{
	char sql[1024];
	json_t *roles;
	PGresult *r;

	snprintf(sql, sizeof(sql),
	    "SELECT DISTINCT r.rolname FROM pg_catalog.pg_shdepend d"
	    " JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid"
	    " JOIN ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]),"
	    " pg_catalog.unnest($2::pg_catalog.oid[])) AS o(class, id)"
	    " ON d.classid = o.class AND d.objid = o.id"
	    " WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass"
	    " AND d.dbid = (SELECT b.oid FROM pg_catalog.pg_database b"
	    " WHERE b.datname = pg_catalog.current_database())%s%s ORDER BY 1",
	    o->no_owner ? " AND d.deptype <> 'o'" : "",
	    o->no_privileges ? " AND d.deptype NOT IN ('a', 'i')" : "");
	roles = of_entries(s, &a->toc, sql, e);
	if (roles == NULL || o->no_owner)
		return roles;
	r = pg_query(s->leader, "SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10", e);
	if (r != NULL && PQntuples(r) > 0 && toc_names_owner(&a->list, PQgetvalue(r, 0, 0)) &&
	    json_array_append_new(roles, value(r, 0, 0)) != 0)
		err_nomem(e);
	PQclear(r);
	return roles;
}

static json_t *read_extensions(struct session *s, const struct archive *a, struct err *e)
{
	return of_entries(s, &a->toc,
	    "SELECT x.extname FROM pg_catalog.pg_extension x"
	    " JOIN ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]),"
	    " pg_catalog.unnest($2::pg_catalog.oid[])) AS o(class, id)"
	    " ON x.oid = o.id AND o.class = 'pg_catalog.pg_extension'::pg_catalog.regclass ORDER "
	    "BY 1",
	    e);
}

static json_t *created(struct session *s, struct err *e)
{
	json_t *list = column(pg_query(s->leader,
				  "SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC',"
				  " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
				  e),
	    e);
	json_t *text = json_incref(json_array_get(list, 0));

	json_decref(list);
	return text;
}

json_t *header_read(
    struct session *s, const struct dump_options *o, const struct archive *a, struct err *e)
{
	static const char *const sections[] = {"all", "schema", "data"};
	json_t *h;

	h = json_pack("{s:i, s:o, s:s, s:i, s:i, s:s, s:s, s:s, s:b, s:b, s:b, s:o, s:o, s:o}",
	    "format", MARK_FORMAT, "created", created(s, e), "program",
	    "pgdumpstream " PROG_VERSION, "pg_dump_version_num", a->tool->version_num,
	    "server_version_num", s->server_version_num, "server_version",
	    PQparameterStatus(s->leader, "server_version"), "encoding", s->encoding, "sections",
	    sections[o->sections], "selective", (int)o->selective, "owners", (int)!o->no_owner,
	    "privileges", (int)!o->no_privileges, "database", read_database(s, e), "roles",
	    read_roles(s, o, a, e), "extensions", read_extensions(s, a, e));
	if (h == NULL || e->code != 0) {
		json_decref(h);
		err_nomem(e);
		return NULL;
	}
	return h;
}
