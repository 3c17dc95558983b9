/*
 * gpgfilter: OpenPGP encryption and decryption as a filter, for scripts.
 */
#include "base/prog.h"
#include "decrypt.h"
#include "encrypt.h"
#include "engine.h"
#include "passphrase.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
    "usage: gpgfilter -e -r RECIPIENT... [-s [-u KEY]] [-c] [option...] < PLAINTEXT > MESSAGE\n"
    "       gpgfilter -d [--require-signature[=FINGERPRINT]] [option...] < MESSAGE > PLAINTEXT\n"
    "\n"
    "Encrypts or decrypts standard input to standard output with OpenPGP (gpg), without ever\n"
    "asking anything and without compressing.\n"
    "\n"
    "  -e, --encrypt              encrypt\n"
    "  -d, --decrypt              decrypt; what was written counts only when the exit status is 0\n"
    "  -r, --recipient=NAME       encrypt to this key: mail address, fingerprint, key ID or part\n"
    "                             of a user ID; may be given more than once\n"
    "  -c, --symmetric            encrypt with the passphrase (also)\n"
    "  -s, --sign                 sign too\n"
    "  -u, --local-user=KEY       sign with this key\n"
    "      --require-signature[=FINGERPRINT]\n"
    "                             fail unless the message has a good signature by a fully valid\n"
    "                             key, or by this key; may be given more than once\n"
    "      --passphrase-file=FILE read the passphrase from the first line of FILE\n"
    "      --always-trust         encrypt to keys that nobody vouches for\n"
    "  -n, --dry-run              with -e: read and write nothing, but try all that may fail:\n"
    "                             keys, passphrase, gpg\n"
    "  -h, --help                 print this text\n"
    "      --version              print the version\n";

enum {
	OPT_REQUIRE_SIGNATURE = 256,
	OPT_PASSPHRASE_FILE,
	OPT_ALWAYS_TRUST,
	OPT_VERSION,
};

static const struct option long_options[] = {
    {"encrypt", no_argument, NULL, 'e'},
    {"decrypt", no_argument, NULL, 'd'},
    {"recipient", required_argument, NULL, 'r'},
    {"symmetric", no_argument, NULL, 'c'},
    {"sign", no_argument, NULL, 's'},
    {"local-user", required_argument, NULL, 'u'},
    {"require-signature", optional_argument, NULL, OPT_REQUIRE_SIGNATURE},
    {"passphrase-file", required_argument, NULL, OPT_PASSPHRASE_FILE},
    {"always-trust", no_argument, NULL, OPT_ALWAYS_TRUST},
    {"dry-run", no_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
	bool encrypt;
	bool decrypt;
	bool dry_run;
	bool help;
	bool version;
	const char *passphrase_file;
	char **recipients; /* room for argc of them */
	char **fingerprints; /* likewise */
	struct encrypt_plan plan;
	struct signature_rule rule;
};

static void take_option(struct options *o, int c)
{
	switch (c) {
	case 'e':
		o->encrypt = true;
		break;
	case 'd':
		o->decrypt = true;
		break;
	case 'r':
		o->recipients[o->plan.recipient_count++] = optarg;
		break;
	case 'c':
		o->plan.symmetric = true;
		break;
	case 's':
		o->plan.sign = true;
		break;
	case 'u':
		o->plan.signer = optarg;
		break;
	case 'n':
		o->dry_run = true;
		break;
	case OPT_PASSPHRASE_FILE:
		o->passphrase_file = optarg;
		break;
	case OPT_ALWAYS_TRUST:
		o->plan.any_trust = true;
		break;
	case OPT_REQUIRE_SIGNATURE:
		o->rule.required = true;
		if (optarg != NULL)
			o->fingerprints[o->rule.fingerprint_count++] = optarg;
		break;
	case 'h':
		o->help = true;
		break;
	case OPT_VERSION:
		o->version = true;
		break;
	}
}

static int check_encrypt(const struct options *o)
{
	if (o->rule.required)
		return prog_usage("--require-signature goes with -d; to sign, use --sign");
	if (o->plan.recipient_count == 0 && !o->plan.symmetric)
		return prog_usage("to whom? give at least one -r RECIPIENT, or --symmetric");
	if (o->plan.symmetric && o->passphrase_file == NULL)
		return prog_usage("--symmetric needs a passphrase: give --passphrase-file FILE");
	if (o->plan.signer != NULL && !o->plan.sign)
		return prog_usage("--local-user says who signs: give --sign with it");
	if (!o->dry_run && isatty(STDOUT_FILENO))
		return prog_usage("a message is binary and standard output is a terminal; "
				  "redirect it to a file or a pipe");
	return 0;
}

static int check_decrypt(const struct options *o)
{
	if (o->plan.recipient_count > 0 || o->plan.symmetric || o->plan.sign ||
	    o->plan.signer != NULL || o->plan.any_trust || o->dry_run)
		return prog_usage("-r, -c, -s, -u, -n and --always-trust go with -e, not with -d");
	for (size_t i = 0; i < o->rule.fingerprint_count; i++) {
		if (!signature_is_fingerprint(o->fingerprints[i]))
			return prog_usage("'%s' is not a fingerprint of 40 hexadecimal digits "
					  "without blanks; see gpg --fingerprint",
			    o->fingerprints[i]);
	}
	return 0;
}

static int check(const struct options *o, int operands)
{
	if (operands > 0)
		return prog_usage("reads standard input and writes standard output: no file names");
	if (o->encrypt == o->decrypt)
		return prog_usage("give one of -e and -d");
	return o->encrypt ? check_encrypt(o) : check_decrypt(o);
}

static void filter(struct options *o, struct err *e)
{
	struct passphrase passphrase = {0};
	struct engine g = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	int null = -1;

	if (o->dry_run) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null < 0)
			err_sys(e, EX_OSERR, "cannot open /dev/null");
		in = null;
		out = null;
	}
	if (e->code == 0 && o->passphrase_file != NULL)
		passphrase_read(&passphrase, o->passphrase_file, e);
	if (passphrase.exposed)
		prog_note("others may read or change the passphrase file '%s'; chmod 600 it",
		    o->passphrase_file);
	if (e->code == 0 &&
	    engine_open(&g, o->passphrase_file != NULL ? &passphrase : NULL, in, out, e) == 0) {
		if (o->encrypt)
			encrypt_run(&g, &o->plan, e);
		else
			decrypt_run(&g, &o->rule, e);
	}
	engine_close(&g);
	passphrase_wipe(&passphrase);
	if (null >= 0)
		close(null);
}

/* return  0, or the exit status to end with at once */
static int parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, ":edr:csu:nh", long_options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return prog_bad_option(c, argv);
		take_option(o, c);
	}
	return o->help || o->version ? 0 : check(o, argc - optind);
}

int main(int argc, char **argv)
{
	struct err e = {0};
	struct options o = {0};
	int status;

	if (prog_start("gpgfilter", &e) != 0)
		return prog_end(&e);
	o.recipients = calloc((size_t)argc, sizeof(char *));
	o.fingerprints = calloc((size_t)argc, sizeof(char *));
	if (o.recipients == NULL || o.fingerprints == NULL) {
		err_nomem(&e);
		status = prog_end(&e);
		goto out;
	}
	o.plan.recipients = o.recipients;
	o.rule.fingerprints = o.fingerprints;
	status = parse(&o, argc, argv);
	if (status == 0 && (o.help || o.version)) {
		status = o.help ? prog_help(help) : prog_version();
	} else if (status == 0) {
		filter(&o, &e);
		status = prog_end(&e);
	}
out:
	free(o.recipients);
	free(o.fingerprints);
	return status;
}
