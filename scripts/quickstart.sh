#!/usr/bin/env bash
#
# quickstart.sh [DIR]: back up and restore a sample database, encrypted, with a PostgreSQL server and
# an OpenPGP key that exist only for that. make quickstart builds the programs first.
#
# Leaves nothing behind but the backup, in DIR (default: backups/quickstart in the checkout).
set -euo pipefail
shopt -s inherit_errexit

repo=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
backup_dir=${1:-$repo/backups/quickstart}
key=quickstart@example.com

# shellcheck source=tests/support/postgres-server.sh
source "$repo/tests/support/postgres-server.sh"

# The user's own servers, keys and buckets are none of the business of a quick start.
forget_user_settings() {
	local name
	for name in "${!PG@}" "${!POSTGRES_@}" "${!AWS_@}" "${!GPG_@}" "${!S3_@}" "${!RETAIN_@}"; do
		[ "$name" = POSTGRES_BINDIR ] || unset "$name"
	done
	export LC_ALL=C.UTF-8
}

step() {
	printf '\n[%2d s] %s\n' "$SECONDS" "$1"
}

# run COMMAND...: show it, then do it
run() {
	printf '  $ %s\n' "$*"
	"$@"
}

clean_up() {
	local status=$?
	trap - EXIT
	server_stop "$work/server" || true
	GNUPGHOME=$work/gnupg gpgconf --kill all 2>/dev/null || true
	rm -rf -- "$work"
	[ $status -eq 0 ] || echo "quickstart.sh: the last step failed; its message is above" >&2
	exit $status
}

start_server() {
	step "Starting a throw-away PostgreSQL, $("$(server_bindir)/postgres" --version), in $work"
	server_init "$work/server"
	server_start "$work/server"
	export POSTGRES_HOST=127.0.0.1 POSTGRES_USER=postgres POSTGRES_DB=shop
	POSTGRES_PORT=$(<"$work/server/port")
	export POSTGRES_PORT PGHOST=$POSTGRES_HOST PGPORT=$POSTGRES_PORT PGUSER=$POSTGRES_USER
}

fill_database() {
	step 'Filling the database shop'
	run createdb shop
	run psql -X -q -v ON_ERROR_STOP=1 -d shop -f "$repo/tests/data/sample.sql"
	psql -X -At -F ' ' -d shop <<-'END'
		SELECT '  ' || count(*) || ' tables, ' || pg_size_pretty(pg_database_size('shop'))
		FROM pg_stat_user_tables;
	END
	createdb --template=shop original # to compare with
}

make_key() {
	step "Making a throw-away OpenPGP key for $key"
	export GNUPGHOME=$work/gnupg GPG_RECIPIENT=$key
	mkdir -m 700 -- "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key "$key" default default 1d 2>"$work/gpg.log" || {
		cat -- "$work/gpg.log" >&2
		return 1
	}
}

back_up() {
	step 'Backing up: dump, compress, encrypt'
	(umask 077 && mkdir -p -- "$backup_dir")
	export BACKUP_DIR=$backup_dir
	run "$repo/scripts/backup/postgres-backup.sh" --verbose --encrypt
	backup=$(readlink -f -- "$backup_dir/shop_latest.sql.gz.gpg")
}

lose_database() {
	step 'Losing the database'
	run dropdb shop
}

restore() {
	step 'Restoring: decrypt, decompress, load'
	run "$repo/scripts/backup/postgres-restore.sh" --verbose "$backup"
}

prove_equal() {
	step 'Comparing the restored database with a copy of the original: schema, rows, large objects'
	run "$repo/tests/support/compare-databases" original shop
	echo '  no difference'
}

forget_user_settings
work=$(mktemp -d "${TMPDIR:-/tmp}/quickstart.XXXXXX")
chmod go+x -- "$work"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_server
fill_database
make_key
back_up
lose_database
restore
prove_equal
step 'Done. The server and the key are gone; the backup is'
echo "  $backup ($(stat -c %s -- "$backup") bytes)"
