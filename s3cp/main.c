/*
 * s3cp: an object copied inside the store. See s3cp.1.
 */
#include "base/num.h"
#include "base/prog.h"
#include "copy.h"
#include "s3/client.h"
#include "s3/part.h"

#include <getopt.h>

#define DEFAULT_THRESHOLD PART_MAX /* what one CopyObject can do */
#define DEFAULT_PART_SIZE (512 * PART_MIB)
#define DEFAULT_JOBS 4

static const char help[] =
    "Usage: s3cp [OPTION...] s3://BUCKET/KEY s3://BUCKET2/KEY2\n"
    "Copy an object inside the store, also onto itself with another storage class.\n"
    "\n"
    "      --storage-class C          of the copy: STANDARD_IA, GLACIER, ...\n"
    "                                 (default: the store's, not the source's)\n"
    "      --multipart-threshold SIZE  copy larger objects in parts (default and most: 5G)\n"
    "      --part-size SIZE           the least size of such a part (default 512M)\n"
    "  -j, --jobs N                   parts copied at the same time (default 4)\n"
    "  -h, --help                     show this text\n"
    "      --version                  show the version\n";

enum { OPT_CLASS = 256, OPT_THRESHOLD, OPT_PART, OPT_VERSION };

static const struct option long_options[] = {
    {"storage-class", required_argument, NULL, OPT_CLASS},
    {"multipart-threshold", required_argument, NULL, OPT_THRESHOLD},
    {"part-size", required_argument, NULL, OPT_PART},
    {"jobs", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
	struct uri from;
	struct uri to;
	const char *storage_class;
	uint64_t threshold;
	uint64_t part_size;
	uint64_t jobs;
};

static int take_option(struct options *o, int opt, struct err *e)
{
	switch (opt) {
	case OPT_CLASS:
		o->storage_class = optarg;
		return 0;
	case OPT_THRESHOLD:
		return num_size("--multipart-threshold", optarg, 0, PART_MAX, &o->threshold, e);
	case OPT_PART:
		return num_size("--part-size", optarg, PART_MIN, PART_MAX, &o->part_size, e);
	default:
		return num_uint("--jobs", optarg, 1, COPY_JOBS_MAX, &o->jobs, e);
	}
}

static int take_operands(struct options *o, int argc, char **argv, struct err *e)
{
	if (argc - optind != 2)
		return err_set(e, EX_USAGE, "two operands are needed: the object and its copy");
	if (uri_parse_object(argv[optind], &o->from, e) != 0)
		return -1;
	return uri_parse_object(argv[optind + 1], &o->to, e);
}

static int run(const struct options *o, struct err *e)
{
	const struct copy_options c = {.from = &o->from,
	    .to = &o->to,
	    .storage_class = o->storage_class,
	    .threshold = o->threshold,
	    .part_size = o->part_size,
	    .jobs = (unsigned)o->jobs};
	struct client *client;
	int result = client_open(&client, e);

	if (result == 0)
		result = copy_run(client, &c, e);
	client_close(client);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {
	    .threshold = DEFAULT_THRESHOLD, .part_size = DEFAULT_PART_SIZE, .jobs = DEFAULT_JOBS};
	struct err e = {0};
	int status;
	int opt;

	if (prog_start("s3cp", &e) != 0)
		return prog_end(&e);
	while (e.code == 0 && (opt = getopt_long(argc, argv, ":j:h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return prog_help(help);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '?' || opt == ':')
			return prog_bad_option(opt, argv);
		take_option(&o, opt, &e);
	}
	if (e.code == 0 && take_operands(&o, argc, argv, &e) == 0)
		run(&o, &e);
	status = prog_end(&e);
	uri_free(&o.from);
	uri_free(&o.to);
	return status;
}
