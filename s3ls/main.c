/*
 * s3ls: the objects, or the incomplete uploads, of a bucket. See s3ls.1.
 */
#include "base/prog.h"
#include "print.h"
#include "s3/client.h"
#include "s3/list.h"
#include "s3/uri.h"

#include <getopt.h>

static const char help[] =
    "Usage: s3ls [OPTION...] s3://BUCKET[/PREFIX]\n"
    "List the objects whose keys begin with PREFIX, one a line:\n"
    "TIME, SIZE, STORAGE CLASS and KEY, separated by tabs.\n"
    "\n"
    "  -0, --null       keys alone, each followed by a NUL\n"
    "      --json       one JSON object a line\n"
    "      --uploads    list incomplete multipart uploads: TIME, UPLOAD ID, KEY\n"
    "  -h, --help       show this text\n"
    "      --version    show the version\n";

enum { OPT_JSON = 256, OPT_UPLOADS, OPT_VERSION };

static const struct option long_options[] = {
    {"null", no_argument, NULL, '0'},
    {"json", no_argument, NULL, OPT_JSON},
    {"uploads", no_argument, NULL, OPT_UPLOADS},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
	struct uri uri;
	bool null;
	bool json;
	bool uploads;
};

static int take_operand(struct options *o, int argc, char **argv, struct err *e)
{
	if (o->null && (o->json || o->uploads))
		return err_set(e, EX_USAGE, "-0 goes with neither --json nor --uploads");
	if (optind >= argc)
		return err_set(e, EX_USAGE, "s3://BUCKET is missing");
	if (optind + 1 < argc)
		return err_set(e, EX_USAGE, "'%s' is one operand too many", argv[optind + 1]);
	return uri_parse(argv[optind], &o->uri, e);
}

static int run(const struct options *o, struct err *e)
{
	struct print p = {0};
	struct client *client;
	int result = client_open(&client, e);

	if (result == 0 && o->uploads)
		result = list_uploads(client, o->uri.bucket, o->uri.key,
		    o->json ? print_upload_json : print_upload, &p, e);
	else if (result == 0)
		result = list_objects(client, o->uri.bucket, o->uri.key,
		    o->null   ? print_key
		    : o->json ? print_object_json
			      : print_object,
		    &p, e);
	client_close(client);
	return result == 0 ? print_end(&p, e) : -1;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {0};
	int status;
	int opt;

	if (prog_start("s3ls", &e) != 0)
		return prog_end(&e);
	while ((opt = getopt_long(argc, argv, ":0h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return prog_help(help);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '0')
			o.null = true;
		else if (opt == OPT_JSON)
			o.json = true;
		else if (opt == OPT_UPLOADS)
			o.uploads = true;
		else
			return prog_bad_option(opt, argv);
	}
	if (take_operand(&o, argc, argv, &e) == 0)
		run(&o, &e);
	status = prog_end(&e);
	uri_free(&o.uri);
	return status;
}
