/*
 * s3put: standard input, or the output of a command, becomes an object. See s3put.1.
 */
#include "base/child.h"
#include "base/num.h"
#include "base/prog.h"
#include "base/stop.h"
#include "receipt.h"
#include "s3/client.h"
#include "s3/part.h"
#include "s3/uri.h"
#include "upload.h"

#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PART_SIZE (8 * PART_MIB)
#define DEFAULT_JOBS 4

static const char help[] =
    "Usage: s3put [OPTION...] s3://BUCKET/KEY [-- COMMAND [ARG...]]\n"
    "       s3put --commit RECEIPT s3://BUCKET/KEY\n"
    "       s3put --abort RECEIPT s3://BUCKET/KEY\n"
    "Upload standard input as an object. With COMMAND, run it and upload its output, and\n"
    "make the object only if it exits with status 0.\n"
    "\n"
    "      --stage RECEIPT      upload everything but make no object yet; RECEIPT is\n"
    "                           the file that --commit or --abort takes afterwards\n"
    "      --commit RECEIPT     make the object of a staged upload\n"
    "      --abort RECEIPT      give a staged or interrupted upload up\n"
    "      --storage-class C    STANDARD_IA, GLACIER, ... (default: the store's)\n"
    "      --content-type T     media type of the object\n"
    "      --metadata NAME=VALUE  user metadata; may be repeated\n"
    "      --part-size SIZE     of the first parts, 5M or more (default 8M)\n"
    "  -j, --jobs N             parts sent at the same time (default 4)\n"
    "  -h, --help               show this text\n"
    "      --version            show the version\n";

enum mode { MODE_PUT, MODE_STAGE, MODE_COMMIT, MODE_ABORT };

struct options {
	enum mode mode;
	const char *receipt;
	struct uri uri;
	struct pairs headers;
	uint64_t part_size;
	uint64_t jobs;
	const char *const *command; /* NULL: standard input */
};

enum {
	OPT_STAGE = 256,
	OPT_COMMIT,
	OPT_ABORT,
	OPT_CLASS,
	OPT_TYPE,
	OPT_META,
	OPT_PART,
	OPT_VERSION
};

static const struct option long_options[] = {
    {"stage", required_argument, NULL, OPT_STAGE},
    {"commit", required_argument, NULL, OPT_COMMIT},
    {"abort", required_argument, NULL, OPT_ABORT},
    {"storage-class", required_argument, NULL, OPT_CLASS},
    {"content-type", required_argument, NULL, OPT_TYPE},
    {"metadata", required_argument, NULL, OPT_META},
    {"part-size", required_argument, NULL, OPT_PART},
    {"jobs", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static int set_mode(struct options *o, enum mode mode, const char *receipt, struct err *e)
{
	if (o->mode != MODE_PUT)
		return err_set(
		    e, EX_USAGE, "only one of --stage, --commit and --abort can be given");
	o->mode = mode;
	o->receipt = receipt;
	return 0;
}

/* A header's value must not be able to add a header */
static int add_header(struct options *o, const char *name, const char *value, struct err *e)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, EX_USAGE, "'%s' holds a control character", value);
	}
	return pairs_add(&o->headers, name, value, e);
}

static int add_metadata(struct options *o, const char *text, struct err *e)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	struct buf name = {0};
	size_t len = strcspn(text, "=");
	int result;

	if (text[len] != '=' || len == 0 || strspn(text, legal) != len)
		return err_set(e, EX_USAGE,
		    "--metadata: '%s' is not NAME=VALUE with a NAME of a-z, 0-9, '-', '_' and '.'",
		    text);
	result = buf_fmt(&name, e, "x-amz-meta-%.*s", (int)len, text);
	if (result == 0)
		result = add_header(o, buf_cstr(&name), text + len + 1, e);
	buf_free(&name);
	return result;
}

static int take_uri(struct options *o, const char *text, struct err *e)
{
	if (o->uri.bucket != NULL)
		return err_set(
		    e, EX_USAGE, "'%s' is one operand too many; a command stands after '--'", text);
	return uri_parse_object(text, &o->uri, e);
}

static int take_option(struct options *o, int opt, struct err *e)
{
	switch (opt) {
	case OPT_STAGE:
		return set_mode(o, MODE_STAGE, optarg, e);
	case OPT_COMMIT:
		return set_mode(o, MODE_COMMIT, optarg, e);
	case OPT_ABORT:
		return set_mode(o, MODE_ABORT, optarg, e);
	case OPT_CLASS:
		return add_header(o, "x-amz-storage-class", optarg, e);
	case OPT_TYPE:
		return add_header(o, "content-type", optarg, e);
	case OPT_META:
		return add_metadata(o, optarg, e);
	case OPT_PART:
		return num_size("--part-size", optarg, PART_MIN, PART_MAX, &o->part_size, e);
	case 'j':
		return num_uint("--jobs", optarg, 1, UPLOAD_JOBS_MAX, &o->jobs, e);
	default: /* an operand, in its place among the options */
		return take_uri(o, optarg, e);
	}
}

/* What is left after "--": the command, or s3://BUCKET/KEY [-- COMMAND...] if that is to come */
static int take_rest(struct options *o, int argc, char **argv, struct err *e)
{
	int i = optind;
	bool dashes = i > 1 && strcmp(argv[i - 1], "--") == 0;

	if (o->uri.bucket == NULL) {
		if (i == argc)
			return err_set(e, EX_USAGE, "s3://BUCKET/KEY is missing");
		if (take_uri(o, argv[i++], e) != 0)
			return -1;
		dashes = i < argc && strcmp(argv[i], "--") == 0;
		if (i < argc && !dashes)
			return take_uri(o, argv[i], e);
		i += dashes;
	}
	if (dashes && i == argc)
		return err_set(e, EX_USAGE, "there is no command after '--'");
	if (dashes && (o->mode == MODE_COMMIT || o->mode == MODE_ABORT))
		return err_set(e, EX_USAGE, "--commit and --abort take no command");
	if (dashes)
		o->command = (const char *const *)argv + i;
	return 0;
}

/* ---- put and stage ---- */

/* Its end of file alone does not say that its output is whole. */
static int command_succeeded(struct child *child, struct err *e)
{
	char text[64];
	int status;

	if (child->pid == 0)
		return 0;
	if (child_wait(child, &status, e) != 0)
		return -1;
	if (status != 0)
		return err_set(e, EX_UNAVAILABLE, "%s %s; its output was discarded", child->name,
		    child_status_text(status, text, sizeof(text)));
	return 0;
}

static int put(struct client *client, const struct options *o, struct err *e)
{
	const struct upload_options uo = {.bucket = o->uri.bucket,
	    .key = o->uri.key,
	    .headers = &o->headers,
	    .part_size = o->part_size,
	    .jobs = (unsigned)o->jobs,
	    .receipt = o->receipt};
	struct child child = {0};
	struct upload *u = NULL;
	int result = -1;

	if (upload_open(&u, client, &uo, e) != 0)
		goto out;
	if (o->command != NULL &&
	    child_start(&child, o->command, CHILD_INHERIT, CHILD_PIPE, CHILD_INHERIT, e) != 0)
		goto out;
	if (o->command != NULL)
		result = upload_send(u, child.out, child.name, e);
	else
		result = upload_send(u, STDIN_FILENO, "standard input", e);
	if (result == 0)
		result = command_succeeded(&child, e);
	if (result == 0)
		result = o->mode == MODE_STAGE ? upload_stage(u, e) : upload_finish(u, e);
out:
	child_kill(&child);
	if (result != 0)
		upload_abort(u, e);
	upload_close(u);
	return result;
}

/* ---- commit and abort ---- */

static int check_receipt(
    const struct client *client, const struct options *o, const struct receipt *r, struct err *e)
{
	char endpoint[512];

	client_endpoint(client, endpoint, sizeof(endpoint));
	if (strcmp(r->upload.bucket, o->uri.bucket) != 0 || strcmp(r->upload.key, o->uri.key) != 0)
		return err_set(e, EX_DATAERR,
		    "the receipt %s is for s3://%s/%s, not for s3://%s/%s", o->receipt,
		    r->upload.bucket, r->upload.key, o->uri.bucket, o->uri.key);
	if (strcmp(r->endpoint, endpoint) != 0)
		return err_set(e, EX_DATAERR,
		    "the receipt %s is for the store at %s, not for %s; set AWS_ENDPOINT_URL",
		    o->receipt, r->endpoint, endpoint);
	if (o->mode == MODE_COMMIT && !r->staged)
		return err_set(e, EX_DATAERR,
		    "the upload of the receipt %s was interrupted; give it up with --abort",
		    o->receipt);
	return 0;
}

static int settle(struct client *client, const struct options *o, struct err *e)
{
	struct receipt r;
	int result = -1;

	if (receipt_read(o->receipt, &r, e) != 0 || check_receipt(client, o, &r, e) != 0)
		goto out;
	if (o->mode == MODE_COMMIT)
		result = multipart_complete(client, &r.upload, e);
	else
		result = multipart_abort(client, &r.upload, e);
	if (result == 0)
		result = receipt_remove(o->receipt, e);
out:
	receipt_free(&r);
	return result;
}

static int run(const struct options *o, struct err *e)
{
	struct client *client;
	int result = client_open(&client, e);

	if (result == 0 && (o->mode == MODE_COMMIT || o->mode == MODE_ABORT))
		result = settle(client, o, e);
	else if (result == 0)
		result = put(client, o, e);
	client_close(client);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {.part_size = DEFAULT_PART_SIZE, .jobs = DEFAULT_JOBS};
	struct err e = {0};
	int status;
	int opt;

	if (prog_start("s3put", &e) != 0)
		return prog_end(&e);
	while ((opt = getopt_long(argc, argv, "-:j:h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return prog_help(help);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '?' || opt == ':')
			return prog_bad_option(opt, argv);
		if (take_option(&o, opt, &e) != 0)
			break;
	}
	if (e.code == 0 && take_rest(&o, argc, argv, &e) == 0)
		run(&o, &e);
	status = prog_end(&e);
	uri_free(&o.uri);
	pairs_free(&o.headers);
	return status;
}
