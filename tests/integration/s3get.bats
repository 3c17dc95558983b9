#!/usr/bin/env bats
#
# s3get against a real store. Round trips of sizes and keys are in s3put.bats.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

setup_file() {
	s3_start
	s3_make_bucket bucket
	export BIG=$BATS_FILE_TMPDIR/big
	head -c 30000000 /dev/urandom >"$BIG"
	s3put --part-size 5M s3://bucket/big <"$BIG"
}

teardown_file() {
	s3_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	small_disk_gone "$BATS_TEST_TMPDIR/disk"
}

@test "help and version" {
	run_status 0 s3get --help
	for option in --jobs --part-size --help --version; do
		assert_contains "$output" "$option"
	done
	run_status 0 s3get --version
	[[ $output =~ ^s3get\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "wrong usage is refused" {
	local args
	for args in "" --bogus "-j 0 s3://bucket/k" "--part-size 1 s3://bucket/k" s3://bucket \
	    bucket/k "s3://bucket/k more"; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 s3get $args
		assert_message_one_line
	done
}

@test "nothing is written to a terminal" {
	need script
	run_status 64 script -qec "s3get s3://bucket/big 2>err" /dev/null
	assert_contains "$(<err)" terminal
}

@test "any number of ranges at any size gives the same bytes" {
	local jobs size
	for jobs in 1 2 7 64; do
		for size in 64K 1M 30000000 64M; do
			s3get -j $jobs --part-size $size s3://bucket/big | cmp - "$BIG"
		done
	done
}

@test "what does not exist is 66, what is forbidden 77" {
	run_status 66 s3get s3://bucket/none
	assert_message_one_line
	assert_contains "$stderr" "s3://bucket/none"
	assert_contains "$stderr" NoSuchKey
	run_status 66 s3get s3://nobucket/big
	assert_message_one_line
	assert_contains "$stderr" NoSuchBucket
	run_status 77 env AWS_SECRET_ACCESS_KEY=wrong s3get s3://bucket/big
	assert_message_one_line s3get
	assert_equal "$output" ""
}

@test "closed, full and abandoned standard output" {
	run_status 74 sh -c 'exec s3get s3://bucket/big >&-'
	assert_message_one_line s3get
	run_status 74 sh -c 'exec s3get s3://bucket/big >/dev/full'
	assert_message_one_line s3get
	assert_contains "$stderr" "No space left"
	run_status 0 bash -c 's3get s3://bucket/big | head -c 10 >/dev/null; echo "${PIPESTATUS[0]}"'
	assert_equal "$output" 74
	assert_contains "$stderr" "reader went away"
	small_disk disk 8m
	run_status 74 sh -c 'exec s3get s3://bucket/big >disk/file'
	assert_message_one_line s3get
	cmp -n "$(stat -c %s disk/file)" disk/file "$BIG"
}

@test "a signal ends it, even while its reader sleeps" {
	local signal
	mkfifo pipe
	exec 9<>pipe
	for signal in TERM INT HUP; do
		env --default-signal s3get s3://bucket/big >pipe 2>err 3>&- &
		local pid=$! status=0
		# the pipe is full when its bytes stop growing: the writer is asleep in write(2)
		wait_until 20 sh -c "grep -q pipe_write /proc/$pid/task/*/wchan || sleep 0.5"
		kill -$signal $pid
		wait $pid || status=$?
		assert_equal "$status" $((128 + $(kill -l $signal)))
		assert_contains "$(<err)" "SIG$signal"
	done
}

@test "a store that dies in the middle is a failure" {
	export AWS_MAX_ATTEMPTS=3
	mkfifo pipe
	s3get -j 1 --part-size 5M s3://bucket/big >pipe 2>err 3>&- &
	local pid=$! status=0
	exec 9<pipe
	head -c 1000000 <&9 >begin
	s3_kill
	cat <&9 >rest
	wait $pid || status=$?
	assert_equal "$status" 69
	assert_equal "$(wc -l <err)" 1
	assert_contains "$(<err)" "$AWS_ENDPOINT_URL"
	cat begin rest >got
	cmp -n "$(stat -c %s got)" got "$BIG"
}
