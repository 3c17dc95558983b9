#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# What can be wrong before or while a backup is made: one line that names the thing and the remedy, a
# status of its own class, nothing published, nothing left.

load ../support/common
load ../support/postgres
load ../support/s3server
load ../support/gpghome
load ../support/wrappers

setup_file() {
	shop_start s3 gpg
	psql -X -q -c "CREATE ROLE weak LOGIN PASSWORD 'x'"
	sed -i '1i host all weak all scram-sha-256' "$(postgres_dir)/data/pg_hba.conf"
	sql 'SELECT pg_reload_conf()' >/dev/null
}

teardown_file() {
	shop_stop
}

setup() {
	shop
}

teardown() {
	small_disk_gone "$BATS_TEST_TMPDIR/disk"
}

# refuses STATUS PART COMMAND...: one line on stderr that has PART in it, and nothing else anywhere
refuses() {
	local expected=$1 part=$2

	shift 2
	run_status "$expected" "$@"
	ran_name=postgres-backup.sh assert_message_one_line postgres-backup.sh
	assert_contains "$stderr" "$part"
	assert_equal "$output" ''
	[ ! -d "$BACKUP_DIR" ] || assert_equal "$(backups)$(find "$BACKUP_DIR" -type l)" ''
	assert_equal "$(s3_keys)" ''
	nothing_left
}

@test "wrong command lines" {
	refuses 64 "there is no option --encypt; try 'postgres-backup.sh --help'" postgres-backup.sh --encypt
	refuses 64 'there is no option -x' postgres-backup.sh -ex
	refuses 64 'option --database wants a value' postgres-backup.sh --database
	refuses 64 'there is no option --encrypt with a value' postgres-backup.sh --encrypt=yes
	refuses 64 "'saasforge' is not an option" postgres-backup.sh saasforge
	refuses 64 '--no-local without --s3' postgres-backup.sh --no-local
	refuses 64 "--jobs wants a number from 1 to 64, not '65'" postgres-backup.sh -j 65
}

@test "missing and wrong settings" {
	GPG_RECIPIENT='' refuses 78 'GPG_RECIPIENT is not set' postgres-backup.sh -e
	S3_BUCKET='' refuses 78 'S3_BUCKET is not set' postgres-backup.sh -s
	S3_BUCKET=a/b refuses 78 "S3_BUCKET is 'a/b'" postgres-backup.sh -s
	POSTGRES_PORT=postgres refuses 78 "POSTGRES_PORT is 'postgres'" postgres-backup.sh
	RETAIN_DAILY=-1 refuses 78 "RETAIN_DAILY is '-1'" postgres-backup.sh
	GPG_ALWAYS_TRUST=maybe refuses 78 "GPG_ALWAYS_TRUST is 'maybe'" postgres-backup.sh -e
	AWS_ACCESS_KEY_ID='' AWS_SECRET_ACCESS_KEY='' HOME=$BATS_TEST_TMPDIR run_status 78 postgres-backup.sh -s
	assert_message_one_line
	assert_contains "$stderr" AWS_ACCESS_KEY_ID
}

@test "no server, no database, wrong password" {
	POSTGRES_PORT=$(free_port) refuses 69 'Connection refused' postgres-backup.sh -es
	POSTGRES_DB=nosuch refuses 66 'database "nosuch" does not exist' postgres-backup.sh -es
	POSTGRES_USER=weak POSTGRES_PASSWORD=wrong refuses 77 'password authentication failed for user "weak"' \
	    postgres-backup.sh -es
	POSTGRES_USER=weak POSTGRES_PASSWORD=x refuses 77 'permission denied' postgres-backup.sh -es
}

@test "recipients that cannot be encrypted to are known before the dump" {
	make_program pgdumpstream <<-'END'
		#!/bin/sh
		touch dumped
	END
	GPG_RECIPIENT=nobody@example.com refuses 66 'nobody@example.com' postgres-backup.sh -e
	GPG_RECIPIENT=carol-expired@example.com run_status 77 postgres-backup.sh -e
	assert_contains "$stderr" expired
	GPG_RECIPIENT=dave-revoked@example.com run_status 77 postgres-backup.sh -e
	assert_contains "$stderr" revoked
	GPG_RECIPIENT=eve-untrusted@example.com run_status 77 postgres-backup.sh -e
	assert_contains "$stderr" eve-untrusted@example.com
	[ ! -e dumped ]
}

@test "GPG_ALWAYS_TRUST=yes encrypts to a key that nobody certified" {
	GPG_RECIPIENT=eve-untrusted@example.com GPG_ALWAYS_TRUST=yes run_status 0 postgres-backup.sh -e
	assert_equal "$(backups)" "$output"
}

@test "no such bucket, wrong secret, no store" {
	S3_BUCKET=nosuch refuses 66 'nosuch' postgres-backup.sh -s
	AWS_SECRET_ACCESS_KEY=wrong run_status 77 postgres-backup.sh -s
	assert_message_one_line
	assert_contains "$stderr" 'SignatureDoesNotMatch'
	assert_equal "$(backups)" ''
	AWS_ENDPOINT_URL=http://127.0.0.1:$(free_port) run_status 69 postgres-backup.sh -s
	assert_message_one_line
	assert_equal "$(backups)" ''
}

@test "a directory that cannot be written to" {
	touch file
	BACKUP_DIR=$BATS_TEST_TMPDIR/file/dir refuses 73 'BACKUP_DIR' postgres-backup.sh
	small_disk disk 64k
	mount -o remount,ro "$BATS_TEST_TMPDIR/disk"
	BACKUP_DIR=$BATS_TEST_TMPDIR/disk refuses 77 "BACKUP_DIR $BATS_TEST_TMPDIR/disk cannot be written to" \
	    postgres-backup.sh
}

@test "a full disk" {
	small_disk disk 256k
	head -c 100k /dev/zero >disk/other
	BACKUP_DIR=$BATS_TEST_TMPDIR/disk
	sql -d saasforge 'CREATE TABLE big AS SELECT sha512(i::text::bytea) FROM generate_series(1, 5000) i'
	refuses 74 'No space left on device' postgres-backup.sh
	assert_contains "$stderr" "$BACKUP_DIR/saasforge_"
	refuses 74 'No space left on device' postgres-backup.sh -e
}

@test "a full disk fails the local backup, not the upload; and the status" {
	small_disk disk 256k
	head -c 100k /dev/zero >disk/other
	export BACKUP_DIR=$BATS_TEST_TMPDIR/disk
	sql -d saasforge 'CREATE TABLE big AS SELECT sha512(i::text::bytea) FROM generate_series(1, 5000) i'
	run_status 74 postgres-backup.sh -s
	assert_contains "$stderr" 'there is no local backup'
	assert_contains "$stderr" 'No space left on device'
	[[ $output == s3://backups/postgres-backups/saasforge_*.sql.gz ]]
	assert_equal "$(backups)$(find "$BACKUP_DIR" -type l)" ''
	nothing_left
	run_status 0 postgres-restore.sh -d again "$output"
	assert_equal "$(sql -d again 'SELECT count(*) FROM big')" 5000
}

@test "a log that cannot be begun" {
	small_disk disk 16k
	head -c 100k /dev/zero >disk/other 2>/dev/null || true
	BACKUP_DIR=$BATS_TEST_TMPDIR/disk run_status 74 postgres-backup.sh
	assert_message_one_line
	assert_contains "$stderr" 'free space'
}

@test "closed and full standard output: the backup is complete, the status tells" {
	run --separate-stderr bash -c 'exec postgres-backup.sh >&-'
	assert_equal "$status" 74
	assert_contains "$stderr" 'postgres-backup.sh: standard output cannot be written to'
	assert_equal "$(backups | wc -l)" 1
	run --separate-stderr bash -c 'exec postgres-backup.sh >/dev/full'
	assert_equal "$status" 74
	assert_equal "$(backups | wc -l)" 2
	run --separate-stderr bash -c 'exec postgres-backup.sh <&- >&- 2>&-'
	assert_equal "$status" 74
	assert_equal "$(backups | wc -l)" 3
	for file in $(backups); do
		gunzip -t "$file"
	done
	run --separate-stderr bash -c 'exec postgres-backup.sh --help >/dev/full'
	assert_equal "$status" 74
}

@test "a program that is missing" {
	mkdir empty
	for tool in bash cat dirname readlink id mktemp rm date getopt; do
		ln -s "$(type -P $tool)" empty/
	done
	PATH=$BATS_TEST_TMPDIR/empty refuses 69 'is not installed here' "$WRAPPERS/postgres-backup.sh"
}
