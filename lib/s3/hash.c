#include "s3/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static int digest(const EVP_MD *type, const char *name, const void *data, size_t len,
    unsigned char *out, struct err *e)
{
	if (EVP_Digest(data, len, out, NULL, type, NULL) != 1)
		return err_set(e, EX_SOFTWARE, "libcrypto does not compute %s", name);
	return 0;
}

int hash_sha256(const void *data, size_t len, unsigned char out[HASH_SHA256_LEN], struct err *e)
{
	return digest(EVP_sha256(), "SHA-256", data, len, out, e);
}

int hash_sha256_hex(const void *data, size_t len, char out[HASH_SHA256_HEX], struct err *e)
{
	unsigned char sum[HASH_SHA256_LEN];

	if (hash_sha256(data, len, sum, e) != 0)
		return -1;
	hash_hex(sum, sizeof(sum), out);
	return 0;
}

int hash_md5(const void *data, size_t len, unsigned char out[HASH_MD5_LEN], struct err *e)
{
	return digest(EVP_md5(), "MD5", data, len, out, e);
}

int hash_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
    unsigned char out[HASH_SHA256_LEN], struct err *e)
{
	if (HMAC(EVP_sha256(), key, (int)key_len, data, len, out, NULL) == NULL)
		return err_set(e, EX_SOFTWARE, "libcrypto does not compute HMAC-SHA-256");
	return 0;
}

void hash_hex(const unsigned char *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = '\0';
}

void hash_md5_base64(const unsigned char md5[HASH_MD5_LEN], char out[HASH_MD5_BASE64])
{
	unsigned char text[HASH_MD5_BASE64];

	EVP_EncodeBlock(text, md5, HASH_MD5_LEN);
	memcpy(out, text, HASH_MD5_BASE64);
}

static int digit_value(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c != '\0' ? strchr(digits, c) : NULL;

	return p == NULL ? -1 : (int)((p - digits) % 16);
}

int hash_md5_parse(const char *hex, unsigned char out[HASH_MD5_LEN])
{
	for (size_t i = 0; i < HASH_MD5_LEN; i++) {
		int high = digit_value(hex[2 * i]);
		int low = high < 0 ? -1 : digit_value(hex[2 * i + 1]);

		if (low < 0)
			return -1;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return hex[2 * HASH_MD5_LEN] == '\0' ? 0 : -1;
}
