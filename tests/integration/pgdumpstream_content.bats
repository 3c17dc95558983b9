#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run_status
#
# What pgdumpstream writes, judged by content: loaded by psql, the copy equals the source, and with
# options it equals what pg_dump writes with the same options.

load ../support/common
load ../support/postgres

setup_file() {
	postgres_start --config 'wal_level = logical'
	createdb -T template0 traps
	sql traps "$REPO/tests/data/dump-traps.sql"
	createdb -T template0 objects
	sql objects "$REPO/tests/data/objects.sql"
}

teardown_file() {
	postgres_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# sql DATABASE FILE: load it
sql() {
	psql -X -q -v ON_ERROR_STOP=1 -d "$1" -f "$2" -o /dev/null
}

# fresh NAME [CREATEDB-OPTION...]
fresh() {
	dropdb --if-exists --force "$1" 2>/dev/null
	createdb -T template0 "${@:2}" "$1"
}

same() {
	"$REPO/tests/support/compare-databases" "$@"
}

# complete FILE: it ends in the end mark
complete() {
	[[ $(tail -n 1 -- "$1") == '-- pgdumpstream end {'* ]]
}

# round_trip DATABASE OPTION...
round_trip() {
	local db=$1
	shift
	pgdumpstream "$@" -d "$db" >stream
	complete stream
	fresh copy
	sql copy stream
	same "$db" copy
}

# as_pg_dump OPTION...: the same from both, loaded as far as it goes into databases that hold what the
# options expect (-c: everything; -a: the schema)
as_pg_dump() {
	local db before=()
	case " $* " in
	*' -c '*) before=(pg_dump traps) ;;
	*' -a '*) before=(pg_dump -s traps) ;;
	esac
	for db in theirs ours; do
		fresh "$db"
		[ ${#before[@]} -eq 0 ] || "${before[@]}" | psql -X -q -d "$db" -o /dev/null
		psql -X -q -d "$db" -c 'CREATE TABLE IF NOT EXISTS was_here (a integer)'
	done
	pg_dump "$@" -d traps >theirs.sql
	pgdumpstream -j 3 "$@" -d traps >ours.sql
	complete ours.sql
	psql -X -q -d theirs -f theirs.sql -o /dev/null 2>theirs.err || true
	psql -X -q -d ours -f ours.sql -o /dev/null 2>ours.err || true
	# Selected objects may need others that were not: the same failures, then.
	diff <(grep -o 'ERROR: .*' theirs.err) <(grep -o 'ERROR: .*' ours.err)
	same theirs ours
}

@test "traps: names, shapes and values come back the same" {
	round_trip traps -j 1
	round_trip traps -j 2
	round_trip traps -j 7
	# The large table travels in chunks, the others whole.
	grep -q '"table":"chunky","chunk":3,' stream
}

@test "one of every kind of object comes back the same" {
	round_trip objects -j 3
	pg_dump -s objects | grep -c '^CREATE' >theirs
	pgdumpstream -s objects | grep -c '^CREATE' | diff theirs -
}

@test "counts: rows and bytes of each table, large objects, and their sums" {
	pgdumpstream -j 4 traps >stream
	sed -n 's/^-- pgdumpstream rows //p' stream |
	    jq -cs '{format: 1, tables: length, rows: map(.rows) | add, bytes: map(.bytes) | add}' >sums
	assert_equal "$(tail -n 1 stream)" "-- pgdumpstream end $(<sums)"
	# What lies between COPY and \. is what is counted.
	LC_ALL=C awk '/ FROM stdin;$/ && !copying { copying = 1; next }
	    copying && /^\\\.$/ { copying = 0; next }
	    copying { rows++; bytes += length($0) + 1 }
	    END { print rows, bytes }' stream >counted
	assert_equal "$(<counted)" "$(jq -r '"\(.rows) \(.bytes)"' sums)"
	assert_equal "$(sed -n 's/^-- pgdumpstream blobs //p' stream)" '{"count":4,"bytes":3216389}'
	assert_equal "$(head -n 1 stream | sed 's/^-- pgdumpstream header //' | jq .tables)" \
	    "$(grep -c '^-- pgdumpstream rows' stream)"
}

@test "the header describes the database" {
	createdb -T template0 -E LATIN1 --locale=C 'de"scribed'
	psql -X -q -d 'de"scribed' <<-'EOF'
		DROP ROLE IF EXISTS "own er", grantee;
		CREATE ROLE "own er";
		CREATE ROLE grantee;
		ALTER DATABASE "de""scribed" OWNER TO "own er";
		ALTER DATABASE "de""scribed" CONNECTION LIMIT 17;
		ALTER DATABASE "de""scribed" SET work_mem = '5MB';
		ALTER ROLE grantee IN DATABASE "de""scribed" SET search_path = a, b;
		COMMENT ON DATABASE "de""scribed" IS 'it''s';
		GRANT CONNECT ON DATABASE "de""scribed" TO grantee WITH GRANT OPTION;
		CREATE TABLE t (a integer);
		GRANT SELECT ON t TO grantee;
		ALTER TABLE t OWNER TO "own er";
		CREATE EXTENSION hstore;
	EOF
	pgdumpstream 'de"scribed' >stream
	head -n 1 stream | sed 's/^-- pgdumpstream header //' >header
	[ "$(jq -c '[.format, .encoding, .sections, .selective, .owners, .privileges, .tables]' header)" = \
	    '[1,"LATIN1","all",false,true,true,1]' ]
	[ "$(jq -c '.database | [.name, .encoding, .collate, .ctype, .locale_provider, .owner, .connection_limit, .comment]' header)" = \
	    '["de\"scribed","LATIN1","C","C","libc","own er",17,"it'"'"'s"]' ]
	[ "$(jq -c .database.settings header)" = \
	    '[{"role":null,"name":"work_mem","value":"5MB"},{"role":"grantee","name":"search_path","value":"a, b"}]' ]
	jq -e '.database.privileges | any(. == {"grantee": "grantee", "privilege": "CONNECT", "grantable": true})' header
	jq -e '(.roles | contains(["grantee", "own er"])) and .extensions == ["hstore"]' header
	[ "$(pgdumpstream -O -x -a -t t 'de"scribed' | sed -n '1s/^-- pgdumpstream header //p' |
	    jq -c '[.sections, .selective, .owners, .privileges]')" = '["data",true,false,false]' ]
	[ "$(pgdumpstream -s 'de"scribed' | sed -n '1s/^-- pgdumpstream header //p' | jq -c '[.sections, .tables]')" = '["schema",0]' ]
	dropdb 'de"scribed'
}

@test "selection means what it means to pg_dump" {
	as_pg_dump -n public
	as_pg_dump -n '"We""ird '"'"'schéma'"'"$'\n''with a newline"'
	as_pg_dump -N public -N 'tra*'
	as_pg_dump -t chunky -t 'parts*' -T parts_high_1
	as_pg_dump -t '*.pg_class' -t '"-n"' -t '"PUBLIC"'
	as_pg_dump -T 'c*' -T '"PUBLIC"' --exclude-table-data='parts*'
	as_pg_dump -t remote -t down -t seen
	as_pg_dump -n 'p*' -T 'chunk?' -t 'nosuch*' -t empty
}

@test "sections and form mean what they mean to pg_dump" {
	as_pg_dump -s
	as_pg_dump -a -T guarded
	as_pg_dump -O -x
	as_pg_dump -s --no-comments --no-publications --no-subscriptions --no-security-labels --no-tablespaces
	as_pg_dump --no-unlogged-table-data
	as_pg_dump -c
	as_pg_dump -c --if-exists -O --no-acl -n public
}

@test "--no-tablespaces leaves tablespaces out, as pg_dump does" {
	local dir
	dir=$(postgres_dir)/space
	server_do mkdir -p "$dir"
	psql -X -q -d postgres -c "CREATE TABLESPACE space LOCATION '$dir'"
	fresh spaced
	psql -X -q -d spaced -c 'CREATE TABLE t (a integer) TABLESPACE space'
	pgdumpstream spaced | grep -q "SET default_tablespace = space"
	! pgdumpstream --no-tablespaces spaced | grep 'tablespace = space'
	dropdb spaced
	psql -X -q -d postgres -c 'DROP TABLESPACE space'
}

@test "any encoding, whatever the role's client_encoding" {
	local encoding text
	for encoding in LATIN1 LATIN9 WIN1251 KOI8R EUC_JP EUC_KR EUC_TW UTF8; do
		case $encoding in
		LATIN1) text='Größe' ;;
		LATIN9) text='€uro' ;;
		EUC_JP) text='日本語表' ;;
		EUC_KR) text='한국어' ;;
		EUC_TW) text='中文' ;;
		UTF8) text='🐘' ;;
		*) text='Привет' ;;
		esac
		fresh encoded -E "$encoding" --locale=C
		PGCLIENTENCODING=UTF8 psql -X -q -v ON_ERROR_STOP=1 -d encoded \
		    -c "CREATE TABLE \"$text\" (\"$text 2\" text)" -c "INSERT INTO \"$text\" VALUES ('$text\\n')" \
		    -c "COMMENT ON TABLE \"$text\" IS '$text'"
		# Neither of these may change what the stream holds.
		PGCLIENTENCODING=UTF8 pgdumpstream encoded >stream
		psql -X -q -d encoded -c 'ALTER DATABASE encoded SET client_encoding = UTF8'
		pgdumpstream -j 2 encoded | grep -av '^-- [SCT]\|restrict \|header' | diff <(grep -av '^-- [SCT]\|restrict \|header' stream) -
		psql -X -q -d encoded -c 'ALTER DATABASE encoded RESET client_encoding'
		fresh copy -E "$encoding" --locale=C
		sql copy stream
		same encoded copy
		sed -n 's/^-- pgdumpstream rows //p' stream | jq -e --arg text "$text" '.table == $text'
	done
}

@test "SQL_ASCII with bytes that are no text" {
	fresh encoded -E SQL_ASCII --locale=C
	printf 'CREATE SCHEMA "s\xe9\xff"; CREATE TABLE "s\xe9\xff"."t\x80\xfe" ("c\xe9" text);
		INSERT INTO "s\xe9\xff"."t\x80\xfe" VALUES (E'"'"'\\xff\\x80\\\\ \\xc3\\xa9 \\xf1'"'"');
		COMMENT ON TABLE "s\xe9\xff"."t\x80\xfe" IS '"'"'\xff caf\xe9'"'"';' >bytes
	PGCLIENTENCODING=SQL_ASCII sql encoded bytes
	pgdumpstream -j 2 encoded >stream
	fresh copy -E SQL_ASCII --locale=C
	sql copy stream
	PGCLIENTENCODING=SQL_ASCII same encoded copy
	assert_equal "$(grep -a '^-- pgdumpstream rows' stream)" \
	    '-- pgdumpstream rows {"schema":"s\u00E9\u00FF","table":"t\u0080\u00FE","rows":1,"bytes":10}'
}

@test "settings of role and database that would change or end a dump" {
	local setting
	psql -X -q -d traps -c 'CREATE ROLE hostile SUPERUSER LOGIN'
	for setting in "statement_timeout = '700ms'" "lock_timeout = '700ms'" "idle_session_timeout = '700ms'" \
	    "idle_in_transaction_session_timeout = '700ms'" 'default_transaction_read_only = on' \
	    'default_transaction_isolation = serializable' 'default_transaction_deferrable = on' \
	    'bytea_output = escape' "DateStyle = 'SQL, DMY'" 'IntervalStyle = sql_standard' \
	    'search_path = trap, public, pg_catalog' 'row_security = on' 'quote_all_identifiers = on' \
	    'extra_float_digits = -15' 'standard_conforming_strings = off' "TimeZone = 'Asia/Kathmandu'" \
	    'client_min_messages = debug1' 'client_encoding = latin1' 'enable_seqscan = off' \
	    'enable_tidscan = off' 'force_parallel_mode = on' 'parallel_tuple_cost = 0' \
	    'parallel_setup_cost = 0' 'min_parallel_table_scan_size = 0' 'synchronize_seqscans = on' \
	    'transform_null_equals = on' 'array_nulls = off' 'backslash_quote = off' 'xmlbinary = hex'; do
		psql -X -q -d traps -c "ALTER ROLE hostile SET $setting"
	done
	for jobs in 1 3; do
		# A slow reader: every timeout passes while rows wait to be written.
		pgdumpstream -U hostile -j "$jobs" traps > >(sleep 2 && cat >stream)
		wait $!
		complete stream
		fresh copy
		sql copy stream
		same traps copy
	done
	psql -X -q -d traps -c 'DROP ROLE hostile'
}

@test "extension members are left to the extension, its configuration rows are kept" {
	local db
	fresh extended
	fresh copy
	for db in extended copy; do
		psql -X -q -v ON_ERROR_STOP=1 -d "$db" <<-'EOF'
			CREATE EXTENSION hstore;
			CREATE TABLE config (k text, mine boolean);
			CREATE TABLE all_config (k text);
			CREATE TABLE member (k text);
			ALTER EXTENSION hstore ADD TABLE config;
			ALTER EXTENSION hstore ADD TABLE all_config;
			ALTER EXTENSION hstore ADD TABLE member;
			-- as pg_extension_config_dump() does in an extension's script
			UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid, 'all_config'::regclass::oid],
				extcondition = ARRAY['WHERE mine', ''] WHERE extname = 'hstore';
			INSERT INTO config VALUES ('theirs', false);
			INSERT INTO member VALUES ('theirs');
		EOF
	done
	psql -X -q -d extended -c "INSERT INTO config VALUES ('mine', true)" -c "INSERT INTO all_config VALUES ('any')"
	pgdumpstream -j 2 extended >stream
	sql copy stream
	same extended copy
	assert_equal "$(psql -X -At -d copy -c 'SELECT k FROM config ORDER BY k' -c 'SELECT k FROM all_config' -c 'SELECT k FROM member' | tr '\n' ' ')" \
	    'mine theirs any theirs '
	assert_equal "$(grep '^-- pgdumpstream rows.*"config"' stream)" \
	    '-- pgdumpstream rows {"schema":"public","table":"config","rows":1,"bytes":7}'
}

@test "large objects: owners, privileges, contents; left out with -t as pg_dump does" {
	fresh lobs
	psql -X -q -v ON_ERROR_STOP=1 -d lobs -o /dev/null <<-'EOF'
		CREATE ROLE keeper;
		SELECT lo_from_bytea(100 + i, decode(repeat(md5(i::text), i * 40), 'hex')) FROM generate_series(0, 250) AS i;
		SELECT lo_create(1);
		SELECT lo_put(1, 3000000, '\xff'); -- a hole
		ALTER LARGE OBJECT 100 OWNER TO keeper;
		GRANT SELECT ON LARGE OBJECT 101 TO keeper;
		CREATE TABLE t (a integer);
	EOF
	round_trip lobs
	assert_equal "$(sed -n 's/^-- pgdumpstream blobs //p' stream | jq .count)" 252
	head -n 1 stream | grep -q keeper
	assert_equal "$(pgdumpstream -t t lobs | sed -n 's/^-- pgdumpstream blobs //p')" '{"count":0,"bytes":0}'
	dropdb lobs
	dropdb copy
	psql -X -q -c 'DROP ROLE keeper'
}

@test "a hot standby as source" {
	postgres_standby_start standby
	wait_until 30 eval "[ \"\$(psql -X -At -h \"$PGSOCKETDIR_standby\" -p $PGPORT_standby -d traps -c 'SELECT count(*) FROM chunky')\" -gt 0 ]"
	pgdumpstream -h "$PGSOCKETDIR_standby" -p "$PGPORT_standby" -j 3 traps >stream
	complete stream
	pg_dump -h "$PGSOCKETDIR_standby" -p "$PGPORT_standby" traps >theirs
	fresh copy
	fresh theirs
	sql copy stream
	sql theirs theirs
	same theirs copy
	postgres_stop standby
}

@test "an empty database, and one with a schema only" {
	fresh nothing
	round_trip nothing
	assert_equal "$(tail -n 1 stream)" '-- pgdumpstream end {"format":1,"tables":0,"rows":0,"bytes":0}'
	psql -X -q -d nothing -c 'CREATE VIEW v AS SELECT 1'
	round_trip nothing -j 4
}

@test "a row of 60 MB, text and binary" {
	fresh wide
	psql -X -q -d wide -c 'CREATE TABLE t (a integer, b bytea, c text)' \
	    -c "INSERT INTO t SELECT i, decode(repeat(md5(i::text), 1250000), 'hex'), repeat(E'\\\\tx\\n', 5000000) FROM generate_series(1, 3) i" \
	    -c "INSERT INTO t VALUES (4, '', '')"
	pgdumpstream -j 2 wide >stream
	fresh copy
	sql copy stream
	local digest='SELECT a, md5(b), md5(c) FROM t ORDER BY a'
	assert_equal "$(psql -X -At -d copy -c "$digest")" "$(psql -X -At -d wide -c "$digest")"
	dropdb wide
	dropdb copy
}
