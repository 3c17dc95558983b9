/*
 * agent: is gpg-agent there? gpg takes one that it cannot reach for a lack of secret keys; so when
 * it says that there is none, ask the agent.
 */
#ifndef GPGFILTER_AGENT_H
#define GPGFILTER_AGENT_H

#include "base/err.h"

/* agent_check(e): see whether the agent answers. return 0, or what agent_unreachable() gives */
int agent_check(struct err *e);

/* agent_unreachable(e): record that it does not (EX_UNAVAILABLE). return -1 */
int agent_unreachable(struct err *e);

#endif
