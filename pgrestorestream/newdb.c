#include "newdb.h"

#include "base/prog.h"
#include "base/stop.h"
#include "guc.h"

#include <string.h>

/* Append a word, a value as a literal, or a name as an identifier. */
static int add_literal(struct buf *b, const char *words, const char *value, struct err *e)
{
	return buf_str(b, words, e) != 0 || pg_literal(b, value, e) != 0 ? -1 : 0;
}

static int add_ident(struct buf *b, const char *words, const char *name, struct err *e)
{
	return buf_str(b, words, e) != 0 || pg_ident(b, name, e) != 0 ? -1 : 0;
}

/* Is there a row for name? return 1 or 0, or -1 with *e set */
static int exists(PGconn *c, const char *query, const char *name, struct err *e)
{
	PGresult *r = pg_query_params(c, query, 1, &name, e);
	int found = PQntuples(r) > 0;

	PQclear(r);
	return e->code != 0 ? -1 : found;
}

static int role_exists(PGconn *c, const char *name, struct err *e)
{
	return exists(c, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", name, e);
}

/* ---- CREATE DATABASE ---- */

static int provider_known(const struct header_database *h, int version, struct err *e)
{
	int since = strcmp(h->locale_provider, "libc") == 0	 ? 0
		    : strcmp(h->locale_provider, "icu") == 0	 ? 15
		    : strcmp(h->locale_provider, "builtin") == 0 ? 17
								 : 999;

	if (version / 10000 >= since)
		return 0;
	return err_set(e, EX_CANTCREAT,
	    "the dumped database has locale \"%s\" of the provider %s, which PostgreSQL %d does "
	    "not "
	    "have; choose one of the system's with --locale",
	    h->icu_locale != NULL ? h->icu_locale : h->collate, h->locale_provider,
	    version / 10000);
}

/* The options of CREATE DATABASE differ by version: LOCALE_PROVIDER is there since 15, a provider
 * built into the server since 17. */
static int add_locale(struct buf *sql, const struct header_database *h, const char *instead,
    int version, struct err *e)
{
	const char *provider = instead != NULL ? "libc" : h->locale_provider;
	bool icu = strcmp(provider, "icu") == 0;

	if ((instead == NULL && provider_known(h, version, e) != 0) ||
	    add_literal(sql, " LC_COLLATE ", instead != NULL ? instead : h->collate, e) != 0 ||
	    add_literal(sql, " LC_CTYPE ", instead != NULL ? instead : h->ctype, e) != 0)
		return -1;
	if (version < 150000)
		return 0;
	if (buf_fmt(sql, e, " LOCALE_PROVIDER %s", provider) != 0)
		return -1;
	if (strcmp(provider, "libc") != 0 && h->icu_locale != NULL &&
	    add_literal(sql, icu ? " ICU_LOCALE " : " BUILTIN_LOCALE ", h->icu_locale, e) != 0)
		return -1;
	if (icu && h->icu_rules != NULL && version >= 160000)
		return add_literal(sql, " ICU_RULES ", h->icu_rules, e);
	return 0;
}

static int add_tablespace(struct buf *sql, PGconn *c, const char *name, struct err *e)
{
	int found;

	if (strcmp(name, "pg_default") == 0)
		return 0;
	found = exists(c, "SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = $1", name, e);
	if (found == 0)
		prog_note("warning: the server has no tablespace \"%s\"; using the default", name);
	return found > 0 ? add_ident(sql, " TABLESPACE ", name, e) : found;
}

/* The answer may have been on its way when a stop was asked for. */
static bool was_made_after_all(PGconn *c)
{
	bool made = false;
	PGresult *r;

	while ((r = PQgetResult(c)) != NULL) {
		made = made || PQresultStatus(r) == PGRES_COMMAND_OK;
		PQclear(r);
	}
	return made;
}

static int create(
    struct newdb *d, const char *sql, const char *locale, const char *encoding, struct err *e)
{
	struct err told = {0};
	PGresult *r = pg_query(d->c, sql, &told);

	d->made = r != NULL || (stop_signal() != 0 && was_made_after_all(d->c));
	PQclear(r);
	if (stop_signal() != 0)
		return stop_err(e);
	if (d->made)
		return 0;
	return err_set(e, told.code == EX_DATAERR ? EX_CANTCREAT : told.code,
	    "cannot make a database of encoding %s and locale \"%s\": %s; --locale chooses another "
	    "locale",
	    encoding, locale, told.text);
}

/* ---- what comes after the load ---- */

static int set_comment(struct newdb *d, const struct header_database *h, struct err *e)
{
	struct buf sql = {0};
	int ret = 0;

	if (h->comment != NULL && (add_ident(&sql, "COMMENT ON DATABASE ", d->name, e) != 0 ||
				      add_literal(&sql, " IS ", h->comment, e) != 0 ||
				      pg_exec(d->c, e, "%s", sql.data) != 0))
		ret = -1;
	buf_free(&sql);
	return ret;
}

static int set_one(struct newdb *d, const json_t *setting, bool tell, struct err *e)
{
	const char *role = json_string_value(json_object_get(setting, "role"));
	const char *name = json_string_value(json_object_get(setting, "name"));
	const char *value = json_string_value(json_object_get(setting, "value"));
	int found = role != NULL ? role_exists(d->c, role, e) : 1;
	struct buf sql = {0};
	int ret = found < 0 ? -1 : 0;

	if (found == 0 && tell)
		prog_note(
		    "warning: the server has no role \"%s\"; its setting of %s in this database "
		    "is left out",
		    role, name);
	if (found > 0 &&
	    ((role != NULL && (add_ident(&sql, "ALTER ROLE ", role, e) != 0 ||
				  add_ident(&sql, " IN DATABASE ", d->name, e) != 0)) ||
		(role == NULL && add_ident(&sql, "ALTER DATABASE ", d->name, e) != 0) ||
		add_ident(&sql, " SET ", name, e) != 0 || buf_str(&sql, " TO ", e) != 0 ||
		guc_value(&sql, name, value, e) != 0 || pg_exec(d->c, e, "%s", sql.data) != 0))
		ret = -1;
	buf_free(&sql);
	return ret;
}

static bool is_privilege(const char *word)
{
	return strcmp(word, "CONNECT") == 0 || strcmp(word, "CREATE") == 0 ||
	       strcmp(word, "TEMPORARY") == 0 || strcmp(word, "TEMP") == 0;
}

static int grant(struct newdb *d, const json_t *item, struct err *e)
{
	const char *grantee = json_string_value(json_object_get(item, "grantee"));
	const char *privilege = json_string_value(json_object_get(item, "privilege"));
	bool grantable = json_is_true(json_object_get(item, "grantable"));
	struct buf sql = {0};
	int ret;

	if (!is_privilege(privilege))
		return err_set(e, EX_DATAERR,
		    "the header of the dump stream is damaged: privilege \"%s\" on a database",
		    privilege);
	ret = buf_fmt(&sql, e, "GRANT %s", privilege);
	if (ret == 0)
		ret = add_ident(&sql, " ON DATABASE ", d->name, e);
	if (ret == 0)
		ret = grantee[0] == '\0' ? buf_str(&sql, " TO PUBLIC", e)
					 : add_ident(&sql, " TO ", grantee, e);
	if (ret == 0)
		ret = pg_exec(d->c, e, "%s%s", sql.data, grantable ? " WITH GRANT OPTION" : "");
	buf_free(&sql);
	return ret;
}

/* The privileges are the whole of what is there: the default ones go first. */
static int set_privileges(
    struct newdb *d, const struct header_database *h, bool no_owner, struct err *e)
{
	struct buf sql = {0};
	json_t *item;
	size_t i;
	int ret = 0;

	if (h->privileges == NULL)
		return 0;
	if (add_ident(&sql, "REVOKE ALL ON DATABASE ", d->name, e) != 0 ||
	    buf_str(&sql, " FROM PUBLIC", e) != 0 ||
	    (!no_owner && add_ident(&sql, ", ", h->owner, e) != 0) ||
	    pg_exec(d->c, e, "%s", sql.data) != 0)
		ret = -1;
	json_array_foreach(h->privileges, i, item)
	{
		if (ret == 0)
			ret = grant(d, item, e);
	}
	buf_free(&sql);
	return ret;
}

static int put_on(struct newdb *d, const struct header *h, const struct restore_options *o,
    bool tell, struct err *e)
{
	struct buf sql = {0};
	json_t *setting;
	size_t i;
	int ret = set_comment(d, &h->db, e);

	if (ret == 0 && !o->no_privileges)
		ret = set_privileges(d, &h->db, o->no_owner, e);
	json_array_foreach(h->db.settings, i, setting)
	{
		if (ret == 0 && !o->no_settings)
			ret = set_one(d, setting, tell, e);
	}
	if (ret == 0 && h->db.connection_limit >= 0 &&
	    (add_ident(&sql, "ALTER DATABASE ", d->name, e) != 0 ||
		pg_exec(d->c, e, "%s CONNECTION LIMIT %lld", sql.data,
		    (long long)h->db.connection_limit) != 0))
		ret = -1;
	buf_free(&sql);
	return ret;
}

int newdb_make(
    struct newdb *d, const struct header *h, const struct restore_options *o, struct err *e)
{
	const char *locale = o->locale != NULL ? o->locale : h->db.collate;
	struct buf sql = {0};

	if (add_ident(&sql, "CREATE DATABASE ", d->name, e) != 0 ||
	    add_literal(&sql, " TEMPLATE template0 ENCODING ", h->db.encoding, e) != 0 ||
	    add_locale(&sql, &h->db, o->locale, PQserverVersion(d->c), e) != 0 ||
	    (!o->no_owner && add_ident(&sql, " OWNER ", h->db.owner, e) != 0) ||
	    add_tablespace(&sql, d->c, h->db.tablespace, e) != 0 ||
	    create(d, sql.data, locale, h->db.encoding, e) != 0)
		goto out;
	if (pg_exec(d->c, e, "BEGIN") != 0 || put_on(d, h, o, true, e) != 0)
		goto out;
	pg_exec(d->c, e, "ROLLBACK");
out:
	buf_free(&sql);
	return e->code != 0 ? -1 : 0;
}

int newdb_finish(
    struct newdb *d, const struct header *h, const struct restore_options *o, struct err *e)
{
	if (pg_exec(d->c, e, "BEGIN") != 0 || put_on(d, h, o, false, e) != 0 ||
	    pg_exec(d->c, e, "COMMIT") != 0)
		return -1;
	d->made = false;
	d->roles = NULL;
	return 0;
}

/* Not by pg_exec(), which would do nothing after a stop. */
static bool drop_one(PGconn *c, const char *what, const char *name, const char *tail)
{
	struct err e = {0};
	struct buf sql = {0};
	PGresult *r = NULL;
	bool ok;

	if (buf_str(&sql, what, &e) == 0 && pg_ident(&sql, name, &e) == 0 &&
	    buf_str(&sql, tail, &e) == 0)
		r = PQexec(c, sql.data);
	ok = PQresultStatus(r) == PGRES_COMMAND_OK;
	if (!ok)
		prog_note("warning: cannot undo: \"%s\" failed: %.*s; do it by hand",
		    buf_cstr(&sql), (int)strcspn(PQerrorMessage(c), "\n"), PQerrorMessage(c));
	PQclear(r);
	buf_free(&sql);
	return ok;
}

void newdb_drop(struct newdb *d)
{
	json_t *role;
	size_t i;

	if (!d->made && json_array_size(d->roles) == 0)
		return;
	if (PQtransactionStatus(d->c) != PQTRANS_IDLE)
		PQreset(d->c);
	if (d->made && !drop_one(d->c, "DROP DATABASE IF EXISTS ", d->name, " WITH (FORCE)"))
		return;
	d->made = false;
	json_array_foreach(d->roles, i, role)
	    drop_one(d->c, "DROP ROLE IF EXISTS ", json_string_value(role), "");
}
