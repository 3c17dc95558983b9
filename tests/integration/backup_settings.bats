#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# Where settings come from, who gets to see them, and how the wrappers find their programs.

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

env_file() {
	cat >settings.env
	chmod 600 settings.env
}

# in_cron COMMAND: as cron runs it
in_cron() {
	run --separate-stderr env -i SHELL=/bin/sh PATH=/usr/bin:/bin LOGNAME=root HOME="$BATS_TEST_TMPDIR" \
	    TMPDIR="$TMPDIR" /bin/sh -c "$1"
}

@test "the documented cron line, under cron's shell and environment" {
	find "$BIN" -maxdepth 1 -type f -exec cp -t "$WRAPPERS" -- {} +
	env_file <<-END
		# a comment
		; another

		export POSTGRES_HOST='127.0.0.1'
		POSTGRES_PORT="$PGPORT"
		POSTGRES_USER=saasforge
		BACKUP_DIR=$BACKUP_DIR
		GPG_RECIPIENT=<alice@example.com>
		GNUPGHOME=$GNUPGHOME
		S3_BUCKET=backups
		AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL
		AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID
		AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY
	END
	printf 'AWS_REGION=us-east-1\r\nPGSSLMODE=disable' >>settings.env
	in_cron "$WRAPPERS/postgres-backup.sh --encrypt --s3 --env-file $PWD/settings.env"
	assert_equal "$stderr" ''
	assert_equal "$status" 0
	assert_equal "${#lines[@]}" 2
	in_cron "$WRAPPERS/postgres-restore.sh --s3 --latest -f --env-file $PWD/settings.env"
	assert_equal "$status" 0
	same_as_seed saasforge
	nothing_left
}

@test "an environment without HOME and PATH's usual places" {
	find "$BIN" -maxdepth 1 -type f -exec cp -t "$WRAPPERS" -- {} +
	run --separate-stderr env -i PATH=/usr/bin:/bin TMPDIR="$TMPDIR" POSTGRES_HOST=127.0.0.1 \
	    POSTGRES_PORT="$PGPORT" BACKUP_DIR="$BACKUP_DIR" "$WRAPPERS/postgres-backup.sh"
	assert_equal "$stderr" ''
	assert_equal "$status" 0
}

@test "an env file is data: nothing in it is run or expanded" {
	env_file <<-'END'
		BACKUP_DIR=$(touch run1)/`touch run2`
		POSTGRES_PASSWORD="a\"b\\c\$d`e\f #g"
		S3_PREFIX='$HOME; touch run3'
	END
	# what the stage gets is what the file says
	make_program pgdumpstream <<-'END'
		#!/bin/sh
		printf '%s' "$PGPASSWORD" >>"$TMPDIR/../password"
		exit 77
	END
	unset BACKUP_DIR
	run_status 77 postgres-backup.sh --env-file settings.env
	assert_equal "$(<password)" 'a"b\c$d`e\f #g'
	[ -d '$(touch run1)/`touch run2`' ]
	[ ! -e run1 ] && [ ! -e run2 ] && [ ! -e run3 ]
}

@test "lines of an env file that are refused, names that are ignored" {
	echo 'POSTGRES_PASSWORD' | env_file
	run_status 78 postgres-backup.sh --env-file settings.env
	assert_message_one_line
	assert_contains "$stderr" 'settings.env line 1 is not NAME=VALUE'
	printf 'POSTGRES_DB=x\nPOSTGRES_PASSWORD="topsecret\n' | env_file
	run_status 78 postgres-backup.sh --env-file settings.env
	assert_contains "$stderr" "settings.env line 2: the quotes of POSTGRES_PASSWORD's value do not end"
	[[ $stderr != *topsecret* ]]
	printf 'LD_PRELOAD=/x.so\nPATH=/nowhere\n' | env_file
	run_status 0 postgres-backup.sh --env-file settings.env
	assert_contains "$stderr" 'settings.env line 1: LD_PRELOAD is not a setting'
	assert_contains "$stderr" 'settings.env line 2: PATH is not a setting'
	run_status 66 postgres-backup.sh --env-file nosuch.env
	assert_message_one_line
	chmod 644 settings.env
	run_status 0 postgres-backup.sh --env-file settings.env
	assert_contains "$stderr" 'settings.env is open to other users (mode 644)'
}

@test "the environment wins over the file, an option over both" {
	env_file <<-END
		POSTGRES_DB=from_file
		POSTGRES_USER=nobody
	END
	unset POSTGRES_USER
	POSTGRES_USER=saasforge POSTGRES_DB=from_env run_status 66 postgres-backup.sh --env-file settings.env
	assert_contains "$stderr" '"from_env"'
	POSTGRES_USER=saasforge run_status 66 postgres-backup.sh --env-file settings.env
	assert_contains "$stderr" '"from_file"'
	POSTGRES_USER=saasforge run_status 0 postgres-backup.sh --env-file settings.env -d saasforge
}

@test "libpq's variables stand in for those of ours that are not set; PGDATABASE does not" {
	unset POSTGRES_HOST POSTGRES_PORT POSTGRES_USER
	PGDATABASE=seed run_status 0 postgres-backup.sh
	[[ $output == */saasforge_* ]]
	POSTGRES_PORT=$(free_port) run_status 69 postgres-backup.sh
}

# spy PROGRAM...: each notes its environment and arguments, and then does its work
spy() {
	local program

	for program in "$@"; do
		make_program "$program" <<-END
			#!/bin/sh
			{ env; echo "arguments: \$*"; } >>"$BATS_TEST_TMPDIR/seen.$program"
			exec "$BIN/$program" "\$@"
		END
	done
}

@test "a program sees the secrets that it needs, and no others; no argument and no log has one" {
	spy pgdumpstream gzfilter gpgfilter s3put s3cp s3ls s3rm prune
	AWS_SESSION_TOKEN='' POSTGRES_PASSWORD=database-secret run_status 0 postgres-backup.sh -es
	local program secret=$AWS_SECRET_ACCESS_KEY
	grep -q '^PGPASSWORD=database-secret' seen.pgdumpstream
	for program in gzfilter gpgfilter s3put s3cp s3ls prune; do
		if grep -q 'database-secret' "seen.$program"; then false; fi
	done
	for program in s3put s3cp s3ls; do
		grep -q "^AWS_SECRET_ACCESS_KEY=$secret" "seen.$program"
	done
	for program in pgdumpstream gzfilter gpgfilter prune; do
		if grep -q "$secret" "seen.$program"; then false; fi
	done
	if grep -h '^arguments:' seen.* | grep -e "$secret" -e database-secret; then false; fi
	if grep -e "$secret" -e database-secret "$BACKUP_DIR"/*.log; then false; fi
}

@test "in a checkout the programs are in its bin/, installed beside the wrappers, else on PATH" {
	mkdir -p checkout/scripts/backup checkout/bin installed
	cp -- "$REPO"/scripts/backup/*sh checkout/scripts/backup
	cp -- "$REPO"/scripts/backup/*sh installed
	printf '#!/bin/sh\necho "pgdumpstream: beside $0" >&2\nexit 70\n' >checkout/bin/pgdumpstream
	cp checkout/bin/pgdumpstream installed
	chmod +x checkout/bin/* installed/*
	run_status 70 checkout/scripts/backup/postgres-backup.sh
	assert_contains "$stderr" 'checkout/bin/pgdumpstream'
	run_status 70 installed/postgres-backup.sh
	assert_contains "$stderr" 'installed/pgdumpstream'
	ln -s ../installed/postgres-backup.sh bin/link
	run_status 70 bin/link
	assert_contains "$stderr" 'installed/pgdumpstream'
	run_status 0 postgres-backup.sh
}

@test "--help names every option and setting that the source knows; --version" {
	local script name
	for script in postgres-backup.sh postgres-restore.sh; do
		run_status 0 "$script" --help
		assert_equal "$stderr" ''
		for name in $(sed -n '/^parse_options/,/^}/p' "$WRAPPERS/$script" |
		    grep -oE '^[[:space:]]+-[-a-z0-9| ]+\)' | tr -d '|)'); do
			assert_contains "$output" " $name"
		done
		run_status 0 "$script" -h
		run_status 0 "$script" --version
		assert_equal "$output" "$script $("$BIN/gzfilter" --version | cut -d ' ' -f 2)"
	done
	output=$(postgres-backup.sh --help && postgres-restore.sh --help)
	for name in $(sed -n "/^readonly ENV_FILE_NAMES/,/'\$/p" "$WRAPPERS/postgres-common.bash" |
	    grep -oE '[A-Z0-9_]+_[A-Z]+|GNUPGHOME' | grep -v ENV_FILE); do
		assert_contains "$output" "  $name "
	done
}
