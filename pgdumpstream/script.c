#include "script.h"

#include "base/stop.h"
#include "dumpstream/sqllex.h"

#include <stdio.h>
#include <string.h>

int script_open(struct script *sc, struct archive *a, const struct dump_options *o, struct err *e)
{
	*sc = (struct script){.pg_restore = HELPER_NONE};
	if (archive_script(a, o, &sc->pg_restore, e) != 0)
		return -1;
	sc->lexer = sqllex_new(sc->pg_restore.child.out, "the output of pg_restore", e);
	return sc->lexer != NULL ? 0 : -1;
}

/* pg_restore's death is the cause, a statement cut short only its effect. */
static int blame_child(struct script *sc, const struct err *seen, struct err *e)
{
	if (stop_signal() != 0)
		return stop_err(e);
	if (seen->code != 0 && seen->code != EX_DATAERR)
		return err_set(e, seen->code, "%s", seen->text);
	if (helper_wait(&sc->pg_restore, e) != 0)
		return -1;
	return seen->code != 0 ? err_set(e, seen->code, "%s", seen->text) : 0;
}

static int next_token(struct script *sc, struct sqllex_token *t, struct err *e)
{
	struct err seen = {0};

	if (sqllex_next(sc->lexer, t, &seen) != 0)
		return blame_child(sc, &seen, e);
	return 0;
}

static bool text_begins(const struct sqllex_token *t, const char *with)
{
	size_t n = strlen(with);

	return t->len - t->skip >= n && memcmp(t->text + t->skip, with, n) == 0;
}

static bool is_boundary(const struct sqllex_token *t, long boundary)
{
	char entry[64];

	if (t->kind != SQLLEX_COMMENT)
		return false;
	if (boundary == 0)
		return text_begins(t, "-- Completed on ") ||
		       text_begins(t, "-- PostgreSQL database dump complete");
	snprintf(entry, sizeof(entry), "-- TOC entry %ld ", boundary);
	return text_begins(t, entry);
}

/* An entry's comment begins with a line "--", which is held back until the next one is known. */
int script_before_data(struct script *sc, long boundary, struct out *out, struct err *e)
{
	struct sqllex_token t;

	for (;;) {
		if (next_token(sc, &t, e) != 0)
			return -1;
		if (t.kind == SQLLEX_EOF || is_boundary(&t, boundary))
			return buf_add(&sc->held, t.text, t.len, e);
		if (buf_add(&out->buf, sc->held.data, sc->held.len, e) != 0)
			return -1;
		buf_clear(&sc->held);
		if (buf_add(t.kind == SQLLEX_COMMENT ? &sc->held : &out->buf, t.text, t.len, e) !=
			0 ||
		    out_more(out, e) != 0)
			return -1;
	}
}

int script_after_data(struct script *sc, struct out *out, struct err *e)
{
	const struct err none = {0};
	struct sqllex_token t;

	if (buf_add(&out->buf, sc->held.data, sc->held.len, e) != 0)
		return -1;
	do {
		if (next_token(sc, &t, e) != 0 || buf_add(&out->buf, t.text, t.len, e) != 0 ||
		    out_more(out, e) != 0)
			return -1;
	} while (t.kind != SQLLEX_EOF);
	return blame_child(sc, &none, e);
}

void script_close(struct script *sc)
{
	helper_close(&sc->pg_restore);
	sqllex_free(sc->lexer);
	buf_free(&sc->held);
}
