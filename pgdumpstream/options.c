#include "options.h"

#include <stdlib.h>

int options_add(struct arg_list *list, const char *arg, struct err *e)
{
	const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (items == NULL)
		return err_nomem(e);
	items[list->count++] = arg;
	list->items = items;
	return 0;
}

void options_free(struct dump_options *o)
{
	free(o->for_pg_dump.items);
	free(o->for_pg_restore.items);
}
