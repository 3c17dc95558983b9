#include "leftovers.h"

#include "base/prog.h"
#include "base/stop.h"
#include "s3/list.h"
#include "s3/multipart.h"

#include <inttypes.h>
#include <time.h>

struct leftovers {
	struct client *client;
	const char *bucket;
	time_t newest; /* to be aborted */
	uint64_t seen;
	uint64_t failed;
	int failed_code;
};

static int abort_upload(void *arg, const struct list_entry *entry, struct err *e)
{
	struct leftovers *l = arg;
	/* borrows the entry's strings; nothing here frees them */
	const struct multipart m = {
	    .bucket = (char *)l->bucket, .key = (char *)entry->key, .id = (char *)entry->upload_id};
	struct err failed = {0};

	if (entry->time > l->newest)
		return 0;
	l->seen++;
	if (multipart_abort(l->client, &m, &failed) == 0)
		return 0;
	if (stop_signal() != 0) {
		*e = failed;
		return -1;
	}
	prog_note("%s", failed.text);
	if (l->failed++ == 0)
		l->failed_code = failed.code;
	return 0;
}

int leftovers_abort(struct client *client, const char *bucket, const char *prefix,
    uint64_t older_than_s, struct err *e)
{
	struct leftovers l = {
	    .client = client, .bucket = bucket, .newest = time(NULL) - (time_t)older_than_s};

	if (older_than_s == 0) /* all of them, whatever the store's clock shows */
		l.newest = INT64_MAX;
	if (list_uploads(client, bucket, prefix, abort_upload, &l, e) != 0)
		return -1;
	if (l.failed > 0)
		return err_set(e, l.failed_code,
		    "%" PRIu64 " of %" PRIu64 " uploads were not aborted", l.failed, l.seen);
	return 0;
}
