#include "script.h"

#include "dumpstream/mark.h"
#include "entry.h"
#include "exec.h"
#include "stmt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct blob {
	bool open; /* between its mark and its COMMIT */
	json_int_t oid;
	uint64_t bytes; /* that the mark announces */
	uint64_t written; /* that the server wrote */
};

struct script {
	const struct script_env *env;
	struct entry entry;
	struct buf sql; /* the statement at hand */
	struct tally_table *copy; /* a mark announces data for it, which must come next */
	struct blob blob;
	bool ended;
	bool *began;
};

/* ---- statements ---- */

static bool is_left_out(const struct script *s, enum stmt_class class)
{
	const struct restore_options *o = s->env->o;
	bool in_acl =
	    strcmp(s->entry.type, "ACL") == 0 || strcmp(s->entry.type, "DEFAULT ACL") == 0;

	switch (class) {
	case STMT_OWNER:
		return o->no_owner;
	case STMT_PRIVILEGE:
		return o->no_privileges;
	case STMT_SESSION_USER:
		return in_acl ? o->no_privileges : o->no_owner;
	default:
		return false;
	}
}

/* pg_dump 17 and later set it for any server. */
static bool is_unknown_setting(const struct script *s)
{
	static const char name[] = "transaction_timeout";
	size_t len;
	const char *set = stmt_setting(s->sql.data, s->sql.len, &len);

	return PQserverVersion(s->env->c) < 170000 && set != NULL && len == strlen(name) &&
	       memcmp(set, name, len) == 0;
}

static int take_setting(struct script *s, uint64_t line, struct err *e)
{
	const char *strings = PQparameterStatus(s->env->c, "standard_conforming_strings");

	/* The lexer would no longer see where strings end. */
	if (strings == NULL || strcmp(strings, "on") != 0)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64
		    ": the stream turns standard_conforming_strings off, which this "
		    "program does not support; load it with psql",
		    line);
	return s->env->pool != NULL ? pool_setting(s->env->pool, s->sql.data, e) : 0;
}

static int take_blob(struct script *s, enum stmt_class class, const PGresult *r, struct err *e)
{
	struct blob *b = &s->blob;

	if (class == STMT_LO_WRITE && PQntuples(r) == 1)
		b->written += strtoull(PQgetvalue(r, 0, 0), NULL, 10);
	if (class != STMT_COMMIT)
		return 0;
	if (b->written != b->bytes)
		return err_set(e, EX_DATAERR,
		    "large object %" PRId64 " got %" PRIu64 " bytes, and the dump says %" PRIu64,
		    (int64_t)b->oid, b->written, b->bytes);
	s->env->tally->blobs++;
	s->env->tally->blob_bytes += b->written;
	b->open = false;
	return 0;
}

static int run_statement(struct script *s, const struct sqllex_token *t, struct err *e)
{
	const struct script_env *env = s->env;
	struct place place = {t->line, s->entry.label};
	enum stmt_class class = stmt_class(t->text + t->skip, t->len - t->skip);
	PGresult *r = NULL;
	int ret;

	buf_clear(&s->sql);
	if (buf_add(&s->sql, t->text + t->skip, t->len - t->skip, e) != 0)
		return -1;
	if (is_left_out(s, class) || (class == STMT_SETTING && is_unknown_setting(s)))
		return 0;
	if (!s->blob.open && pool_drain(env->pool, e) != 0)
		return -1;
	progress_add(env->progress, s->blob.open ? t->len : 0, s->entry.label);
	*s->began = true;
	ret = exec_statement(env->c, s->sql.data, &place, &r, e);
	if (ret == 0 && class == STMT_SETTING)
		ret = take_setting(s, t->line, e);
	if (ret == 0 && s->blob.open)
		ret = take_blob(s, class, r, e);
	PQclear(r);
	return ret;
}

/* ---- COPY ---- */

/* In the script's own connection, where the pool's could not see the table. */
static int copy_here(struct script *s, uint64_t line, struct err *e)
{
	const struct script_env *env = s->env;
	struct load_target target = {s->sql.data, s->copy, line};
	struct load load = {.c = env->c};
	const char *text;
	size_t len;

	if (load_begin(&load, &target, e) != 0)
		return -1;
	for (;;) {
		line = sqllex_line(env->lx);
		if (sqllex_copy_data(env->lx, &text, &len, e) != 0)
			return -1;
		if (len == 0)
			return load_end(&load, e);
		s->copy->bytes += len;
		if (load_data(&load, text, len, line, e) != 0)
			return -1;
		progress_add(env->progress, len, s->copy->label);
	}
}

static int copy_by_pool(struct script *s, uint64_t line, struct err *e)
{
	const struct script_env *env = s->env;
	const char *text;
	size_t len;

	if (pool_copy(env->pool, s->sql.data, s->copy, line, e) != 0)
		return -1;
	for (;;) {
		line = sqllex_line(env->lx);
		if (sqllex_copy_data(env->lx, &text, &len, e) != 0)
			return -1;
		if (len == 0)
			return 0;
		s->copy->bytes += len;
		if (pool_data(env->pool, text, len, line, e) != 0)
			return -1;
		progress_add(env->progress, len, s->copy->label);
	}
}

static int run_copy(struct script *s, const struct sqllex_token *t, struct err *e)
{
	const char *table;
	size_t len;
	int ret;

	if (s->copy == NULL)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 ": the dump stream is damaged: a COPY that nothing announces",
		    t->line);
	buf_clear(&s->sql);
	if (buf_add(&s->sql, t->text + t->skip, t->len - t->skip, e) != 0)
		return -1;
	table = stmt_copy_table(s->sql.data, s->sql.len, &len);
	if (tally_set_sql(s->copy, table, len, e) != 0)
		return -1;
	*s->began = true;
	if (s->env->pool != NULL && PQtransactionStatus(s->env->c) == PQTRANS_IDLE)
		ret = copy_by_pool(s, t->line, e);
	else
		ret = copy_here(s, t->line, e);
	s->copy = NULL;
	return ret;
}

/* ---- comments and marks ---- */

static int begin_blob(struct script *s, json_t *mark, uint64_t line, struct err *e)
{
	json_int_t bytes = 0;
	json_int_t oid = 0;
	json_error_t je;

	if (json_unpack_ex(mark, &je, 0, "{s:I, s:I}", "oid", &oid, "bytes", &bytes) != 0)
		return err_set(e, EX_DATAERR, "line %" PRIu64 ": the dump stream is damaged: %s",
		    line, je.text);
	s->blob = (struct blob){.open = true, .oid = oid, .bytes = (uint64_t)bytes};
	return 0;
}

static int take_mark(struct script *s, const char *kind, json_t *mark, uint64_t line, struct err *e)
{
	struct tally *tally = s->env->tally;

	if (s->blob.open)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 ": the dump stream is damaged: large object %" PRId64
		    " has no end",
		    line, (int64_t)s->blob.oid);
	if (strcmp(kind, "copy") == 0)
		return tally_copy(tally, mark, &s->copy, e);
	if (strcmp(kind, "blob") == 0)
		return begin_blob(s, mark, line, e);
	if (strcmp(kind, "rows") == 0)
		return tally_rows(tally, mark, e);
	if (strcmp(kind, "blobs") == 0)
		return tally_blobs(tally, mark, e);
	if (strcmp(kind, "end") == 0) {
		s->ended = true;
		return pool_drain(s->env->pool, e) != 0 ? -1 : tally_end(tally, mark, e);
	}
	if (strcmp(kind, "header") == 0)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 ": the dump stream is damaged: a second header", line);
	return 0; /* of a newer version, and nothing that must be understood */
}

static int run_comment(struct script *s, const struct sqllex_token *t, struct err *e)
{
	const char *text = t->text + t->skip;
	size_t len = t->len - t->skip;
	char kind[32];
	json_t *mark;
	int is_mark = mark_parse(text, len, kind, sizeof(kind), &mark, e);
	int ret;

	if (is_mark < 0)
		return -1;
	if (is_mark == 0)
		return entry_comment(&s->entry, text, len, e);
	ret = take_mark(s, kind, mark, t->line, e);
	json_decref(mark);
	return ret;
}

/* \restrict and \unrestrict with a key of letters and digits: harmless, and nothing to us. */
static int run_meta(const struct sqllex_token *t, struct err *e)
{
	static const char key[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	struct buf line = {0};
	char *word;
	char *rest;
	bool known;

	if (buf_add(&line, t->text + t->skip, t->len - t->skip, e) != 0)
		return -1;
	word = strtok_r(line.data, " \r\n", &rest);
	known = strcmp(word, "\\restrict") == 0 || strcmp(word, "\\unrestrict") == 0;
	if (!known || strspn(rest, key) + strspn(rest + strspn(rest, key), "\r\n") != strlen(rest))
		err_set(e, EX_DATAERR,
		    "line %" PRIu64
		    ": the psql command \"%s\" is not one that a dump holds; refused",
		    t->line, word);
	buf_free(&line);
	return e->code != 0 ? -1 : 0;
}

/* ---- the whole ---- */

static int run_token(struct script *s, const struct sqllex_token *t, struct err *e)
{
	if (s->ended)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64
		    ": something follows the end of the dump; this is not a backup as it "
		    "was written",
		    t->line);
	if (s->copy != NULL && t->kind != SQLLEX_COPY)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 ": the dump stream is damaged: the data of table %s is missing",
		    t->line, s->copy->label);
	switch (t->kind) {
	case SQLLEX_COMMENT:
		return run_comment(s, t, e);
	case SQLLEX_STATEMENT:
		return run_statement(s, t, e);
	case SQLLEX_COPY:
		return run_copy(s, t, e);
	case SQLLEX_META:
		return run_meta(t, e);
	case SQLLEX_EOF:
		break;
	}
	return 0;
}

static int check_end(const struct script *s, struct err *e)
{
	if (!s->ended)
		return err_set(e, EX_DATAERR,
		    "the dump did not finish: its last line is missing; this is not a complete "
		    "backup");
	if (PQtransactionStatus(s->env->c) != PQTRANS_IDLE)
		return err_set(e, EX_DATAERR,
		    "the dump stream is damaged: it leaves a transaction open at its end");
	return 0;
}

int script_run(const struct script_env *env, bool *began, struct err *e)
{
	struct script s = {.env = env, .began = began};
	struct sqllex_token t;
	int ret;

	*began = false;
	do
		ret = sqllex_next(env->lx, &t, e);
	while (ret == 0 && t.kind != SQLLEX_EOF && (ret = run_token(&s, &t, e)) == 0);
	if (ret == 0)
		ret = check_end(&s, e);
	entry_free(&s.entry);
	buf_free(&s.sql);
	return ret;
}
