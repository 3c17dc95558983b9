#include "passphrase.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int first_line(struct passphrase *p, size_t have, struct err *e)
{
	const char *end = memchr(p->text, '\n', have);

	p->len = end != NULL ? (size_t)(end - p->text) : have;
	if (p->len == 0)
		return err_set(e, EX_CONFIG,
		    "the passphrase file '%s' is empty; write the passphrase on its first line",
		    p->path);
	if (p->len > PASSPHRASE_MAX)
		return err_set(e, EX_CONFIG,
		    "the passphrase in '%s' is longer than the %d bytes that gpg-agent takes",
		    p->path, PASSPHRASE_MAX);
	if (memchr(p->text, '\0', p->len) != NULL)
		return err_set(e, EX_CONFIG, "the passphrase in '%s' has a NUL byte", p->path);
	p->text[p->len] = '\n';
	return 0;
}

int passphrase_read(struct passphrase *p, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	*p = (struct passphrase){.path = path};
	if (fd < 0)
		return err_sys(e, 0, "cannot open the passphrase file '%s'", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		p->exposed = (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
	n = io_read(fd, p->text, PASSPHRASE_MAX + 1, path, e);
	close(fd);
	if (n < 0)
		return -1;
	return first_line(p, (size_t)n, e);
}

gpgme_error_t passphrase_give(
    void *hook, const char *uid_hint, const char *info, int was_bad, int fd)
{
	const struct passphrase *p = hook;

	(void)uid_hint;
	(void)info;
	(void)was_bad; /* gpg asks once for each key; the next one may well take it */
	if (gpgme_io_writen(fd, p->text, p->len + 1) != 0)
		return gpgme_error_from_errno(EIO);
	return 0;
}

void passphrase_wipe(struct passphrase *p)
{
	explicit_bzero(p->text, sizeof(p->text));
	p->len = 0;
}
