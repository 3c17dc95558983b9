#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# Stages that fail, signals, kill -9: nothing that is not a backup gets a name, nothing is left, and
# the next run cleans up what could not be.

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

nothing_published() {
	assert_equal "$(backups)$(find "$BACKUP_DIR" -type l)$(s3_keys)" ''
}

# dies PROGRAM STATUS: it does its work, the output is whole and it fails all the same
dies_at_the_end() {
	make_program "$1" <<-END
		#!/bin/sh
		case \$* in *dry-run*) exit 0 ;; esac
		"$BIN/$1" "\$@"
		echo "$1: broken on purpose" >&2
		exit $2
	END
}

@test "a stage that fails after its last byte: the stream looks whole, and is not published" {
	local program
	for program in pgdumpstream gzfilter gpgfilter; do
		dies_at_the_end "$program" 74
		run_status 74 postgres-backup.sh -es
		assert_message_one_line
		assert_contains "$stderr" "no backup of saasforge was made: $program: broken on purpose"
		nothing_published
		nothing_left
		run_status 74 postgres-backup.sh -e
		nothing_published
		run_status 74 postgres-backup.sh -es --no-local
		nothing_published
		nothing_left
		rm "$WRAPPERS/$program"
	done
}

@test "a stage that is killed" {
	local program
	for program in pgdumpstream gzfilter gpgfilter; do
		make_program "$program" <<-END
			#!/bin/sh
			case \$* in *dry-run*) exit 0 ;; esac
			head -c 10000
			kill -9 \$\$
		END
		run_status 75 postgres-backup.sh -es
		assert_message_one_line
		assert_contains "$stderr" 'was killed by SIGKILL'
		nothing_published
		nothing_left
		rm "$WRAPPERS/$program"
	done
}

@test "a tee that is killed takes the upload with it: its end of file is not the end of the dump" {
	make_program tee <<-'END'
		#!/bin/sh
		head -c 1000
		cat >/dev/null
		kill -9 $$
	END
	run_status 75 postgres-backup.sh -s
	assert_contains "$stderr" "the stage 'copy' was killed by SIGKILL"
	nothing_published
	nothing_left
}

@test "only the upload fails: the local backup stays, complete; the status is not 0" {
	make_program s3put <<-'END'
		#!/bin/sh
		head -c 1000 >/dev/null
		echo 's3put: the store is on fire; call somebody' >&2
		exit 69
	END
	run_status 69 postgres-backup.sh -es
	assert_message_one_line
	assert_contains "$stderr" 'there is no backup in S3: s3put: the store is on fire'
	assert_equal "$output" "$(backups)"
	assert_equal "$(readlink "$BACKUP_DIR/latest.sql.gz.gpg")" "${output##*/}"
	assert_equal "$(s3_keys)" ''
	nothing_left
	run_status 0 postgres-restore.sh -d again "$output"
	same_as_seed again
}

@test "only the commit fails: the same, and the parts are given up" {
	make_program s3put <<-END
		#!/bin/sh
		case \$1 in --commit) echo 's3put: lost it' >&2; exit 76 ;; esac
		exec "$BIN/s3put" "\$@"
	END
	run_status 76 postgres-backup.sh -s
	assert_contains "$stderr" 'there is no backup in S3: s3put: lost it'
	assert_equal "$output" "$(backups)"
	assert_equal "$(s3_keys)" ''
	nothing_left
}

@test "only the copy to latest fails: both backups stay" {
	make_program s3cp <<-'END'
		#!/bin/sh
		echo 's3cp: no' >&2
		exit 77
	END
	run_status 77 postgres-backup.sh -s
	assert_contains "$stderr" 'saasforge_latest.sql.gz was not renewed: s3cp: no'
	assert_equal "${#lines[@]}" 2
	assert_equal "$(s3_keys)" "postgres-backups/$(basename "$(backups)")"
}

@test "a file that stands where a link should" {
	mkdir -m 700 "$BACKUP_DIR"
	echo precious >"$BACKUP_DIR/latest.sql.gz"
	run_status 74 postgres-backup.sh
	assert_message_one_line
	assert_contains "$stderr" 'latest.sql.gz is no symbolic link'
	assert_equal "$(<"$BACKUP_DIR/latest.sql.gz")" precious
	assert_equal "$(readlink "$BACKUP_DIR/saasforge_latest.sql.gz")" "${output##*/}"
}

# slow_dump: a dump that has begun, says so, and waits
slow_dump() {
	make_program pgdumpstream <<-END
		#!/bin/sh
		head -c 12000000 /dev/urandom
		touch begun
		exec sleep 1000
	END
}

in_mid_upload() {
	[ -e begun ] && [ -n "$(s3ls --uploads s3://backups)" ]
}

# start_backup OPTION...: in the background, up to the middle of the upload
start_backup() {
	rm -f begun
	postgres-backup.sh "$@" >out 2>err 3>&- &
	backup_pid=$!
	wait_until 30 in_mid_upload
}

@test "SIGTERM, SIGHUP: it stops at once, gives the upload up and dies by the signal" {
	local signal number
	slow_dump
	for signal in TERM HUP; do
		start_backup -s
		kill -s "$signal" "$backup_pid"
		number=0
		wait "$backup_pid" || number=$?
		assert_equal "$(kill -l "$number")" "$signal"
		assert_contains "$(<err)" "postgres-backup.sh: stopped by SIG$signal; no backup was made"
		nothing_published
		nothing_left
	done
}

@test "SIGINT at the terminal, to all processes of the pipeline" {
	slow_dump
	rm -f begun
	setsid env --default-signal=INT postgres-backup.sh -s >out 2>err 3>&- &
	wait_until 30 in_mid_upload
	local leader number=0
	leader=$(pgrep -f "$WRAPPERS/postgres-backup.sh" | head -n 1)
	kill -s INT -- "-$(ps -o pgid= -p "$leader" | tr -d ' ')"
	wait "$!" || number=$?
	assert_contains "$(<err)" 'stopped by SIGINT'
	nothing_published
	nothing_left
}

@test "kill -9 of the wrapper: its children end with it, and the next run cleans up" {
	slow_dump
	start_backup -s
	kill -9 "$backup_pid"
	wait_until 30 no_process_left
	nothing_published
	rm "$WRAPPERS/pgdumpstream"
	run_status 0 postgres-backup.sh -s
	assert_equal "$stderr" ''
	assert_equal "$(backups)" "${lines[0]}"
	nothing_left
}

@test "kill -9 of everything at once: the upload that nobody gave up is given up by the next run" {
	slow_dump
	start_backup -s
	pkill -9 -P "$backup_pid"
	kill -9 "$backup_pid"
	wait_until 30 no_process_left
	[ -n "$(s3ls --uploads s3://backups)" ]
	[ -n "$(find "$BACKUP_DIR" -name '.*.part')" ]
	rm "$WRAPPERS/pgdumpstream"
	run_status 0 postgres-backup.sh -s --no-prune
	nothing_left
	assert_equal "$(backups)" "${lines[0]}"
}

@test "a run that may not list uploads, or has no S3, leaves them to the next one that can" {
	slow_dump
	start_backup -s
	pkill -9 -P "$backup_pid"
	kill -9 "$backup_pid"
	wait_until 30 no_process_left
	rm "$WRAPPERS/pgdumpstream"
	run_status 0 postgres-backup.sh
	[ -n "$(s3ls --uploads s3://backups)" ]
	run_status 0 postgres-backup.sh -s
	nothing_left
}

@test "two runs of one database: the second says who is at it; another database goes on" {
	slow_dump
	start_backup -s
	rm "$WRAPPERS/pgdumpstream"
	run_status 75 postgres-backup.sh
	assert_message_one_line
	assert_contains "$stderr" "a backup of saasforge is running already (process $backup_pid since "
	POSTGRES_DB=seed run_status 0 postgres-backup.sh
	kill -TERM "$backup_pid"
	wait "$backup_pid" || true
	run_status 0 postgres-backup.sh
	nothing_left
}

@test "without local files the lock is elsewhere, and holds too" {
	slow_dump
	start_backup -s --no-local
	run_status 75 postgres-backup.sh -s --no-local
	assert_contains "$stderr" 'is running already'
	kill -TERM "$backup_pid"
	wait "$backup_pid" || true
	nothing_published
}

@test "a link in BACKUP_DIR is not followed for writing" {
	mkdir -m 700 "$BACKUP_DIR"
	ln -s "$BATS_TEST_TMPDIR/victim" "$BACKUP_DIR/.saasforge.lock"
	run_status 73 postgres-backup.sh
	assert_message_one_line
	assert_contains "$stderr" '.saasforge.lock is a symbolic link'
	[ ! -e victim ]
}

@test "a backend that is terminated in the middle of the dump" {
	make_program gzfilter <<-END
		#!/bin/sh
		{
			head -c 1000
			psql -XAtqc "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'saasforge'" \
			    -h 127.0.0.1 -p $PGPORT -U postgres postgres >terminated
			cat
		} | "$BIN/gzfilter" "\$@"
	END
	sql -d saasforge 'CREATE TABLE big AS SELECT sha512(i::text::bytea) FROM generate_series(1, 100000) i'
	run_status 75 postgres-backup.sh -s
	assert_message_one_line
	assert_contains "$stderr" 'no backup of saasforge was made: pgdumpstream: '
	assert_contains "$(<terminated)" t
	nothing_published
	nothing_left
}
