# shellcheck shell=bash
#
# For the tests of postgres-backup.sh and postgres-restore.sh; load common, postgres, s3server and
# gpghome first.
#
#   shop_start [s3] [gpg]  in setup_file: a server with the database "seed" full of the sample, the role
#                          saasforge, the bucket "backups", test keys
#   shop_stop              in teardown_file
#   shop                   in setup: BACKUP_DIR, settings, and a fresh copy of seed called saasforge;
#                          the wrappers as `make install` puts them, in $WRAPPERS, first on PATH: a
#                          program put beside them there comes before the one in $BIN
#   make_program NAME      the program of that name, beside the wrappers, is the script on standard input
#   sql [-d DB] TEXT       what a query answers
#   same_as_seed DB        does it hold the same?
#   no_databases_left      only those that are meant to be there
#   s3_keys                the keys in the bucket, in order
#   nothing_left           nothing temporary in BACKUP_DIR and TMPDIR, no upload, no process of ours

shop_start() {
	local what

	postgres_start
	psql -X -q -c 'CREATE ROLE saasforge LOGIN SUPERUSER' -c 'CREATE DATABASE seed OWNER saasforge'
	psql -X -q -v ON_ERROR_STOP=1 -U saasforge -d seed -f "$REPO/tests/data/sample.sql" >/dev/null
	for what in "$@"; do
		case $what in
		s3)
			s3_start
			s3_make_bucket backups
			;;
		gpg) gpg_home ;;
		esac
	done
}

shop_stop() {
	postgres_stop
	[ ! -d "$BATS_FILE_TMPDIR/s3" ] || s3_stop
	[ ! -e "$BATS_FILE_TMPDIR/gpg-homes" ] || gpg_home_stop
}

shop() {
	local name

	cd "$BATS_TEST_TMPDIR" || return
	export WRAPPERS=$BATS_TEST_TMPDIR/bin BACKUP_DIR=$BATS_TEST_TMPDIR/backups TMPDIR=$BATS_TEST_TMPDIR/tmp
	export POSTGRES_HOST=127.0.0.1 POSTGRES_PORT=$PGPORT POSTGRES_USER=saasforge
	mkdir -p -- "$WRAPPERS" "$TMPDIR"
	cp -- "$REPO"/scripts/backup/*.sh "$REPO"/scripts/backup/*.bash "$WRAPPERS"
	PATH=$WRAPPERS:$PATH
	for name in $(sql "SELECT datname FROM pg_database WHERE oid >= 16384 AND datname <> 'seed'"); do
		dropdb --force -- "$name"
	done
	createdb --template seed --owner saasforge saasforge
	[ ! -d "$BATS_FILE_TMPDIR/s3" ] || shop_bucket
	[ ! -e "$BATS_FILE_TMPDIR/gpg-homes" ] || export GPG_RECIPIENT=alice@example.com
}

shop_bucket() {
	export S3_BUCKET=backups
	s3ls -0 s3://backups | s3rm -0 s3://backups >/dev/null
	s3rm --uploads s3://backups >/dev/null
}

make_program() {
	cat >"$WRAPPERS/$1"
	chmod +x "$WRAPPERS/$1"
}

sql() {
	local database=postgres

	if [ "$1" = -d ]; then
		database=$2
		shift 2
	fi
	PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "$database" -c "$1"
}

same_as_seed() {
	"$REPO/tests/support/compare-databases" seed "$1"
}

no_databases_left() {
	assert_equal "$(sql "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database")" \
	    "$(printf '%s\n' postgres template0 template1 seed "$@" | sort | paste -sd ' ')"
}

s3_keys() {
	s3ls s3://backups | cut -f 4 | sort
}

# backups: the files in BACKUP_DIR that are named as backups
backups() {
	find "$BACKUP_DIR" -maxdepth 1 -type f -name '*.sql.gz*' ! -name '.*' | sort
}

nothing_left() {
	assert_equal "$(find "$BACKUP_DIR" -name '.*' ! -name '.*.lock' ! -name . 2>/dev/null)" ''
	assert_equal "$(find "$TMPDIR" -mindepth 1 ! -path '*/postgres-backup-*')" ''
	[ ! -d "$BATS_FILE_TMPDIR/s3" ] || assert_equal "$(s3ls --uploads s3://backups)" ''
	wait_until 10 no_process_left
}

# Their working directory tells ours from others'.
no_process_left() {
	local pid

	for pid in $(pgrep -x 'pgdumpstream|pgrestorestre.*|gzfilter|gpgfilter|s3.*|psql|pg_dump|pg_restore|tee' || :); do
		if [ "$(readlink "/proc/$pid/cwd")" = "$BATS_TEST_TMPDIR" ]; then
			return 1
		fi
	done
}
