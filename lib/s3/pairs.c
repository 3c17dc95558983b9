#include "s3/pairs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int pairs_add(struct pairs *p, const char *name, const char *value, struct err *e)
{
	struct pair *v = realloc(p->v, (p->n + 1) * sizeof(*v));

	if (v == NULL)
		return err_nomem(e);
	p->v = v;
	v[p->n].name = strdup(name);
	v[p->n].value = strdup(value);
	p->n++;
	if (v[p->n - 1].name == NULL || v[p->n - 1].value == NULL)
		return err_nomem(e);
	return 0;
}

int pairs_addf(struct pairs *p, struct err *e, const char *name, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (r < 0)
		return err_nomem(e);
	r = pairs_add(p, name, value, e);
	free(value);
	return r;
}

int pairs_copy(struct pairs *to, const struct pairs *from, struct err *e)
{
	for (size_t i = 0; i < from->n; i++) {
		if (pairs_add(to, from->v[i].name, from->v[i].value, e) != 0)
			return -1;
	}
	return 0;
}

const char *pairs_find(const struct pairs *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->v[i].name, name) == 0)
			return p->v[i].value;
	}
	return NULL;
}

void pairs_clear(struct pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].name);
		free(p->v[i].value);
	}
	p->n = 0;
}

void pairs_free(struct pairs *p)
{
	pairs_clear(p);
	free(p->v);
	*p = (struct pairs){0};
}
