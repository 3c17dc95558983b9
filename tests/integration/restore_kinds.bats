#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# What a restore is given: every kind of file, told by its content and not by its name.

load ../support/common
load ../support/postgres
load ../support/gpghome
load ../support/wrappers

setup_file() {
	shop_start gpg
	psql -X -q -c 'CREATE ROLE app' -c 'CREATE ROLE reader' -d seed \
	    -c 'ALTER TABLE billing.plan OWNER TO app' -c 'GRANT SELECT ON billing.plan TO reader' \
	    -c 'ALTER DATABASE seed SET statement_timeout = 12345'
	pgdumpstream -d seed -U saasforge >"$BATS_FILE_TMPDIR/dump.sql"
	pg_dump seed >"$BATS_FILE_TMPDIR/plain.sql"
	pg_dump -Fc seed >"$BATS_FILE_TMPDIR/custom"
	pg_dump -Ft seed >"$BATS_FILE_TMPDIR/tar"
}

teardown_file() {
	shop_stop
}

setup() {
	shop
	for name in dump.sql plain.sql custom tar; do
		ln -s "$BATS_FILE_TMPDIR/$name" .
	done
	dropdb saasforge
}

restores() {
	run_status 0 postgres-restore.sh -d new "$@"
	assert_equal "$output$stderr" ''
	same_as_seed new
	dropdb new
	no_databases_left
	nothing_left
}

owner_of_plan() {
	sql -d "$1" "SELECT pg_get_userbyid(relowner), relacl FROM pg_class WHERE relname = 'plan'"
}

@test "ours: plain, compressed, encrypted, both; whatever the name" {
	gzfilter <dump.sql >b.sql.gz
	gpgfilter -e -r alice@example.com <dump.sql >b.sql.gpg
	gpgfilter -e -r alice@example.com <b.sql.gz >b.sql.gz.gpg
	cp b.sql.gz.gpg misnamed.txt
	gzip <b.sql.gz.gpg >twice.gz
	for file in dump.sql b.sql.gz b.sql.gpg b.sql.gz.gpg misnamed.txt twice.gz; do
		restores "$file"
	done
}

@test "settings, owners and grants come back, not only rows" {
	run_status 0 postgres-restore.sh -d new dump.sql
	assert_equal "$(owner_of_plan new)" "$(owner_of_plan seed)"
	assert_contains "$(owner_of_plan new)" app
	assert_contains "$(owner_of_plan new)" reader=r
	assert_equal "$(sql -d new 'SHOW statement_timeout')" 12345ms
}

@test "pg_dump's plain script, with gzip and gpg of others around it" {
	gzip <plain.sql >p.sql.gz
	gpg --batch --quiet --trust-model always -r alice@example.com -e <plain.sql >p.sql.gpg
	gpg --batch --quiet --armor --trust-model always -r alice@example.com -e <p.sql.gz >p.asc
	for file in plain.sql p.sql.gz p.sql.gpg p.asc; do
		restores "$file"
	done
	sed -E '/^\\(un)?restrict /d' plain.sql >older.sql
	restores older.sql
}

@test "archives of pg_dump, under the name that the older script gave them" {
	gzip <custom >saasforge_20240101_000000.sql.gz
	gzip <tar >saasforge_20240102_000000.sql.gz
	gpgfilter -e -r alice@example.com <saasforge_20240101_000000.sql.gz >saasforge_20240101_000000.sql.gz.gpg
	for file in custom tar saasforge_2024*; do
		restores "$file"
	done
	run_status 0 postgres-restore.sh -d new custom
	assert_equal "$(owner_of_plan new)" "$(owner_of_plan seed)"
	run_status 0 postgres-restore.sh -f -d new --no-owner --no-privileges custom
	assert_equal "$(owner_of_plan new)" 'saasforge|'
}

@test "an archive's and a stream's encoding and locale are those of the database that was dumped" {
	createdb -T template0 -E LATIN1 --locale C latin
	sql -d latin "CREATE TABLE t AS SELECT chr(228) AS umlaut"
	pg_dump -Fc latin >latin.custom
	pgdumpstream -d latin >latin.sql
	for file in latin.custom latin.sql; do
		run_status 0 postgres-restore.sh -f -d new "$file"
		assert_equal "$(sql "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = 'new'")" \
		    'LATIN1|C'
		assert_equal "$(sql -d new 'SELECT ascii(umlaut) FROM t')" 228
	done
	# a script does not say: the database that is replaced does
	pg_dump latin >latin.plain
	run_status 0 postgres-restore.sh -f -d new latin.plain
	assert_equal "$(sql "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'new'")" LATIN1
}

@test "a script with psql's own commands: not one is run" {
	local evil
	for evil in '\! touch pwned' '\copy x from program '"'touch pwned'" '\i /etc/passwd' '\o |touch pwned' \
	    'SELECT 1 \g |touch pwned' "$(sed -n 's/^.restrict/\\unrestrict/p' plain.sql | head -n 1)
\\! touch pwned"; do
		{
			sed -n 1,30p plain.sql
			printf '%s\n' "$evil"
			sed -n '31,$p' plain.sql
		} >evil.sql
		run --separate-stderr postgres-restore.sh -d new evil.sql
		assert_equal "$(find . -name pwned)" ''
		if [ "$status" -eq 0 ]; then
			assert_contains "$evil" unrestrict
		fi
		no_databases_left
	done
}

@test "a script whose key is known to whoever wrote it" {
	{
		printf -- '--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n'
		printf '\\unrestrict abc\n\\! touch pwned\n'
		printf -- '-- PostgreSQL database dump complete\n'
	} >evil.sql
	run_status 65 postgres-restore.sh -d new evil.sql
	assert_message_one_line
	assert_contains "$stderr" 'restricted'
	[ ! -e pwned ]
	no_databases_left
}

@test "lines of data that look like commands and comments stay data" {
	createdb odd
	sql -d odd "CREATE TABLE t AS SELECT * FROM (VALUES (1, E'\\\\restrict abc'), (2, E'\\restrict abc'), (3, ''),
		(4, E'\\n\\n-- PostgreSQL database dump complete\\n'), (5, E'COPY x FROM stdin;\\nx')) v (i, t)"
	# shellcheck disable=SC1003
	sql -d odd "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS E'SELECT \$x\$\\n\\n\\n  a\\n\\nCOPY t FROM stdin;\\n\\n\$x\$'"
	pg_dump odd >odd.sql
	run_status 0 postgres-restore.sh -d new odd.sql
	"$REPO/tests/support/compare-databases" odd new
	assert_equal "$(sql -d new 'SELECT f()')" "$(sql -d odd 'SELECT f()')"
}

@test "other things are refused by what they are" {
	local kind
	: >empty
	gzip <empty >empty.gz
	printf 'hello\n' >text
	pg_dumpall >all.sql
	tar cf archive.tar text
	for kind in 'empty|is empty' 'empty.gz|is empty' 'text|is no backup of PostgreSQL' \
	    'all.sql|was made by pg_dumpall' 'archive.tar|is no backup of PostgreSQL'; do
		run_status 65 postgres-restore.sh -d new "${kind%%|*}"
		assert_message_one_line
		assert_contains "$stderr" "${kind#*|}"
		no_databases_left
	done
}

@test "options that a kind of backup cannot obey" {
	run_status 64 postgres-restore.sh -d new --no-owner plain.sql
	assert_message_one_line
	run_status 64 postgres-restore.sh -d new --create-roles custom
	assert_message_one_line
	no_databases_left
}

@test "roles that the server lacks: named; created on request; or left out" {
	sed 's/reader/stranger/g' dump.sql >strange.sql
	run_status 66 postgres-restore.sh -d new strange.sql
	assert_message_one_line
	assert_contains "$stderr" stranger
	assert_contains "$stderr" --create-roles
	no_databases_left
	run_status 0 postgres-restore.sh -d new --no-privileges --no-owner strange.sql
	run_status 0 postgres-restore.sh -f -d new --create-roles strange.sql
	assert_equal "$(sql "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'stranger'")" f
	assert_contains "$(owner_of_plan new)" stranger=r
	dropdb new
	psql -Xqc 'DROP ROLE stranger'
}
