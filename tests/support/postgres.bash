# shellcheck shell=bash
#
# Real PostgreSQL servers for a .bats file; load ../support/common first. Start them in setup_file
# (or in a test), and always call postgres_stop in teardown_file.
#
#   postgres_start [--name NAME] [--config 'LINE']... [--initdb OPTION]... [--password WORD]
#     The server without a name exports PGHOST PGPORT PGUSER PGDATABASE=postgres, PGSOCKETDIR,
#     and PGPASSWORD when --password (scram-sha-256 for everybody) was given.
#     A server with a name exports PGPORT_NAME and PGSOCKETDIR_NAME only.
#     POSTGRES_BINDIR=DIR postgres_start ...: a server of another version.
#   postgres_standby_start NAME [--of PRIMARY] [--config 'LINE']...: a hot standby, streaming
#   postgres_dir [NAME]            the server's directory, with data/, log and port
#   postgres_pid [NAME]            the postmaster's process id, while it runs
#   postgres_restart [NAME] [MODE] stop (fast, or immediate: crash recovery follows) and start again
#   postgres_stop [NAME]           stop that server; without a name, all of this file

postgres_dir() {
	echo "$BATS_FILE_TMPDIR/postgres/${1:-main}"
}

postgres_pid() {
	server_pid "$(postgres_dir "$@")"
}

# A new cluster is a copy of one that initdb made earlier in this run with the same options.
postgres_cluster() {
	local dir=$1 cache=${TEST_CACHE:-$BATS_RUN_TMPDIR/cache} key
	shift
	mkdir -p -- "$cache"
	chmod go+x -- "$cache"
	key=$(printf '%s\n' "$(server_bindir)" "$@" | cksum | tr -d ' ')
	(
		flock 9
		[ -d "$cache/$key/data/base" ] || server_init "$cache/$key" "$@"
	) 9>"$cache/$key.lock"
	server_dir "$dir"
	cp -a -- "$cache/$key/data" "$dir/data"
}

# Ports live in shell variables that survive into the tests, so export them by name.
postgres_export() {
	local name=$1 dir=$2
	if [ "$name" != main ]; then
		export "PGPORT_$name=$(<"$dir/port")" "PGSOCKETDIR_$name=$dir/socket"
		return
	fi
	PGPORT=$(<"$dir/port")
	export PGHOST=127.0.0.1 PGPORT PGUSER=postgres PGDATABASE=postgres PGSOCKETDIR=$dir/socket
}

postgres_start() {
	local name=main dir password='' config=(
		'max_connections = 60'
		'shared_buffers = 64MB'
		"log_line_prefix = '%m [%p] %u@%d '"
	) initdb=()
	while [ $# -gt 0 ]; do
		case $1 in
		--name) name=$2 ;;
		--config) config+=("$2") ;;
		--initdb) initdb+=("$2") ;;
		--password) password=$2 ;;
		*)
			echo "postgres_start: unknown option $1" >&2
			return 64
			;;
		esac
		shift 2
	done
	dir=$(postgres_dir "$name")
	postgres_cluster "$dir" "${initdb[@]}"
	server_configure "$dir" "${config[@]}"
	server_start "$dir"
	postgres_export "$name" "$dir"
	[ -z "$password" ] || postgres_require_password "$dir" "$password"
	[ -z "$password" ] || [ "$name" != main ] || export PGPASSWORD=$password
}

# From trust to scram-sha-256, after the superuser got its password.
postgres_require_password() {
	local dir=$1
	psql -X -q -v ON_ERROR_STOP=1 -v word="$2" -h "$dir/socket" -p "$(<"$dir/port")" -U postgres \
	    -d postgres <<<"ALTER ROLE postgres PASSWORD :'word';"
	sed -i 's/trust$/scram-sha-256/' -- "$dir/data/pg_hba.conf"
	kill -HUP "$(server_pid "$dir")"
	wait_until 10 postgres_refuses_strangers "$dir"
}

postgres_refuses_strangers() {
	! PGPASSWORD='' psql -X -w -h "$1/socket" -p "$(<"$1/port")" -U postgres -d postgres -c '' \
	    >/dev/null 2>&1
}

postgres_standby_start() {
	local name=$1 of=main dir primary config=()
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--of) of=$2 ;;
		--config) config+=("$2") ;;
		*)
			echo "postgres_standby_start: unknown option $1" >&2
			return 64
			;;
		esac
		shift 2
	done
	dir=$(postgres_dir "$name")
	primary=$(postgres_dir "$of")
	server_dir "$dir"
	server_do pg_basebackup --pgdata="$dir/data" --host="$primary/socket" \
	    --port="$(<"$primary/port")" --username=postgres --write-recovery-conf --no-sync \
	    --checkpoint=fast
	[ ${#config[@]} -eq 0 ] || server_configure "$dir" "${config[@]}"
	server_start "$dir"
	postgres_export "$name" "$dir"
}

postgres_restart() {
	local dir
	dir=$(postgres_dir "${1:-main}")
	server_stop "$dir" "${2:-fast}"
	server_do pg_ctl start --pgdata="$dir/data" --log="$dir/log" --wait --silent
}

postgres_stop() {
	local dir
	if [ $# -gt 0 ]; then
		server_stop "$(postgres_dir "$1")"
		return
	fi
	for dir in "$BATS_FILE_TMPDIR"/postgres/*/; do
		[ ! -d "$dir/data" ] || server_stop "${dir%/}"
	done
}
