#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run_status
#
# pgrestorestream: what it accepts, what it refuses before and during a load, and what is left.

load ../support/common
load ../support/postgres

setup_file() {
	postgres_start --config 'fsync = off'
	postgres_standby_start standby
	psql -X -q -v ON_ERROR_STOP=1 <<-'SQL'
		CREATE ROLE "app ""owner""";
		CREATE ROLE reader;
		CREATE DATABASE shop TEMPLATE template0 OWNER "app ""owner""";
	SQL
	psql -X -q -v ON_ERROR_STOP=1 -d shop -f "$BATS_TEST_DIRNAME/../data/restore.sql" >/dev/null
	psql -X -q -v ON_ERROR_STOP=1 <<-'SQL'
		ALTER DATABASE shop SET search_path = "$user", public, 'S "x, y';
		ALTER DATABASE shop SET work_mem = '5MB';
		ALTER DATABASE shop SET app.tenant = 'it''s';
		ALTER DATABASE shop SET default_transaction_read_only = on;
		ALTER ROLE reader IN DATABASE shop SET statement_timeout = '1min';
		REVOKE ALL ON DATABASE shop FROM PUBLIC;
		GRANT CONNECT ON DATABASE shop TO reader WITH GRANT OPTION;
		COMMENT ON DATABASE shop IS 'the shop''s';
		ALTER DATABASE shop CONNECTION LIMIT 7;
	SQL
	pgdumpstream -j 2 -d shop >"$BATS_FILE_TMPDIR/shop.sql"
}

teardown_file() {
	postgres_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	stream=$BATS_FILE_TMPDIR/shop.sql
}

teardown() {
	dropdb --if-exists --force copy 2>/dev/null
	dropdb --if-exists --force other 2>/dev/null
}

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$2" -d "$1"
}

# header EXPRESSION: the stream with its header changed by a jq expression
header() {
	printf -- '-- pgdumpstream header '
	head -n 1 "$stream" | cut -d ' ' -f 4- | jq -c "$1"
	tail -n +2 "$stream"
}

# insert TEXT: the stream with TEXT as its line 20, which stands between two statements
insert() {
	head -n 19 "$stream"
	printf '%s\n' "$1"
	tail -n +20 "$stream"
}

databases() {
	sql postgres 'SELECT datname FROM pg_database ORDER BY 1' | tr '\n' ' '
}

# refused STATUS MESSAGE-PART OPTION...: bad.sql into a new database fails so, and leaves nothing
refused() {
	local status=$1 part=$2 before roles
	shift 2
	before=$(databases)
	roles=$(sql postgres 'SELECT count(*) FROM pg_roles')
	run_status "$status" pgrestorestream --create copy "$@" <bad.sql
	assert_message_one_line
	assert_contains "$stderr" "$part"
	assert_equal "$(databases)" "$before"
	assert_equal "$(sql postgres 'SELECT count(*) FROM pg_roles')" "$roles"
}

# database_facts NAME: what hangs on the database itself
database_facts() {
	sql postgres "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider,
	    daticulocale, datdba::regrole, datconnlimit, datacl,
	    shobj_description(oid, 'pg_database'),
	    (SELECT array_agg((setrole::regrole, setconfig)::text ORDER BY setrole)
	     FROM pg_db_role_setting WHERE setdatabase = d.oid)
	    FROM pg_database d WHERE datname = '$1'"
}

@test "help, version and usage" {
	run_status 0 pgrestorestream --help
	for option in $(grep -o '{"[a-z-]*"' "$REPO/pgrestorestream/main.c" | tr -d '{"'); do
		[ "$option" = no-acl ] || assert_contains "$output" "--$option"
	done
	run_status 0 pgrestorestream --version
	assert_contains "$output" 'pgrestorestream '
	for wrong in --bogus '--jobs=0' '--jobs=x' '--stats=99' '--locale=C' extra \
	    '--create=a --allow-nonempty' '--create=a --any-encoding' --create= -j; do
		# shellcheck disable=SC2086 # several words
		run_status 64 pgrestorestream $wrong <"$stream"
		assert_message_one_line
	done
}

@test "identify tells every kind of input in one word" {
	need gpg gzip
	export GNUPGHOME=$BATS_TEST_TMPDIR/gnupg
	mkdir -m 700 gnupg
	pg_dump -d shop >plain
	pg_dumpall --globals-only >cluster
	pg_dump -Fc -d shop >custom
	pg_dump -Ft -d shop >tar
	gzip -c "$stream" >gz
	gpg --batch --quiet --pinentry-mode loopback --passphrase x --symmetric -o pgp "$stream"
	gpg --batch --quiet --pinentry-mode loopback --passphrase x --symmetric --armor -o asc "$stream"
	gpgconf --kill all
	: >none
	printf '\205\001 this is not OpenPGP' >odd
	printf 'PGDM' >short
	printf 'SELECT 1;\n' >sql
	head -c 20 "$stream" >begun
	while read -r file word tool; do
		run_status 0 pgrestorestream --identify <"$file"
		assert_equal "$output" "$word"
		run_status 65 pgrestorestream -d postgres <"$file"
		assert_message_one_line
		assert_contains "$stderr" "$tool"
	done <<-'END'
		plain pg_dump-plain psql -X -v ON_ERROR_STOP=1 -1
		cluster pg_dumpall-plain psql -X -d postgres
		custom pg_dump-custom pg_restore -d
		tar pg_dump-tar pg_restore -d
		gz gzip gzfilter -d
		pgp openpgp gpgfilter -d
		asc openpgp gpgfilter -d
		none empty it is empty
		odd unknown what pgdumpstream writes
		short unknown what pgdumpstream writes
		sql unknown what pgdumpstream writes
		begun unknown what pgdumpstream writes
	END
	run_status 0 pgrestorestream --identify <"$stream"
	assert_equal "$output" pgdumpstream
	run_status 65 pgrestorestream -d postgres <"$BATS_TEST_TMPDIR"
	assert_contains "$stderr" 'it is a directory'
}

@test "a new database equals the dumped one, and what psql loads" {
	createdb -T template0 other
	psql -X -q -v ON_ERROR_STOP=1 -d other -f "$stream" >psql.out
	"$REPO/tests/support/compare-databases" shop other
	for jobs in 1 2 4; do
		run_status 0 pgrestorestream -j "$jobs" --create copy <"$stream"
		assert_equal "$stderr$output" ''
		"$REPO/tests/support/compare-databases" shop copy
		assert_equal "$(database_facts copy)" "$(database_facts shop)"
		dropdb copy
	done
}

@test "rows larger than a batch arrive whole over many connections" {
	createdb -T template0 other
	psql -X -q -d other <<-'SQL'
		CREATE TABLE wide (n int, t text);
		INSERT INTO wide SELECT g, repeat(md5(g::text), 100000) FROM generate_series(1, 6) g;
		INSERT INTO wide SELECT g, md5(g::text) FROM generate_series(7, 60000) g;
		INSERT INTO wide SELECT g, repeat(md5(g::text), 100000) FROM generate_series(60001, 60004) g;
		CREATE TABLE nothing (); INSERT INTO nothing SELECT FROM generate_series(1, 1000);
		CREATE TABLE none (n int);
	SQL
	pgdumpstream -d other >wide.sql
	for jobs in 1 2 5; do
		run_status 0 pgrestorestream -j "$jobs" --stats=1 --create copy <wide.sql
		assert_equal "$(jq -c '[.tables, .rows, .blobs]' <<<"$output")" '[3,61004,0]'
		"$REPO/tests/support/compare-databases" other copy
		dropdb copy
	done
}

@test "a database that exists is refused, and left alone" {
	createdb -T template0 copy
	run_status 73 pgrestorestream --create copy <"$stream"
	assert_message_one_line
	assert_contains "$stderr" 'database "copy" exists already'
	assert_contains "$(databases)" copy
}

@test "a target that holds something is refused, unless that is allowed" {
	for made in 'CREATE TABLE "a""b" ()' 'CREATE SCHEMA s' 'CREATE TYPE t AS ENUM ()' \
	    'SELECT lo_create(0)' 'CREATE EXTENSION citext' \
	    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"; do
		createdb -T template0 copy
		sql copy "$made" >/dev/null
		run_status 73 pgrestorestream -d copy <"$stream"
		assert_message_one_line
		assert_contains "$stderr" 'database "copy" is not empty'
		dropdb copy
	done
	createdb -T template0 copy
	sql copy 'CREATE SCHEMA before'
	run_status 0 pgrestorestream -d copy --allow-nonempty <"$stream"
	sql copy 'DROP SCHEMA before'
	"$REPO/tests/support/compare-databases" shop copy
}

@test "an empty target is loaded; a data-only stream goes into tables that are there" {
	createdb -T template0 copy
	run_status 0 pgrestorestream -d copy <"$stream"
	"$REPO/tests/support/compare-databases" shop copy
	createdb -T template0 other
	sql other 'CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t)'
	sql other 'INSERT INTO t SELECT g, nullif(g - 1, 0) FROM generate_series(1, 1000) g'
	pgdumpstream --data-only -d other >data.sql
	sql other 'TRUNCATE t'
	run_status 0 pgrestorestream -j 4 -d other <data.sql
	assert_equal "$(sql other 'SELECT count(*), sum(b) FROM t')" '1000|499500'
	run_status 65 pgrestorestream --create fresh <data.sql
	assert_contains "$stderr" 'data only'
}

@test "missing roles are all named; made, or done without" {
	header '.roles += ["new \"role", "zoë"]' >bad.sql
	refused 66 'no role "new ""role", "zoë"'
	assert_contains "$stderr" --create-roles
	run_status 0 pgrestorestream --create copy --create-roles <bad.sql
	assert_contains "$stderr" 'role "zoë" was missing: made it, NOLOGIN'
	assert_equal "$(sql postgres "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'zoë'")" f
	dropdb copy
	sql postgres 'DROP ROLE "new ""role"'
	sql postgres 'DROP ROLE "zoë"'
	# Roles made for a restore that fails are gone again.
	header '.roles += ["new \"role"]' | sed '$d' >bad.sql
	roles=$(sql postgres 'SELECT count(*) FROM pg_roles')
	run_status 65 pgrestorestream --create copy --create-roles <bad.sql
	assert_equal "$(sql postgres 'SELECT count(*) FROM pg_roles')" "$roles"
}

@test "owners and privileges can be left out" {
	header '.roles = ["gone1", "gone2"] | .database.owner = "gone1"' |
	    sed 's/"app ""owner"""/gone1/g; s/ reader;/ gone2;/' >bad.sql
	run_status 0 pgrestorestream --create copy --no-owner --no-privileges --no-settings <bad.sql
	assert_equal "$stderr" ''
	assert_equal "$(sql copy "SELECT count(*) FROM pg_class
	    WHERE oid >= 16384 AND (relowner <> 'postgres'::regrole OR relacl IS NOT NULL)")" 0
	assert_equal "$(sql copy 'SELECT count(*) FROM pg_default_acl')" 0
	COMPARE_PG_DUMP='--no-owner --no-privileges' "$REPO/tests/support/compare-databases" shop copy
}

@test "extensions, version, encoding and a standby are looked at first" {
	header '.extensions += ["no such", "citext", "nor this"]' >bad.sql
	refused 66 'extension "no such", "nor this"'
	header '.server_version_num = 990000' >bad.sql
	refused 73 'from PostgreSQL 99'
	run_status 0 pgrestorestream --create copy --allow-older-server <bad.sql
	dropdb copy
	header '.format = 2' >bad.sql
	refused 65 'format 2'
	header 'del(.database.encoding)' >bad.sql
	refused 65 'header of the dump stream is damaged'
	header '.database.locale_provider = "builtin"' >bad.sql
	refused 73 'of the provider builtin'
	header '.database.collate = "xx_XX.nope"' >bad.sql
	refused 73 'invalid locale name: "xx_XX.nope"'
	run_status 0 pgrestorestream --create copy --locale C <bad.sql
	assert_equal "$(sql postgres "SELECT datcollate FROM pg_database WHERE datname = 'copy'")" C
	createdb -T template0 -E LATIN1 --locale C other
	run_status 73 pgrestorestream -d other <"$stream"
	assert_contains "$stderr" 'has encoding LATIN1 and the dump is from one of UTF8'
	run_status 73 pgrestorestream -p "$PGPORT_standby" -d postgres <"$stream"
	assert_contains "$stderr" 'hot standby'
	run_status 73 pgrestorestream -p "$PGPORT_standby" --create copy2 <"$stream"
	assert_contains "$stderr" 'hot standby'
}

@test "the server converts where that is asked for" {
	createdb -T template0 -E LATIN1 --locale C other
	sql other "CREATE TABLE t AS SELECT convert_from('\\x e9'::bytea, 'LATIN1') AS x"
	pgdumpstream -d other >latin.sql
	createdb -T template0 copy
	run_status 0 pgrestorestream -j 2 -d copy --any-encoding <latin.sql
	assert_equal "$(sql copy 'SELECT x FROM t')" é
	dropdb copy
	run_status 0 pgrestorestream --create copy <latin.sql
	assert_equal "$(sql copy 'SELECT pg_encoding_to_char(encoding) FROM pg_database
	    WHERE datname = current_database()')" LATIN1
}

@test "ICU and libc locales are made as they were" {
	createdb -T template0 --locale-provider icu --icu-locale en-US-u-kn-true --locale C.UTF-8 other
	sql other "CREATE TABLE t (x text); INSERT INTO t VALUES ('a10'), ('a9')"
	pgdumpstream -d other >icu.sql
	run_status 0 pgrestorestream --create copy <icu.sql
	assert_equal "$(database_facts copy)" "$(database_facts other)"
	assert_equal "$(sql copy 'SELECT min(x) FROM t')" a9
}

@test "a setting that the server does not know is refused before the load" {
	header '.database.settings += [{"role": null, "name": "no_such", "value": "1"}]' >bad.sql
	refused 66 'no_such'
	run_status 0 pgrestorestream --create copy --no-settings <bad.sql
	header '.database.privileges[0].privilege = "ALL; DROP TABLE x"' >bad.sql
	dropdb copy
	refused 65 'privilege'
	header '.database.settings += [{"role": "gone", "name": "work_mem", "value": "1MB"}]' >bad.sql
	run_status 0 pgrestorestream --create copy <bad.sql
	assert_contains "$stderr" 'no role "gone"; its setting of work_mem'
}

@test "a statement that fails is named with its line and entry" {
	sed 's/^CREATE INDEX line_text ON shop\.line/CREATE INDEX line_text ON shop.gone/' "$stream" >bad.sql
	line=$(grep -n '^CREATE INDEX line_text' bad.sql | cut -d : -f 1)
	for jobs in 1 4; do
		refused 66 "line $line (INDEX shop.line_text): the server refused \"CREATE INDEX line_text" -j "$jobs"
		assert_contains "$stderr" 'relation "shop.gone" does not exist'
	done
	createdb -T template0 copy
	run_status 66 pgrestorestream -d copy <bad.sql
	assert_message_one_line
	assert_contains "$stderr" 'database "copy" holds a part of the dump now'
}

@test "a row that the server refuses is named with its table and line" {
	line=$(grep -n $'^15000\tx' "$stream" | cut -d : -f 1)
	sed "${line}s/^15000/not a number/" "$stream" >bad.sql
	for jobs in 1 3; do
		refused 65 "line $line (row of table \"shop\".\"line\", column " -j "$jobs"
		assert_contains "$stderr" 'invalid input syntax for type'
		assert_contains "$stderr" 'not a number'
	done
	# The last column is missing, and the context of the error ends after the line.
	sed "${line}s/\t[^\t]*$//" "$stream" >bad.sql
	refused 65 "line $line (row of table \"shop\".\"line\"): missing data for column" -j 2
	sed "s/^COPY shop\.line /COPY shop.gone /" "$stream" >bad.sql
	refused 66 'cannot load table "shop"."line": relation "shop.gone" does not exist' -j 2
}

@test "a stream cut anywhere is never a success" {
	size=$(stat -c %s "$stream")
	count=$(wc -l <"$stream")
	before=$(databases)
	ends=$(grep -n '^-- pgdumpstream' "$stream" | tail -n 12 | cut -d : -f 1)
	for at in $((size - 1)) $((size - 2)) 600 5000 $((size / 3)) $((size / 2)) $((size - 300)); do
		head -c "$at" "$stream" >bad.sql
		# Only the newline of the last line may be missing.
		if [ "$at" -eq $((size - 1)) ]; then
			run_status 0 pgrestorestream --create copy <bad.sql
			dropdb copy
			continue
		fi
		refused 65 ''
	done
	for at in $ends 20 40 $((count / 2)) $((count - 30)); do
		head -n "$((at - 1))" "$stream" >bad.sql
		refused 65 '' -j 2
	done
	head -n "$((count - 1))" "$stream" >bad.sql
	refused 65 'the dump did not finish'
	assert_equal "$(databases)" "$before"
}

@test "counts that differ from the trailer are refused" {
	sed 's/^-- pgdumpstream rows .*"table":"line","rows":/&1/' "$stream" >bad.sql
	refused 65 'table "shop"."line" got 20000 rows'
	line=$(grep -n $'^15000\tx' "$stream" | cut -d : -f 1)
	sed "${line}d" "$stream" >bad.sql
	refused 65 'table "shop"."line" got 19999 rows' -j 3
	sed "${line}s/x/y/2" "$stream" | sed "${line}s/\t/\t /2" >bad.sql
	refused 65 'table "shop"."line" got 20000 rows'
	sed '/^-- pgdumpstream rows .*"table":"line"/d' "$stream" >bad.sql
	refused 65 'has data for table "shop"."line", which its trailer does not list'
	sed '/^-- pgdumpstream rows .*"table":"line"/p' "$stream" >bad.sql
	refused 65 'has table "shop"."line" twice'
	sed 's/^-- pgdumpstream end {"format":1,"tables":/&1/' "$stream" >bad.sql
	refused 65 'the sums in its last line'
	sed '/^-- pgdumpstream end/i -- pgdumpstream rows {"schema":"s","table":"ghost","rows":0,"bytes":0}' \
	    "$stream" >bad.sql
	refused 65 'table "s"."ghost", and no data is there for it'
	sed 's/^\(-- pgdumpstream copy .*"table":"line","chunk":\)1,/\12,/' "$stream" >bad.sql
	refused 65 'comes after chunk 0'
	sed 's/^\(-- pgdumpstream copy .*"table":"line","chunk":1,"chunks":\)1}/\12}/' "$stream" >bad.sql
	refused 65 'has 1 of its 2 chunks'
	sed '/^-- pgdumpstream copy .*"table":"line"/d' "$stream" >bad.sql
	refused 65 'a COPY that nothing announces'
	sed '/^COPY shop.line /,/^\\\.$/d' "$stream" >bad.sql
	refused 65 'the data of table "shop"."line" is missing'
	sed 's/^-- pgdumpstream blobs {"count":/&1/' "$stream" >bad.sql
	refused 65 'large objects'
	sed "s/lowrite(0, '.x../lowrite(0, '\\\\x/" "$stream" >bad.sql
	refused 65 'bytes, and the dump says'
	sed '/^-- pgdumpstream blobs/d' "$stream" >bad.sql
	refused 65 'which its trailer does not list'
}

@test "nothing may follow the end" {
	for junk in 'x' 'SELECT 1;' '-- comment' '-- pgdumpstream end {}' '\restrict a'; do
		{
			cat "$stream"
			echo "$junk"
		} >bad.sql
		refused 65 ''
	done
	cat "$stream" "$stream" >bad.sql
	refused 65 'something follows the end'
	{
		cat "$stream"
		printf '\n \n'
	} >bad.sql
	run_status 0 pgrestorestream --create copy <bad.sql
}

@test "no psql command is ever obeyed" {
	for evil in "\\! touch $BATS_TEST_TMPDIR/evil" "\\o $BATS_TEST_TMPDIR/evil" \
	    "\\restrict a \\! touch $BATS_TEST_TMPDIR/evil" "\\restrictx a" "\\copy t from program 'id'" '\.'; do
		insert "$evil" >bad.sql
		refused 65 'is not one that a dump holds'
		[ ! -e "$BATS_TEST_TMPDIR/evil" ]
	done
	# Inside of a statement it is a syntax error to the server.
	insert "SELECT 1 \\! touch $BATS_TEST_TMPDIR/evil"$'\n;' >bad.sql
	refused 65 'syntax error'
	[ ! -e "$BATS_TEST_TMPDIR/evil" ]
}

@test "a transaction that is left open, and odd COPY statements, are refused" {
	sed '/^-- pgdumpstream end/i BEGIN;' "$stream" >bad.sql
	refused 65 'leaves a transaction open' -j 2
	insert 'SET standard_conforming_strings = off;' >bad.sql
	refused 65 'standard_conforming_strings'
	insert 'COPY pg_class TO stdout;' >bad.sql
	refused 65 'COPY'
	# A setting that only newer servers have, which pg_dump 17 writes for all
	insert 'SET transaction_timeout = 0;' >bad.sql
	run_status 0 pgrestorestream --create copy <bad.sql
}

@test "settings of the role do not break the load" {
	sql postgres "CREATE ROLE slow SUPERUSER LOGIN"
	for setting in "statement_timeout = '1ms'" "lock_timeout = '1ms'" \
	    "idle_in_transaction_session_timeout = '1ms'" "idle_session_timeout = '100ms'" \
	    'default_transaction_read_only = on' "search_path = 'nowhere'" "datestyle = 'SQL, DMY'" \
	    "intervalstyle = 'sql_standard'" "default_transaction_isolation = 'serializable'" \
	    'standard_conforming_strings = off' 'array_nulls = off'; do
		sql postgres "ALTER ROLE slow SET $setting"
	done
	run_status 0 pgrestorestream -U slow -j 2 --create copy <"$stream"
	assert_equal "$stderr" ''
	"$REPO/tests/support/compare-databases" shop copy
}

@test "the load ends durable, and analyzed" {
	run_status 0 pgrestorestream --create copy <"$stream"
	postgres_restart main immediate
	"$REPO/tests/support/compare-databases" shop copy
	assert_equal "$(sql copy "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'line'")" t
	assert_equal "$(sql copy "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'part'")" t
	dropdb copy
	run_status 0 pgrestorestream --no-analyze --create copy <"$stream"
	assert_equal "$(sql copy "SELECT count(*) FROM pg_stats WHERE schemaname = 'shop'")" 0
}

has_all_lines() {
	[ "$(sql copy 'SELECT count(*) FROM shop.line' 2>/dev/null)" = 20000 ]
}

# fed: a restore that has read all data and waits for the rest of its input
fed() {
	mkfifo in
	env --default-signal=INT pgrestorestream -j "$1" --create copy <in 2>err 3>&- &
	pid=$!
	exec 9>in
	sed '/^-- pgdumpstream rows/,$d' "$stream" >&9
	wait_until 60 has_all_lines
}

# A child that nobody has waited for is a zombie.
is_gone() {
	[[ ! -e /proc/$1/stat || $(<"/proc/$1/stat") == *') Z '* ]]
}

ended() {
	exec 9>&-
	status=0
	wait "$pid" || status=$?
}

@test "a signal cancels, drops what was made, and is died of" {
	for signal in TERM INT HUP; do
		rm -f in
		before=$(databases)
		(
			fed 2
			kill -s "$signal" "$pid"
			# Its input stays open meanwhile: an end of file could be seen first.
			wait_until 60 is_gone "$pid"
			ended
			assert_equal "$status" "$((128 + $(kill -l "$signal")))"
		)
		assert_contains "$(<err)" "stopped by SIG$signal"
		assert_equal "$(databases)" "$before"
	done
}

@test "a backend that is killed ends the restore, and leaves nothing" {
	before=$(databases)
	fed 2
	sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'copy'" >/dev/null
	sed -n '/^-- pgdumpstream rows/,$p' "$stream" >&9
	ended
	[ "$status" -eq 69 ] || [ "$status" -eq 75 ]
	assert_equal "$(wc -l <err)" 1
	assert_equal "$(databases)" "$before"
}

@test "connections: nobody there, no such database, none left" {
	run_status 69 pgrestorestream -h "$BATS_TEST_TMPDIR" -d postgres <"$stream"
	assert_message_one_line
	run_status 66 pgrestorestream -d nowhere <"$stream"
	assert_message_one_line
	run_status 64 pgrestorestream -d 'host=x bogus=1' --create copy <"$stream"
	assert_message_one_line
	run_status 0 pgrestorestream -d "postgresql://$PGUSER@$PGHOST:$PGPORT/postgres" --create copy <"$stream"
	dropdb copy
	run_status 0 env -u PGHOST -u PGPORT -u PGUSER pgrestorestream \
	    -d "host=$PGHOST port=$PGPORT user=$PGUSER dbname=template1" --create copy <"$stream"
	dropdb copy
	# With room for two connections more than the restore's own, some of its workers stay outside.
	run_status 0 pgrestorestream -j 64 --create copy <"$stream"
	assert_contains "$stderr" 'going on with fewer connections'
	"$REPO/tests/support/compare-databases" shop copy
}

@test "names made for injection stay names" {
	# shellcheck disable=SC2016 # not to be expanded is the point
	name='q"; DROP DATABASE shop; --'"'"'$(touch evil)'
	run_status 0 pgrestorestream --create "$name" <"$stream"
	assert_contains "$(databases)" "$name"
	dropdb "$name"
	assert_contains "$(databases)" shop
	[ ! -e evil ]
}

@test "the new database's owner and grantees count among the roles" {
	psql -q -d postgres -c 'CREATE ROLE db_owner' -c 'CREATE ROLE db_grantee' -c 'CREATE DATABASE owned OWNER db_owner' \
	    -c 'GRANT CONNECT ON DATABASE owned TO db_grantee'
	pgdumpstream -d owned >owned.sql
	psql -q -d postgres -c 'DROP DATABASE owned' -c 'DROP ROLE db_owner' -c 'DROP ROLE db_grantee'
	run_status 66 pgrestorestream --create owned <owned.sql
	assert_contains "$stderr" '"db_owner", "db_grantee"'
	run_status 0 pgrestorestream --create owned --create-roles <owned.sql
	[ "$(psql -XAt -d postgres -c "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'owned'")" = db_owner ]
	psql -q -d postgres -c 'DROP DATABASE owned' -c 'DROP ROLE db_owner' -c 'DROP ROLE db_grantee'
}
