#include "keys.h"

#include "agent.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Every key that matches is one listing away; more than this is not a name but a pattern. */
#define MATCHES_MAX 64

static bool serves(gpgme_subkey_t s, enum key_use use)
{
	return use == KEY_ENCRYPT ? s->can_encrypt : s->can_sign;
}

static bool sound(gpgme_subkey_t s)
{
	return !s->revoked && !s->expired && !s->disabled && !s->invalid;
}

gpgme_subkey_t key_subkey(gpgme_key_t key, enum key_use use)
{
	gpgme_subkey_t best = NULL;

	for (gpgme_subkey_t s = key->subkeys; s != NULL; s = s->next) {
		if (!serves(s, use))
			continue;
		if (best == NULL || (sound(s) && !sound(best)) ||
		    (sound(s) == sound(best) && s->timestamp >= best->timestamp))
			best = s;
	}
	return best;
}

static bool vouched_for(gpgme_key_t key, const char *address)
{
	for (gpgme_user_id_t u = key->uids; u != NULL; u = u->next) {
		if (u->revoked || u->invalid || u->validity < GPGME_VALIDITY_FULL)
			continue;
		if (address == NULL || strcasecmp(u->email, address) == 0)
			return true;
	}
	return false;
}

enum key_fault key_fault(gpgme_key_t key, enum key_use use, const char *address, bool any_trust)
{
	gpgme_subkey_t s = key_subkey(key, use);

	if (key->revoked)
		return KEY_REVOKED;
	if (key->expired)
		return KEY_EXPIRED;
	if (key->disabled)
		return KEY_DISABLED;
	if (s == NULL)
		return KEY_INCAPABLE;
	if (s->revoked)
		return KEY_REVOKED;
	if (s->expired)
		return KEY_EXPIRED;
	if (key->invalid || s->invalid)
		return KEY_INVALID;
	/* Whoever holds the secret key needs nobody's word to sign with it. */
	if (use == KEY_ENCRYPT && !any_trust && !vouched_for(key, address))
		return KEY_UNTRUSTED;
	return KEY_FINE;
}

/* ---- messages ---- */

static const char *day_of(long int t, char *buf, size_t len)
{
	time_t when = (time_t)t;
	struct tm tm;

	if (t <= 0 || gmtime_r(&when, &tm) == NULL || strftime(buf, len, " on %F", &tm) == 0)
		buf[0] = '\0';
	return buf;
}

static void refuse(
    gpgme_key_t key, enum key_fault fault, enum key_use use, const char *name, struct err *e)
{
	const char *fpr = key->fpr != NULL ? key->fpr : "?";
	const char *purpose = use == KEY_ENCRYPT ? "encrypt to" : "sign as";
	gpgme_subkey_t s = key->expired ? key->subkeys : key_subkey(key, use);
	char day[32];

	switch (fault) {
	case KEY_UNTRUSTED:
		err_set(e, EX_NOPERM,
		    "cannot %s '%s': nobody you trust vouches for key %s; check its fingerprint "
		    "and certify it (gpg --lsign-key %s), or pass --always-trust",
		    purpose, name, fpr, fpr);
		break;
	case KEY_EXPIRED:
		err_set(e, EX_NOPERM,
		    "cannot %s '%s': key %s expired%s; have its owner extend it (gpg "
		    "--quick-set-expire) and import it again, or choose another key",
		    purpose, name, fpr, day_of(s != NULL ? s->expires : 0, day, sizeof(day)));
		break;
	case KEY_DISABLED:
		err_set(e, EX_NOPERM,
		    "cannot %s '%s': key %s is disabled in this keyring; enable it (gpg "
		    "--edit-key %s enable save)",
		    purpose, name, fpr, fpr);
		break;
	case KEY_REVOKED:
		err_set(e, EX_NOPERM,
		    "cannot %s '%s': key %s was revoked; use the key that replaces it", purpose,
		    name, fpr);
		break;
	case KEY_INCAPABLE:
		err_set(e, EX_NOPERM,
		    "cannot %s '%s': key %s has no subkey for that; add one (gpg --quick-add-key) "
		    "or choose another key",
		    purpose, name, fpr);
		break;
	default:
		err_set(e, EX_NOPERM, "cannot %s '%s': gpg finds key %s invalid; import it again",
		    purpose, name, fpr);
	}
}

static void refuse_missing(gpgme_ctx_t ctx, enum key_use use, const char *name, struct err *e)
{
	if (use == KEY_ENCRYPT)
		err_set(e, EX_NOINPUT,
		    "cannot encrypt to '%s': no such public key; import it (gpg --import FILE)",
		    name);
	else if (agent_check(ctx, e) == 0)
		err_set(e, EX_NOINPUT,
		    "cannot sign as '%s': no such secret key; list those that are there with: "
		    "gpg --list-secret-keys",
		    name);
}

static void refuse_ambiguous(gpgme_key_t a, gpgme_key_t b, const char *name, struct err *e)
{
	err_set(e, EX_USAGE,
	    "'%s' means more than one key (%s, %s); name the right one by its fingerprint", name,
	    a->fpr, b->fpr);
}

/* ---- finding ---- */

struct matches {
	gpgme_key_t keys[MATCHES_MAX];
	size_t count;
};

static void matches_free(struct matches *m)
{
	for (size_t i = 0; i < m->count; i++)
		gpgme_key_unref(m->keys[i]);
	m->count = 0;
}

static int matches_list(
    struct matches *m, gpgme_ctx_t ctx, enum key_use use, const char *pattern, struct err *e)
{
	gpgme_error_t err = gpgme_op_keylist_start(ctx, pattern, use == KEY_SIGN);

	while (err == 0 && m->count < MATCHES_MAX) {
		err = gpgme_op_keylist_next(ctx, &m->keys[m->count]);
		if (err == 0)
			m->count++;
	}
	if (err == 0 || gpgme_err_code(err) == GPG_ERR_EOF)
		err = gpgme_op_keylist_end(ctx);
	if (err != 0)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot list the keys of '%s': %s; see why with: "
		    "gpg --list-keys",
		    pattern, gpgme_strerror(err));
	return 0;
}

static bool is_address(const char *name)
{
	return strchr(name, '@') != NULL && name[0] != '@' && strpbrk(name, " <>=*#&\"(),") == NULL;
}

struct wanted {
	enum key_use use;
	const char *name;
	const char *address; /* as key_fault() takes it */
	bool any_trust;
};

/* Of the keys that match, at least one, take the only one without a fault, or say what is wrong. */
static gpgme_key_t choose(const struct matches *m, const struct wanted *w, struct err *e)
{
	enum key_fault least = KEY_INVALID;
	gpgme_key_t best = NULL;

	for (size_t i = 0; i < m->count; i++) {
		enum key_fault fault = key_fault(m->keys[i], w->use, w->address, w->any_trust);

		if (best != NULL && fault == KEY_FINE && least == KEY_FINE) {
			refuse_ambiguous(best, m->keys[i], w->name, e);
			return NULL;
		}
		if (best == NULL || fault < least) {
			best = m->keys[i];
			least = fault;
		}
	}
	if (least != KEY_FINE) {
		refuse(best, least, w->use, w->name, e);
		return NULL;
	}
	gpgme_key_ref(best);
	return best;
}

gpgme_key_t key_find(
    gpgme_ctx_t ctx, enum key_use use, const char *name, bool any_trust, struct err *e)
{
	struct wanted w = {.use = use, .name = name, .any_trust = any_trust};
	struct matches m = {.count = 0};
	gpgme_key_t key = NULL;
	char pattern[512];
	int n;

	w.address = is_address(name) ? name : NULL;
	n = snprintf(pattern, sizeof(pattern), w.address != NULL ? "<%s>" : "%s", name);
	if (name[0] == '\0' || (size_t)n >= sizeof(pattern)) {
		err_set(e, EX_USAGE, "'%s' cannot be the name of a key", name);
		return NULL;
	}
	if (name[strlen(name) - 1] == '!') {
		err_set(e, EX_USAGE, "'%s' names a single subkey; name the key without '!'", name);
		return NULL;
	}
	if (matches_list(&m, ctx, use, pattern, e) == 0) {
		if (m.count > 0)
			key = choose(&m, &w, e);
		else
			refuse_missing(ctx, use, name, e);
	}
	matches_free(&m);
	return key;
}
