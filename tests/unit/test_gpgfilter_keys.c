#include "keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char address[] = "a@example.com";
static char other_address[] = "b@example.com";

/* A sound key: a primary that signs, a subkey that encrypts, one fully valid user ID. */
struct model {
	struct _gpgme_key key;
	struct _gpgme_subkey primary;
	struct _gpgme_subkey sub;
	struct _gpgme_subkey newer;
	struct _gpgme_user_id uid;
	struct _gpgme_user_id other;
};

static void model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->key.subkeys = &m->primary;
	m->primary.next = &m->sub;
	m->primary.can_sign = 1;
	m->primary.timestamp = 100;
	m->sub.can_encrypt = 1;
	m->sub.timestamp = 100;
	m->newer.can_encrypt = 1;
	m->newer.timestamp = 200;
	m->key.uids = &m->uid;
	m->uid.validity = GPGME_VALIDITY_FULL;
	m->uid.email = address;
	m->other.email = other_address;
}

static enum key_fault fault_of(struct model *m)
{
	return key_fault(&m->key, KEY_ENCRYPT, "A@example.com", false);
}

static void test_sound(void **state)
{
	struct model m;

	(void)state;
	model_init(&m);
	assert_int_equal(fault_of(&m), KEY_FINE);
	assert_int_equal(key_fault(&m.key, KEY_SIGN, NULL, false), KEY_FINE);
	m.uid.validity = GPGME_VALIDITY_ULTIMATE;
	assert_int_equal(fault_of(&m), KEY_FINE);
}

static void test_primary_faults(void **state)
{
	struct model m;

	(void)state;
	model_init(&m);
	m.key.revoked = 1;
	assert_int_equal(fault_of(&m), KEY_REVOKED);
	model_init(&m);
	m.key.expired = 1;
	assert_int_equal(fault_of(&m), KEY_EXPIRED);
	m.key.revoked = 1;
	assert_int_equal(fault_of(&m), KEY_REVOKED);
	model_init(&m);
	m.key.disabled = 1;
	assert_int_equal(fault_of(&m), KEY_DISABLED);
	model_init(&m);
	m.key.invalid = 1;
	assert_int_equal(fault_of(&m), KEY_INVALID);
}

static void test_subkey_faults(void **state)
{
	struct model m;

	(void)state;
	model_init(&m);
	m.primary.next = NULL;
	assert_int_equal(fault_of(&m), KEY_INCAPABLE);
	model_init(&m);
	m.sub.expired = 1;
	assert_int_equal(fault_of(&m), KEY_EXPIRED);
	model_init(&m);
	m.sub.revoked = 1;
	assert_int_equal(fault_of(&m), KEY_REVOKED);
}

static void test_sound_subkey_before_newer_one(void **state)
{
	struct model m;

	(void)state;
	model_init(&m);
	m.sub.next = &m.newer;
	assert_ptr_equal(key_subkey(&m.key, KEY_ENCRYPT), &m.newer);
	m.newer.expired = 1;
	assert_ptr_equal(key_subkey(&m.key, KEY_ENCRYPT), &m.sub);
	assert_int_equal(fault_of(&m), KEY_FINE);
	m.sub.revoked = 1;
	assert_int_equal(fault_of(&m), KEY_EXPIRED);
}

static void test_trust_is_of_the_address(void **state)
{
	struct model m;

	(void)state;
	model_init(&m);
	m.uid.validity = GPGME_VALIDITY_MARGINAL;
	assert_int_equal(fault_of(&m), KEY_UNTRUSTED);
	assert_int_equal(key_fault(&m.key, KEY_ENCRYPT, NULL, true), KEY_FINE);
	assert_int_equal(key_fault(&m.key, KEY_SIGN, NULL, false), KEY_FINE);
	m.uid.next = &m.other;
	m.other.validity = GPGME_VALIDITY_ULTIMATE;
	assert_int_equal(fault_of(&m), KEY_UNTRUSTED);
	assert_int_equal(key_fault(&m.key, KEY_ENCRYPT, NULL, false), KEY_FINE);
	m.other.revoked = 1;
	assert_int_equal(key_fault(&m.key, KEY_ENCRYPT, NULL, false), KEY_UNTRUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sound),
	    cmocka_unit_test(test_primary_faults),
	    cmocka_unit_test(test_subkey_faults),
	    cmocka_unit_test(test_sound_subkey_before_newer_one),
	    cmocka_unit_test(test_trust_is_of_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
