#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run_status
#
# pgdumpstream's command line, its connections, and the pg_dump that it finds.

load ../support/common
load ../support/postgres

setup_file() {
	postgres_start
	postgres_start --name locked --password 'pass word'
	createdb -T template0 shop
	psql -X -q -d shop -c 'CREATE TABLE t (a integer)' -c 'INSERT INTO t VALUES (1), (2)'
}

teardown_file() {
	postgres_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# wrapper BODY: a pg_dump in ./tools that runs BODY; $real is the real one
wrapper() {
	local real
	real=$(server_bindir)/pg_dump
	mkdir -p tools
	printf '#!/bin/bash\nreal=%q\n%s\n' "$real" "$1" >tools/pg_dump
	ln -sf "${real%/*}/pg_restore" tools/pg_restore
	chmod +x tools/pg_dump
}

# complete FILE: is it a whole stream of the table t?
complete() {
	assert_contains "$(<"$1")" $'\n1\n2\n\\.\n'
	assert_equal "$(tail -n 1 -- "$1")" '-- pgdumpstream end {"format":1,"tables":1,"rows":2,"bytes":4}'
}

@test "help and version" {
	run_status 0 pgdumpstream --help
	for option in --dbname --host --port --username --no-password --jobs --lock-wait-timeout --pg-dump \
	    --schema --exclude-schema --table --exclude-table --exclude-table-data --schema-only --data-only \
	    --no-owner --no-privileges --clean --if-exists --no-comments --no-publications \
	    --no-security-labels --no-subscriptions --no-tablespaces --no-unlogged-table-data --strict-names; do
		assert_contains "$output" "$option"
	done
	assert_equal "$stderr" ''
	run_status 0 pgdumpstream --version
	[[ $output =~ ^pgdumpstream\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "wrong usage is refused in one line" {
	# usage PART ARGUMENT...
	usage() {
		local part=$1
		shift
		run_status 64 pgdumpstream "$@"
		assert_equal "$output" ''
		assert_message_one_line
		assert_contains "$stderr" "$part"
	}
	usage "unknown option '--bogus'" --bogus
	usage "unknown option '-q'" -q
	usage "option '-t' needs an argument" -t
	usage "needs an argument" --jobs
	usage "unexpected argument 'b'" a b
	usage "unexpected argument 'b'" -d a b
	usage '--jobs' -j 0
	usage '--jobs' -j 65
	usage '--jobs' -j two
	usage '--schema-only and --data-only cannot be used together' -s -a
	usage '--schema-only and --data-only cannot be used together' --data-only --schema-only
	usage '--clean and --data-only cannot be used together' -c -a
	usage '--if-exists needs --clean' --if-exists
	usage 'connection string' -d 'host=/tmp nonsense'
	usage 'connection string' -d 'postgresql://[::1'
	usage '--lock-wait-timeout' --lock-wait-timeout=soon shop
	usage 'too many dotted names' -t a.b.c.d shop
}

@test "a database by name, argument, environment, conninfo string and URI" {
	pgdumpstream shop >out
	complete out
	pgdumpstream -d shop >out
	complete out
	PGDATABASE=shop pgdumpstream >out
	complete out
	env -u PGHOST -u PGPORT -u PGUSER "$BIN/pgdumpstream" -h "$PGSOCKETDIR" -p "$PGPORT" -U postgres -w shop >out
	complete out
	env -u PGHOST -u PGPORT -u PGUSER "$BIN/pgdumpstream" -j 3 \
	    -d "host=$PGSOCKETDIR port=$PGPORT user=postgres dbname=shop" >out
	complete out
	env -u PGHOST -u PGPORT -u PGUSER "$BIN/pgdumpstream" "postgresql://postgres@127.0.0.1:$PGPORT/shop" >out
	complete out
}

@test "a database whose name looks like a conninfo string, or like an option" {
	local name
	for name in 'a=b' $'new\nline' '-s' "qu'o\"te" 'höß'; do
		createdb -T template0 -- "$name"
		PGDATABASE=$name psql -X -q -c 'CREATE TABLE t AS SELECT generate_series(1, 2) AS a'
		PGDATABASE=$name pgdumpstream -j 2 >out
		complete out
	done
}

@test "a service file, which names the parameters" {
	cat >services <<-EOF
		[shop]
		host=$PGSOCKETDIR
		port=$PGPORT
		user=postgres
		dbname=shop
	EOF
	env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE PGSERVICEFILE="$PWD/services" PGSERVICE=shop "$BIN/pgdumpstream" >out
	complete out
	env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE PGSERVICEFILE="$PWD/services" "$BIN/pgdumpstream" -d service=shop >out
	complete out
	PGSERVICEFILE=$PWD/services run_status 69 pgdumpstream -d service=nosuch
	assert_message_one_line
}

@test "several hosts: every connection goes to the one that answered first" {
	pgdumpstream -j 3 -d "host=127.0.0.1,127.0.0.1 port=1,$PGPORT dbname=shop" >out
	complete out
}

@test "passwords: PGPASSWORD, a password file, a URI; none of them in argv" {
	local uri="postgresql://postgres:pass%20word@127.0.0.1:$PGPORT_locked/postgres"
	# shellcheck disable=SC2016 # for the wrapper's shell
	wrapper 'tr "\0" "\n" </proc/$$/cmdline >"${0%/*}/argv"; tr "\0" "\n" </proc/$PPID/cmdline >>"${0%/*}/argv"
	exec "$real" "$@"'
	export PGPORT=$PGPORT_locked
	PGPASSWORD='pass word' pgdumpstream -j 2 >out
	printf '127.0.0.1:%s:*:postgres:pass word\n' "$PGPORT" >pgpass
	chmod 600 pgpass
	PGPASSFILE=$PWD/pgpass pgdumpstream -j 2 >out
	pgdumpstream -j 2 -d "postgresql://postgres@127.0.0.1/postgres?passfile=$PWD/pgpass" >out
	pgdumpstream -j 2 --pg-dump=tools/pg_dump -d "$uri" >out
	assert_contains "$(tail -n 1 out)" '-- pgdumpstream end '
	# Our own argv is the user's doing; pg_dump's is ours.
	assert_equal "$(grep -c 'pass%20word' tools/argv)" 1
	! grep -q 'pass word' tools/argv
}

@test "a password that is wrong, missing or in a file that others can read" {
	export PGPORT=$PGPORT_locked
	PGPASSWORD=wrong run_status 77 pgdumpstream
	assert_message_one_line
	assert_contains "$stderr" 'password authentication failed'
	run_status 77 pgdumpstream
	assert_message_one_line
	assert_contains "$stderr" 'PGPASSWORD'
	assert_equal "$output" ''
	run_status 77 pgdumpstream -d "postgresql://postgres:secret-word@127.0.0.1/postgres"
	[[ $stderr != *secret-word* ]]
}

@test "what is not there: server, database, user, schema, table" {
	PGPORT=1 run_status 69 pgdumpstream shop
	assert_message_one_line
	PGHOST=nosuch.invalid run_status 69 pgdumpstream shop
	assert_message_one_line
	run_status 66 pgdumpstream nosuch
	assert_message_one_line
	assert_contains "$stderr" '"nosuch"'
	run_status 77 pgdumpstream -U nosuch shop
	assert_message_one_line
	run_status 66 pgdumpstream -t nosuch shop
	assert_message_one_line
	assert_contains "$stderr" 'no matching tables were found'
	run_status 66 pgdumpstream -n nosuch shop
	assert_contains "$stderr" 'no matching schemas were found'
	run_status 66 pgdumpstream --strict-names -t t -t nosuch shop
	assert_contains "$stderr" '"nosuch"'
	assert_equal "$output" ''
}

@test "pg_dump: named, on PATH, where packages put it, missing, too old, broken" {
	# shellcheck disable=SC2016 # for the wrapper's shell
	wrapper 'touch "${0%/*}/used"; exec "$real" "$@"'
	pgdumpstream --pg-dump=tools/pg_dump shop >out
	complete out
	[ -e tools/used ]
	rm tools/used
	PATH=$PWD/tools:$PATH pgdumpstream shop >out
	complete out
	[ -e tools/used ]
	PATH=/nowhere "$BIN/pgdumpstream" shop >out
	complete out

	run_status 69 pgdumpstream --pg-dump=/nowhere/pg_dump shop
	assert_message_one_line
	assert_contains "$stderr" "'/nowhere/pg_dump --version'"
	wrapper 'echo "pg_dump (PostgreSQL) 14.9 (Debian 14.9-1)"'
	run_status 69 pgdumpstream --pg-dump=tools/pg_dump shop
	assert_message_one_line
	assert_contains "$stderr" 'the server is PostgreSQL 15 and tools/pg_dump is version 14'
	assert_contains "$stderr" 'postgresql-client-15'
	assert_equal "$output" ''
	# One on PATH that is too old is passed over for a packaged one that fits.
	PATH=$PWD/tools:$PATH pgdumpstream shop >out
	complete out
	wrapper 'echo nonsense'
	run_status 69 pgdumpstream --pg-dump=tools/pg_dump shop
	# shellcheck disable=SC2016 # for the wrapper's shell
	wrapper '[ "$1" != --version ] || exec "$real" "$@"; echo "pg_dump: error: out of cheese" >&2; exit 3'
	run_status 69 pgdumpstream --pg-dump=tools/pg_dump shop
	assert_message_one_line
	assert_contains "$stderr" 'pg_dump: out of cheese'
	rm tools/pg_restore
	run_status 69 pgdumpstream --pg-dump=tools/pg_dump shop
	assert_message_one_line
	assert_contains "$stderr" 'pg_restore'
}

@test "who may not read is refused, by table" {
	psql -X -q -d shop -c 'CREATE ROLE reader LOGIN' -c 'CREATE TABLE hidden (a integer)'
	run_status 77 pgdumpstream -U reader shop
	assert_message_one_line
	assert_contains "$stderr" 'permission denied for table '
	psql -X -q -d shop -c 'GRANT SELECT ON t TO reader'
	pgdumpstream -U reader -t t -j 2 shop >out
	complete out
	psql -X -q -d shop -c 'DROP TABLE hidden; REVOKE ALL ON t FROM reader; DROP ROLE reader'
}

@test "row-level security is never silently partial" {
	psql -X -q -d shop -c 'CREATE ROLE reader LOGIN' -c 'CREATE TABLE guarded AS SELECT 1 AS a' \
	    -c 'GRANT SELECT ON guarded TO reader' -c 'ALTER TABLE guarded ENABLE ROW LEVEL SECURITY' \
	    -c 'CREATE POLICY none ON guarded USING (false)'
	for jobs in 1 2; do
		run_status 77 pgdumpstream -U reader -j "$jobs" -t guarded shop
		assert_message_one_line
		assert_contains "$stderr" 'row-level security'
		[[ $output != *'pgdumpstream end'* ]]
	done
	# Its owner and a superuser see all of it.
	pgdumpstream -t guarded shop | grep -q '"rows":1'
	psql -X -q -d shop -c 'DROP TABLE guarded; DROP ROLE reader'
}
