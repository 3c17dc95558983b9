#include "receipt.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/receipt.XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/receipt", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void make_upload(struct multipart *m, unsigned parts)
{
	struct err e = {0};

	*m = (struct multipart){.bucket = strdup("bucket"),
	    .key = strdup("k\xff\n\"/ +%"),
	    .id = strdup("upload \"id\"")};
	for (unsigned i = 1; i <= parts; i++) {
		struct multipart_part part = {.size = 5000000000, .has_md5 = i % 2 == 0};

		if (part.has_md5)
			memset(part.md5, (int)i, sizeof(part.md5));
		snprintf(part.etag, sizeof(part.etag), "etag-%u", i);
		assert_int_equal(multipart_add(m, i, &part, &e), 0);
	}
}

static void test_round_trip(void **state)
{
	struct multipart m;
	struct receipt r;
	struct err e = {0};
	struct stat st;

	(void)state;
	make_upload(&m, 10000);
	umask(0);
	assert_int_equal(receipt_write(path, "https://store:1", true, &m, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(receipt_read(path, &r, &e), 0);
	assert_true(r.staged);
	assert_string_equal(r.endpoint, "https://store:1");
	assert_string_equal(r.upload.bucket, m.bucket);
	assert_string_equal(r.upload.key, m.key);
	assert_string_equal(r.upload.id, m.id);
	assert_int_equal(r.upload.n, 10000);
	assert_true(r.upload.bytes == 50000000000000);
	assert_memory_equal(r.upload.parts, m.parts, m.n * sizeof(*m.parts));
	receipt_free(&r);
	multipart_free(&m);
}

/* The state goes from "uploading" to "staged", and nothing else is left in the directory. */
static void test_rewriting(void **state)
{
	struct multipart m;
	struct receipt r;
	struct err e = {0};
	unsigned files = 0;
	DIR *d;

	(void)state;
	make_upload(&m, 0);
	assert_int_equal(receipt_write(path, "http://x", false, &m, &e), 0);
	assert_int_equal(receipt_read(path, &r, &e), 0);
	assert_false(r.staged);
	receipt_free(&r);
	assert_int_equal(receipt_check_absent(path, &e), -1);
	assert_int_equal(e.code, EX_CANTCREAT);
	d = opendir(dir);
	while (readdir(d) != NULL)
		files++;
	closedir(d);
	assert_int_equal(files, 3); /* ".", ".." and the receipt */
	multipart_free(&m);
}

static void write_file(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void test_every_truncation_is_refused(void **state)
{
	struct multipart m;
	struct receipt r;
	struct err e = {0};
	char text[4096];
	size_t len;
	int fd;

	(void)state;
	make_upload(&m, 2);
	assert_int_equal(receipt_write(path, "http://x", true, &m, &e), 0);
	fd = open(path, O_RDONLY);
	len = (size_t)read(fd, text, sizeof(text));
	close(fd);
	for (size_t cut = 0; cut < len; cut++) {
		e = (struct err){0};
		write_file(text, cut);
		assert_int_equal(receipt_read(path, &r, &e), -1);
		assert_int_equal(e.code, EX_DATAERR);
		receipt_free(&r);
	}
	multipart_free(&m);
}

static void test_missing(void **state)
{
	struct receipt r;
	struct err e = {0};

	(void)state;
	assert_int_equal(receipt_read("/nonexistent/receipt", &r, &e), -1);
	assert_int_equal(e.code, EX_NOINPUT);
	receipt_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_rewriting),
	    cmocka_unit_test(test_every_truncation_is_refused),
	    cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
