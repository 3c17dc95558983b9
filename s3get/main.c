/*
 * s3get: an object becomes standard output. See s3get.1.
 */
#include "base/io.h"
#include "base/num.h"
#include "base/prog.h"
#include "download.h"
#include "s3/client.h"
#include "s3/part.h"
#include "s3/uri.h"

#include <getopt.h>
#include <unistd.h>

#define DEFAULT_PIECE_SIZE (8 * PART_MIB)
#define PIECE_MIN (64 * 1024)
#define PIECE_MAX (1024 * PART_MIB)
#define DEFAULT_JOBS 4

static const char help[] = "Usage: s3get [OPTION...] s3://BUCKET/KEY\n"
			   "Write an object to standard output.\n"
			   "\n"
			   "  -j, --jobs N           ranges fetched at the same time (default 4)\n"
			   "      --part-size SIZE   bytes of a range (default 8M)\n"
			   "  -h, --help             show this text\n"
			   "      --version          show the version\n";

enum { OPT_PART = 256, OPT_VERSION };

static const struct option long_options[] = {
    {"jobs", required_argument, NULL, 'j'},
    {"part-size", required_argument, NULL, OPT_PART},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
	struct uri uri;
	uint64_t piece_size;
	uint64_t jobs;
};

static int take_operand(struct options *o, int argc, char **argv, struct err *e)
{
	if (optind >= argc)
		return err_set(e, EX_USAGE, "s3://BUCKET/KEY is missing");
	if (optind + 1 < argc)
		return err_set(e, EX_USAGE, "'%s' is one operand too many", argv[optind + 1]);
	if (isatty(STDOUT_FILENO))
		return err_set(
		    e, EX_USAGE, "will not write an object to a terminal; use '>' or a pipe");
	return uri_parse_object(argv[optind], &o->uri, e);
}

static int run(const struct options *o, struct err *e)
{
	const struct download_options d = {.bucket = o->uri.bucket,
	    .key = o->uri.key,
	    .piece_size = o->piece_size,
	    .jobs = (unsigned)o->jobs};
	struct client *client;
	int result = client_open(&client, e);

	if (result == 0)
		result = download_run(client, &d, STDOUT_FILENO, "standard output", e);
	if (result == 0)
		result = io_close(STDOUT_FILENO, "standard output", e);
	client_close(client);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {.piece_size = DEFAULT_PIECE_SIZE, .jobs = DEFAULT_JOBS};
	struct err e = {0};
	int status;
	int opt;

	if (prog_start("s3get", &e) != 0)
		return prog_end(&e);
	while (e.code == 0 && (opt = getopt_long(argc, argv, ":j:h", long_options, NULL)) != -1) {
		if (opt == 'h')
			return prog_help(help);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == OPT_PART)
			num_size("--part-size", optarg, PIECE_MIN, PIECE_MAX, &o.piece_size, &e);
		else if (opt == 'j')
			num_uint("--jobs", optarg, 1, DOWNLOAD_JOBS_MAX, &o.jobs, &e);
		else
			return prog_bad_option(opt, argv);
	}
	if (e.code == 0 && take_operand(&o, argc, argv, &e) == 0)
		run(&o, &e);
	status = prog_end(&e);
	uri_free(&o.uri);
	return status;
}
