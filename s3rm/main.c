/*
 * s3rm: objects, or incomplete uploads, away. See s3rm.1.
 */
#include "base/num.h"
#include "base/prog.h"
#include "delete.h"
#include "keys.h"
#include "leftovers.h"
#include "s3/uri.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
    "Usage: s3rm [-0] s3://BUCKET < KEYS\n"
    "       s3rm s3://BUCKET/KEY\n"
    "       s3rm --uploads [--older-than DURATION] s3://BUCKET[/PREFIX]\n"
    "Delete the objects whose keys, or lines of s3ls, are on standard input; or one object;\n"
    "or the incomplete multipart uploads whose keys begin with PREFIX.\n"
    "\n"
    "  -0, --null               keys end in NUL, not in newline\n"
    "      --uploads            abort incomplete multipart uploads\n"
    "      --older-than TIME    only those begun at least so long ago: 90s, 30m, 12h, 7d\n"
    "  -h, --help               show this text\n"
    "      --version            show the version\n";

enum { OPT_UPLOADS = 256, OPT_OLDER, OPT_VERSION };

static const struct option long_options[] = {
    {"null", no_argument, NULL, '0'},
    {"uploads", no_argument, NULL, OPT_UPLOADS},
    {"older-than", required_argument, NULL, OPT_OLDER},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
	struct uri uri;
	bool null;
	bool uploads;
	bool older_given;
	uint64_t older_than_s;
};

static int parse_duration(const char *text, uint64_t *seconds, struct err *e)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	struct err bad = {0};
	char digits[16] = "";
	size_t n = strlen(text);

	if (n > 1 && n < sizeof(digits))
		memcpy(digits, text, n - 1);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (n > 1 && text[n - 1] == units[i].unit &&
		    num_uint("", digits, 0, 1000000000, seconds, &bad) == 0) {
			*seconds *= units[i].seconds;
			return 0;
		}
	}
	return err_set(
	    e, EX_USAGE, "--older-than: '%s' is not a number with s, m, h or d behind it", text);
}

static int take_operand(struct options *o, int argc, char **argv, struct err *e)
{
	if (o->older_given && !o->uploads)
		return err_set(e, EX_USAGE, "--older-than goes with --uploads only");
	if (o->null && o->uploads)
		return err_set(e, EX_USAGE, "-0 and --uploads exclude each other");
	if (optind >= argc)
		return err_set(e, EX_USAGE, "s3://BUCKET is missing");
	if (optind + 1 < argc)
		return err_set(e, EX_USAGE,
		    "'%s' is one operand too many; several keys go to standard input",
		    argv[optind + 1]);
	if (uri_parse(argv[optind], &o->uri, e) != 0)
		return -1;
	if (o->null && o->uri.key[0] != '\0')
		return err_set(e, EX_USAGE, "with -0 the keys are on standard input");
	return 0;
}

static int delete_listed(struct delete *d, bool null, struct err *e)
{
	struct keys k = {.in = stdin, .null = null};
	const char *key;
	int more;

	while ((more = keys_next(&k, &key, e)) > 0) {
		if (delete_add(d, key, e) != 0)
			break;
	}
	keys_free(&k);
	return more == 0 ? delete_flush(d, e) : -1;
}

static int run(const struct options *o, struct err *e)
{
	struct delete d = {.bucket = o->uri.bucket};
	int result = client_open(&d.client, e);

	if (result == 0 && o->uploads)
		result = leftovers_abort(d.client, o->uri.bucket, o->uri.key, o->older_than_s, e);
	else if (result == 0 && o->uri.key[0] != '\0')
		result = delete_one(&d, o->uri.key, e);
	else if (result == 0)
		result = delete_listed(&d, o->null, e);
	delete_free(&d);
	client_close(d.client);
	return result == 0 ? delete_end(&d, e) : -1;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {0};
	int status;
	int opt;

	if (prog_start("s3rm", &e) != 0)
		return prog_end(&e);
	while (e.code == 0 && (opt = getopt_long(argc, argv, ":0h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return prog_help(help);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '0')
			o.null = true;
		else if (opt == OPT_UPLOADS)
			o.uploads = true;
		else if (opt == OPT_OLDER)
			o.older_given = parse_duration(optarg, &o.older_than_s, &e) == 0;
		else
			return prog_bad_option(opt, argv);
	}
	if (e.code == 0 && take_operand(&o, argc, argv, &e) == 0)
		run(&o, &e);
	status = prog_end(&e);
	uri_free(&o.uri);
	return status;
}
