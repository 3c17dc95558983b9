/*
 * agent: is gpg-agent there? gpg takes one that it cannot reach for a lack of secret keys; so when
 * it says that there is none, look for the agent.
 */
#ifndef GPGFILTER_AGENT_H
#define GPGFILTER_AGENT_H

#include "base/err.h"

#include <gpgme.h>

/*
 * agent_check(keys, e): see whether the agent answers; have gpg start it first where it needs one
 * and may.
 * keys    a context for key listings
 * return  0, also for a keyring without any key, for which gpg needs no agent; else what
 *         agent_unreachable() gives
 */
int agent_check(gpgme_ctx_t keys, struct err *e);

/* agent_unreachable(e): record that it does not answer (EX_UNAVAILABLE). return -1 */
int agent_unreachable(struct err *e);

#endif
