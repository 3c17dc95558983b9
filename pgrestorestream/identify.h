/*
 * identify: tell by its first bytes what a restore was given.
 */
#ifndef PGRESTORESTREAM_IDENTIFY_H
#define PGRESTORESTREAM_IDENTIFY_H

#include <stddef.h>

#define IDENTIFY_BYTES 512 /* all that is looked at: one block of a tar archive */

enum input_kind {
	INPUT_EMPTY,
	INPUT_PGDUMPSTREAM,
	INPUT_PG_DUMP_PLAIN,
	INPUT_PG_DUMPALL_PLAIN,
	INPUT_PG_DUMP_CUSTOM,
	INPUT_PG_DUMP_TAR,
	INPUT_GZIP,
	INPUT_OPENPGP,
	INPUT_UNKNOWN
};

/* identify(head, len): len may be less than IDENTIFY_BYTES only when the input is that short */
enum input_kind identify(const char *head, size_t len);

/* identify_word(kind): the word that --identify prints */
const char *identify_word(enum input_kind kind);

/* identify_advice(kind): what the input is and what to use for it, for a message */
const char *identify_advice(enum input_kind kind);

#endif
