#include "s3/xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

struct walk {
	XML_Parser parser;
	xml_element *on_element;
	void *arg;
	struct err *e;
	struct buf path;
	struct buf text[XML_DEPTH_MAX]; /* of each open element */
	unsigned depth;
};

static void fail(struct walk *w)
{
	XML_StopParser(w->parser, XML_FALSE);
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct walk *w = arg;

	(void)attributes;
	if (w->e->code != 0)
		return;
	if (w->depth == XML_DEPTH_MAX) {
		err_set(w->e, EX_PROTOCOL, "the server's answer is not S3's: too deep an XML");
		fail(w);
		return;
	}
	buf_clear(&w->text[w->depth++]);
	if (buf_fmt(&w->path, w->e, "%s%s", w->path.len > 0 ? "/" : "", name) != 0)
		fail(w);
}

static void on_text(void *arg, const char *text, int len)
{
	struct walk *w = arg;
	struct buf *to = &w->text[w->depth - 1];

	if (w->e->code != 0)
		return;
	if (to->len + (size_t)len > XML_TEXT_MAX)
		err_set(w->e, EX_PROTOCOL, "the server's answer is not S3's: too long an element");
	else if (buf_add(to, text, (size_t)len, w->e) == 0)
		return;
	fail(w);
}

static void on_end(void *arg, const char *name)
{
	struct walk *w = arg;
	size_t cut = strlen(name);

	if (w->e->code != 0)
		return;
	w->depth--;
	if (w->on_element(w->arg, buf_cstr(&w->path), buf_cstr(&w->text[w->depth]), w->e) != 0) {
		fail(w);
		return;
	}
	w->path.len -= w->path.len > cut ? cut + 1 : cut;
	w->path.data[w->path.len] = '\0';
}

/* S3 never sends one, and entities are the way to blow up a parser. */
static void on_doctype(
    void *arg, const char *name, const char *system_id, const char *public_id, int internal)
{
	struct walk *w = arg;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)internal;
	err_set(w->e, EX_PROTOCOL, "the server's answer is not S3's: it has a document type");
	fail(w);
}

int xml_walk(const char *data, size_t len, xml_element *on_element, void *arg, struct err *e)
{
	struct walk w = {.on_element = on_element, .arg = arg, .e = e};
	enum XML_Status status;

	if (len > INT_MAX)
		return err_set(e, EX_PROTOCOL, "the server's answer is too long");
	w.parser = XML_ParserCreate(NULL);
	if (w.parser == NULL)
		return err_nomem(e);
	XML_SetUserData(w.parser, &w);
	XML_SetElementHandler(w.parser, on_start, on_end);
	XML_SetCharacterDataHandler(w.parser, on_text);
	XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
	status = XML_Parse(w.parser, data, (int)len, XML_TRUE);
	if (status != XML_STATUS_OK && e->code == 0)
		err_set(e, EX_PROTOCOL, "the server's answer is not well-formed XML: %s, line %lu",
		    XML_ErrorString(XML_GetErrorCode(w.parser)),
		    (unsigned long)XML_GetCurrentLineNumber(w.parser));
	XML_ParserFree(w.parser);
	buf_free(&w.path);
	for (unsigned i = 0; i < XML_DEPTH_MAX; i++)
		buf_free(&w.text[i]);
	return e->code == 0 ? 0 : -1;
}

int xml_escape(struct buf *out, const char *text, struct err *e)
{
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		int r;

		if (c < 0x20 || strchr("<>&\"'", c) != NULL)
			r = buf_fmt(out, e, "&#%u;", c);
		else
			r = buf_add(out, p, 1, e);
		if (r != 0)
			return -1;
	}
	return 0;
}

/* return the length of the UTF-8 sequence at p and its character, or 0 */
static size_t utf8_char(const unsigned char *p, unsigned long *c)
{
	static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 0 || p[0] > 0xf4)
		return 0;
	*c = len == 1 ? p[0] : p[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c >= least[len] ? len : 0;
}

bool xml_can_hold(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p != '\0') {
		unsigned long c;
		size_t len = utf8_char(p, &c);

		if (len == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe ||
		    c == 0xffff || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return false;
		p += len;
	}
	return true;
}
