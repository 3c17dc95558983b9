#include "identify.h"

#include "dumpstream/mark.h"

#include <stdbool.h>
#include <string.h>

#define TAR_MAGIC_OFFSET 257 /* POSIX.1-2001, pax, ustar header block */

struct answer {
	const char *word;
	const char *advice;
};

static const struct answer answers[] = {
    [INPUT_EMPTY] = {"empty", "it is empty; look at what the program before this one said"},
    [INPUT_PGDUMPSTREAM] = {"pgdumpstream", "it is a dump stream"},
    [INPUT_PG_DUMP_PLAIN] = {"pg_dump-plain",
	"it is a plain script of pg_dump; load it with psql -X -v ON_ERROR_STOP=1 -1 -d DATABASE"},
    [INPUT_PG_DUMPALL_PLAIN] = {"pg_dumpall-plain",
	"it is a script of pg_dumpall, for a whole cluster; load it with psql -X -d postgres"},
    [INPUT_PG_DUMP_CUSTOM] = {"pg_dump-custom",
	"it is a custom-format archive of pg_dump; load it with pg_restore -d DATABASE"},
    [INPUT_PG_DUMP_TAR] = {"pg_dump-tar",
	"it is a tar archive of pg_dump; load it with pg_restore -d DATABASE"},
    [INPUT_GZIP] = {"gzip", "it is compressed; put gzfilter -d before this program"},
    [INPUT_OPENPGP] = {"openpgp", "it is an OpenPGP message; put gpgfilter -d before this program"},
    [INPUT_UNKNOWN] = {"unknown",
	"it does not begin as a dump stream does; this program reads what pgdumpstream writes"},
};

static bool begins(const char *head, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && memcmp(head, with, n) == 0;
}

/* pg_dump on Windows, or an editor, may have ended the lines with CR LF. */
static bool begins_script(const char *head, size_t len, const char *title)
{
	size_t skip = begins(head, len, "--\r\n") ? 4 : 3;

	return begins(head, len, "--") && len > skip && begins(head + skip, len - skip, title);
}

/*
 * The first packet of an encrypted, signed or compressed message: RFC 4880 and 9580, packet
 * headers and types. A tag alone is one byte, which other files begin with too: where a version
 * follows, it must be one that exists.
 */
static bool begins_openpgp(const char *head, size_t len)
{
	static const char *const versions[] = {
	    [1] = "\3\6", [2] = "\2\3\4\6", [3] = "\4\5\6", [4] = "\3\6"};
	const unsigned char *p = (const unsigned char *)head;
	unsigned tag;
	size_t at;

	if (begins(head, len, "-----BEGIN PGP MESSAGE-----"))
		return true;
	if (len < 8 || (p[0] & 0x80) == 0)
		return false;
	if ((p[0] & 0x40) !=
	    0) { /* the new format: a length of 1, 2 or 5 bytes, or a partial one */
		tag = p[0] & 0x3f;
		at = p[1] < 192 || (p[1] >= 224 && p[1] < 255) ? 2 : p[1] < 224 ? 3 : 6;
	} else { /* the old one: of 1, 2 or 4 bytes, or none */
		static const size_t after[] = {2, 3, 5, 1};

		tag = p[0] >> 2 & 0xf;
		at = after[p[0] & 3];
	}
	if (tag >= 1 && tag <= 4)
		return p[at] != 0 && strchr(versions[tag], p[at]) != NULL;
	return tag == 8 || tag == 9 || tag == 10 || tag == 18;
}

enum input_kind identify(const char *head, size_t len)
{
	if (len == 0)
		return INPUT_EMPTY;
	if (begins(head, len, MARK_PREFIX "header "))
		return INPUT_PGDUMPSTREAM;
	if (begins_script(head, len, "-- PostgreSQL database dump"))
		return INPUT_PG_DUMP_PLAIN;
	if (begins_script(head, len, "-- PostgreSQL database cluster dump"))
		return INPUT_PG_DUMPALL_PLAIN;
	if (begins(head, len, "PGDMP"))
		return INPUT_PG_DUMP_CUSTOM;
	if (begins(head, len, "toc.dat") && len > TAR_MAGIC_OFFSET &&
	    begins(head + TAR_MAGIC_OFFSET, len - TAR_MAGIC_OFFSET, "ustar"))
		return INPUT_PG_DUMP_TAR;
	if (begins(head, len, "\x1f\x8b"))
		return INPUT_GZIP;
	if (begins_openpgp(head, len))
		return INPUT_OPENPGP;
	return INPUT_UNKNOWN;
}

const char *identify_word(enum input_kind kind)
{
	return answers[kind].word;
}

const char *identify_advice(enum input_kind kind)
{
	return answers[kind].advice;
}
