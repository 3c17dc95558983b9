#include "helper.h"

#include "base/prog.h"
#include "scratch.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What pg_dump, pg_restore and the server say in English. The first that is found counts. */
static const struct {
	const char *text;
	int code;
} meanings[] = {
    {"permission denied", EX_NOPERM},
    {"query would be affected by row-level security policy", EX_NOPERM},
    {"no matching ", EX_NOINPUT},
    {"improper qualified name", EX_USAGE},
    {"improper relation name", EX_USAGE},
    {"cross-database references", EX_USAGE},
    {"lock timeout", EX_TEMPFAIL},
    {"statement timeout", EX_TEMPFAIL},
    {"user request", EX_TEMPFAIL},
    {"terminating connection", EX_TEMPFAIL},
    {"conflict with recovery", EX_TEMPFAIL},
    {"deadlock detected", EX_TEMPFAIL},
    {"shared memory", EX_TEMPFAIL},
    {"too many clients", EX_TEMPFAIL},
    {"too many connections", EX_TEMPFAIL},
    {"connection slots are reserved", EX_TEMPFAIL},
    {"does not exist", EX_TEMPFAIL}, /* it did when pg_dump looked for it */
    {"No space left on device", EX_IOERR},
};

int helper_start(
    struct helper *h, const char *name, const char *const argv[], int in, int out, struct err *e)
{
	*h = (struct helper)HELPER_NONE;
	h->name = name;
	h->said = scratch_open(e);
	if (h->said < 0)
		return -1;
	if (child_start(&h->child, argv, in, out, h->said, e) != 0)
		return -1;
	h->child.name = name;
	return 0;
}

/* The first complaint, without the program's name; the lines after it only repeat the query. */
static void complaint(char *text, const char **from, int *len)
{
	char *said = strstr(text, "error: ");

	said = said != NULL ? said + strlen("error: ") : text;
	*from = said;
	*len = (int)strcspn(said, "\n");
}

static int failed(const struct helper *h, int status, struct err *e)
{
	struct buf text = {0};
	char how[64];
	const char *said;
	int len;
	int code = EX_UNAVAILABLE;

	if (scratch_read(h->said, &text, e) == 0) {
		complaint(text.data, &said, &len);
		for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
			if (memmem(said, (size_t)len, meanings[i].text, strlen(meanings[i].text)) ==
			    NULL)
				continue;
			code = meanings[i].code;
			break;
		}
		if (len > 0 && WIFEXITED(status))
			err_set(e, code, "%s: %.*s", h->name, len, said);
		else
			err_set(
			    e, code, "%s %s", h->name, child_status_text(status, how, sizeof(how)));
	}
	buf_free(&text);
	return -1;
}

int helper_wait(struct helper *h, struct err *e)
{
	int status = 0;

	if (child_wait(&h->child, &status, e) != 0)
		return -1;
	return status == 0 ? 0 : failed(h, status, e);
}

void helper_note_warnings(const struct helper *h)
{
	struct err ignored = {0};
	struct buf text = {0};
	char *save = NULL;

	if (scratch_read(h->said, &text, &ignored) == 0 && text.len > 0) {
		for (char *line = strtok_r(text.data, "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save)) {
			if (strstr(line, "warning: ") != NULL)
				prog_note("%s", line);
		}
	}
	buf_free(&text);
}

void helper_close(struct helper *h)
{
	child_kill(&h->child);
	if (h->said >= 0)
		close(h->said);
	*h = (struct helper)HELPER_NONE;
}
