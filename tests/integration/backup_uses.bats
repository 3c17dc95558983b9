#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# The uses that users know, from one end to the other, and what they leave behind.

load ../support/common
load ../support/postgres
load ../support/s3server
load ../support/gpghome
load ../support/wrappers

setup_file() {
	shop_start s3 gpg
}

teardown_file() {
	shop_stop
}

setup() {
	shop
}

# lose_the_database: what a backup is for
lose_the_database() {
	dropdb --force saasforge
}

@test "plain: a file, a log and two links; restored from the file" {
	run_status 0 postgres-backup.sh
	[[ $output =~ ^"$BACKUP_DIR"/saasforge_[0-9]{8}_[0-9]{6}\.sql\.gz$ ]]
	assert_equal "$stderr" ''
	assert_equal "$(backups)" "$output"
	local name=${output##*/}
	local log=$BACKUP_DIR/backup_${name#saasforge_}
	log=${log%.sql.gz}.log
	assert_contains "$(<"$log")" "INFO    $output"
	assert_equal "$(readlink "$BACKUP_DIR/latest.sql.gz")" "$name"
	assert_equal "$(readlink "$BACKUP_DIR/saasforge_latest.sql.gz")" "$name"
	assert_equal "$(stat -c %a "$BACKUP_DIR" "$output" "$log" | paste -sd ' ')" '700 600 600'
	nothing_left
	lose_the_database
	run_status 0 postgres-restore.sh "$output"
	same_as_seed saasforge
	no_databases_left saasforge
	nothing_left
}

@test "--encrypt: gpg reads it, and so does the restore" {
	run_status 0 postgres-backup.sh --encrypt
	[[ $output == "$BACKUP_DIR"/saasforge_*.sql.gz.gpg ]]
	assert_equal "$(readlink "$BACKUP_DIR/latest.sql.gz.gpg")" "${output##*/}"
	assert_equal "$(readlink "$BACKUP_DIR/saasforge_latest.sql.gz.gpg")" "${output##*/}"
	assert_contains "$(gpg --batch --quiet --decrypt "$output" | gunzip | tail -n 1)" 'pgdumpstream end'
	lose_the_database
	run_status 0 postgres-restore.sh "${output##*/}"
	same_as_seed saasforge
	nothing_left
}

@test "--encrypt --s3: the same bytes in both places, and restored from S3" {
	run_status 0 postgres-backup.sh --encrypt --s3
	assert_equal "${#lines[@]}" 2
	local file=${lines[0]} name=${lines[0]##*/}
	assert_equal "${lines[1]}" "s3://backups/postgres-backups/$name"
	assert_equal "$(s3_keys)" "postgres-backups/$name
postgres-backups/saasforge_latest.sql.gz.gpg"
	s3get "${lines[1]}" | cmp - "$file"
	s3get s3://backups/postgres-backups/saasforge_latest.sql.gz.gpg | cmp - "$file"
	nothing_left
	lose_the_database
	rm -r -- "$BACKUP_DIR"
	run_status 0 postgres-restore.sh --s3 "$name"
	same_as_seed saasforge
	nothing_left
}

@test "restore from S3 by any way to name an object" {
	run_status 0 postgres-backup.sh -es --no-local -q
	assert_equal "$output$stderr" ''
	[ ! -e "$BACKUP_DIR" ]
	local key
	key=$(s3_keys | head -n 1)
	for backup in "${key##*/}" "$key" "s3://backups/$key" saasforge_latest.sql.gz.gpg; do
		lose_the_database
		run_status 0 postgres-restore.sh -s "$backup"
		same_as_seed saasforge
	done
	lose_the_database
	S3_BUCKET='' run_status 0 postgres-restore.sh "s3://backups/$key"
	same_as_seed saasforge
	nothing_left
}

@test "--force: the database is replaced" {
	run_status 0 postgres-backup.sh
	local backup=$output
	sql -d saasforge 'DROP SCHEMA tenants CASCADE'
	run_status 73 postgres-restore.sh "$backup"
	assert_message_one_line
	assert_contains "$stderr" 'saasforge is not empty'
	assert_contains "$stderr" '--force'
	run_status 0 postgres-restore.sh --force "$backup"
	assert_equal "$output$stderr" ''
	same_as_seed saasforge
	no_databases_left saasforge
	nothing_left
}

@test "restore into a test database by POSTGRES_DB: the source stays" {
	run_status 0 postgres-backup.sh
	sql -d saasforge 'CREATE TABLE later ()'
	POSTGRES_DB=saasforge_test run_status 0 postgres-restore.sh "$BACKUP_DIR/latest.sql.gz"
	same_as_seed saasforge_test
	assert_equal "$(sql -d saasforge "SELECT count(*) FROM pg_class WHERE relname = 'later'")" 1
	no_databases_left saasforge saasforge_test
}

@test "a backup needs nothing of ours to be restored" {
	run_status 0 postgres-backup.sh -e
	createdb new
	gpg --batch --quiet --decrypt "$output" | gunzip | psql -X -q -v ON_ERROR_STOP=1 -d new >/dev/null
	same_as_seed new
}

@test "a name that is taken is not taken again, and latest is the last run" {
	local i taken=()
	mkdir -m 700 "$BACKUP_DIR"
	for i in 0 1 2; do
		printf -v "taken[$i]" '%(%Y%m%d_%H%M%S)T' "$((EPOCHSECONDS + i))"
		echo precious >"$BACKUP_DIR/saasforge_${taken[i]}.sql.gz"
		echo precious >"$BACKUP_DIR/backup_${taken[i]}.log"
	done
	run_status 0 postgres-backup.sh
	for i in 0 1 2; do
		assert_equal "$(cat "$BACKUP_DIR"/*"_${taken[i]}."*)" $'precious\nprecious'
	done
	local first=$output
	assert_equal "$(readlink "$BACKUP_DIR/latest.sql.gz")" "${output##*/}"
	run_status 0 postgres-backup.sh
	[ "$first" != "$output" ]
	assert_equal "$(backups | wc -l)" 5
	assert_equal "$(readlink "$BACKUP_DIR/latest.sql.gz")" "${output##*/}"
}

@test "a database with a name made for injection" {
	# shellcheck disable=SC2016
	local name='$(touch x); "a''b` ../-é dbname=seed'
	psql -Xq -v name="$name" <<<'CREATE DATABASE :"name" TEMPLATE seed;'
	run_status 0 postgres-backup.sh --database "$name"
	assert_equal "$(backups)" "$output"
	psql -Xq -v name="$name" <<<'DROP DATABASE :"name";'
	run_status 0 postgres-restore.sh -d "$name" "$output"
	psql -Xq -v name="$name" <<<'ALTER DATABASE :"name" RENAME TO found;'
	same_as_seed found
	run_status 0 postgres-restore.sh -d "$name" --latest
	[ ! -e x ]
	nothing_left
}
