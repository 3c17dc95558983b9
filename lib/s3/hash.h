/*
 * hash: the digests that S3 speaks, and their spellings.
 *
 * Thread-safe. Functions that can fail return 0, or -1 with *e set (EX_SOFTWARE: libcrypto refuses,
 * as a FIPS provider does for MD5).
 */
#ifndef S3_HASH_H
#define S3_HASH_H

#include "base/err.h"

#include <stddef.h>

#define HASH_SHA256_LEN 32
#define HASH_MD5_LEN 16
#define HASH_SHA256_HEX (2 * HASH_SHA256_LEN + 1) /* with the NUL */
#define HASH_MD5_HEX (2 * HASH_MD5_LEN + 1)
#define HASH_MD5_BASE64 25

int hash_sha256(const void *data, size_t len, unsigned char out[HASH_SHA256_LEN], struct err *e);
int hash_sha256_hex(const void *data, size_t len, char out[HASH_SHA256_HEX], struct err *e);
int hash_md5(const void *data, size_t len, unsigned char out[HASH_MD5_LEN], struct err *e);
int hash_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
    unsigned char out[HASH_SHA256_LEN], struct err *e);

/* hash_hex(data, len, out): lower-case hexadecimal; out has room for 2 * len + 1 bytes */
void hash_hex(const unsigned char *data, size_t len, char *out);

/* hash_md5_base64(md5, out): the value of a Content-MD5 header */
void hash_md5_base64(const unsigned char md5[HASH_MD5_LEN], char out[HASH_MD5_BASE64]);

/* hash_md5_parse(hex, out): read exactly 32 hexadecimal digits. return 0 or -1 */
int hash_md5_parse(const char *hex, unsigned char out[HASH_MD5_LEN]);

#endif
