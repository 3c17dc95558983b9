#!/usr/bin/env bats
#
# What no real store does on demand: a scripted proxy (tests/support/s3faults.py) between the
# programs and a real one. After each fault the result is either right or a clear failure.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

setup_file() {
	need python3
	s3_start
	s3_make_bucket bucket
	export STORE=$AWS_ENDPOINT_URL
	export BIG=$BATS_FILE_TMPDIR/big
	head -c 12000000 /dev/urandom >"$BIG"
	s3put s3://bucket/big <"$BIG"
}

teardown_file() {
	s3_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	proxy=
}

teardown() {
	[ -z "$proxy" ] || kill "$proxy"
}

# faults RULE...: from now on the programs speak to the proxy; see s3faults.py
faults() {
	"$REPO/tests/support/s3faults.py" port log "${STORE##*:}" "$@" 3>&- &
	proxy=$!
	wait_until 20 test -s port
	AWS_ENDPOINT_URL=http://127.0.0.1:$(<port)
}

# requests METHOD PATTERN: how many the proxy has seen
requests() {
	grep -c "^$1 .*$2" log || true
}

# is_stored KEY FILE, is_absent KEY: what the store itself holds
is_stored() {
	AWS_ENDPOINT_URL=$STORE s3get "s3://bucket/$1" | cmp - "$2"
}

is_absent() {
	AWS_ENDPOINT_URL=$STORE run_status 66 s3get "s3://bucket/$1"
	assert_equal "$(AWS_ENDPOINT_URL=$STORE s3ls --uploads "s3://bucket/$1")" ""
}

@test "s3put: a part that fails is sent again" {
	local fault
	for fault in status:500:InternalError status:503:SlowDown status:502: status:503:SlowDown:1 \
	    status:400:RequestTimeout refuse lost no-etag etag:00000000000000000000000000000000; do
		rm -f port log
		faults "1 PUT partNumber=2 $fault"
		run_status 0 s3put --part-size 5M s3://bucket/again <"$BIG"
		assert_equal "$stderr" ""
		assert_equal "$(requests PUT partNumber=2)" 2
		is_stored again "$BIG"
		kill "$proxy"
		proxy=
	done
}

@test "s3put: every other request that fails is sent again" {
	faults "2 POST uploads= status:500:InternalError" "1 POST uploadId= error200:InternalError" \
	    "1 POST uploadId= status:503:SlowDown" "1 PUT small status:500:InternalError"
	run_status 0 s3put --part-size 5M s3://bucket/every <"$BIG"
	assert_equal "$(requests POST uploads=)" 3
	assert_equal "$(requests POST uploadId=)" 3
	is_stored every "$BIG"
	echo text >text
	run_status 0 s3put s3://bucket/small <text
	assert_equal "$(requests PUT small)" 2
	is_stored small text
}

@test "s3put: a part that always fails ends the upload, which is aborted" {
	export AWS_MAX_ATTEMPTS=3
	faults "99 PUT partNumber=2 status:500:InternalError"
	run_status 69 s3put --part-size 5M s3://bucket/never <"$BIG"
	assert_message_one_line
	assert_contains "$stderr" "InternalError"
	assert_equal "$(requests PUT partNumber=2)" 3
	assert_equal "$(requests DELETE uploadId=)" 1
	is_absent never
}

@test "s3put: bytes that the store did not receive as they were sent are a failure" {
	export AWS_MAX_ATTEMPTS=2
	faults "99 PUT . etag:00000000000000000000000000000000"
	run_status 76 s3put --part-size 5M s3://bucket/damaged <"$BIG"
	assert_message_one_line
	assert_contains "$stderr" "other bytes"
	is_absent damaged
}

@test "s3put: an ETag that is no MD5, as with SSE-KMS, is taken" {
	faults "99 PUT . etag:an-opaque-tag"
	echo text >text
	run_status 0 s3put s3://bucket/opaque <text
	is_stored opaque text
}

@test "s3put: 200 with an error as its body completes nothing" {
	export AWS_MAX_ATTEMPTS=2
	faults "99 POST uploadId= error200:InternalError"
	run_status 69 s3put --part-size 5M s3://bucket/hidden <"$BIG"
	assert_message_one_line
	assert_contains "$stderr" "InternalError"
	is_absent hidden
}

@test "s3put: an answer to the completion that is no XML completes nothing" {
	export AWS_MAX_ATTEMPTS=2
	faults "99 POST uploadId= garbage"
	run_status 76 s3put --part-size 5M s3://bucket/garbage <"$BIG"
	assert_message_one_line
	is_absent garbage
}

@test "s3put: a completion whose answer is lost is found to have worked" {
	local fault
	for fault in lost hidden200:InternalError; do
		rm -f port log
		faults "1 POST uploadId= $fault" "99 POST uploadId= status:404:NoSuchUpload"
		run_status 0 s3put --part-size 5M "s3://bucket/$fault" <"$BIG"
		is_stored "$fault" "$BIG"
		kill "$proxy"
		proxy=
	done
}

@test "s3put: another object under the key does not pass for a completion whose answer is lost" {
	AWS_ENDPOINT_URL=$STORE s3put --part-size 6M s3://bucket/other <"$BIG"
	faults "99 POST uploadId= status:404:NoSuchUpload"
	run_status 66 s3put --part-size 5M s3://bucket/other <"$BIG"
	assert_message_one_line
	assert_contains "$stderr" NoSuchUpload
}

@test "s3put: where nobody can abort the upload, the message says what is left" {
	export AWS_MAX_ATTEMPTS=1
	faults "9 PUT partNumber=1 status:403:AccessDenied" "9 DELETE . status:403:AccessDenied"
	run_status 77 s3put --part-size 5M s3://bucket/stuck <"$BIG"
	assert_message_one_line
	assert_contains "$stderr" "left behind"
	assert_contains "$(AWS_ENDPOINT_URL=$STORE s3ls --uploads s3://bucket/stuck)" "stuck"
	AWS_ENDPOINT_URL=$STORE s3rm --uploads s3://bucket/stuck
}

@test "s3put: a 4xx is not tried again" {
	faults "9 PUT . status:400:EntityTooLarge"
	echo text >text
	run_status 76 s3put s3://bucket/refused <text
	assert_contains "$stderr" "EntityTooLarge"
	assert_equal "$(requests PUT .)" 1
}

@test "s3put --commit: a lost answer is no failure, a failing store keeps the receipt" {
	export AWS_MAX_ATTEMPTS=2
	faults "2 POST uploadId= status:503:SlowDown" "1 POST uploadId= lost"
	s3put --part-size 5M --stage receipt s3://bucket/commit <"$BIG"
	run_status 69 s3put --commit receipt s3://bucket/commit
	assert_message_one_line
	test -s receipt
	run_status 0 s3put --commit receipt s3://bucket/commit
	test ! -e receipt
	is_stored commit "$BIG"
}

@test "s3get: a broken range goes on where it broke" {
	local fault
	for fault in truncate reset status:500:InternalError status:503:SlowDown refuse lost; do
		rm -f port log
		faults "3 GET /bucket/big $fault"
		run_status 0 sh -c "s3get --part-size 5M s3://bucket/big >out"
		cmp out "$BIG"
		assert_equal "$(requests GET /bucket/big)" 6
		kill "$proxy"
		proxy=
	done
}

@test "s3get: an answer that is not the range asked for is refused" {
	export AWS_MAX_ATTEMPTS=2
	local fault
	for fault in whole shift garbage etag:other no-etag; do
		rm -f port log
		faults "1 GET /bucket/big passed" "99 GET /bucket/big $fault"
		run_status 76 sh -c "exec s3get -j 1 --part-size 5M s3://bucket/big >out"
		assert_message_one_line s3get
		assert_equal "$(stat -c %s out)" 5242880
		kill "$proxy"
		proxy=
	done
}

@test "s3get: output is never more than what is right" {
	export AWS_MAX_ATTEMPTS=1
	faults "1 GET /bucket/big passed" "99 GET /bucket/big truncate"
	run_status 69 sh -c "exec s3get -j 1 --part-size 5M s3://bucket/big >out"
	assert_message_one_line s3get
	assert_equal "$(stat -c %s out)" 5242880
	cmp -n 5242880 out "$BIG"
}

@test "s3get: a replaced object is never mixed" {
	faults "1 GET /bucket/mixed truncate" "99 GET /bucket/mixed status:412:PreconditionFailed"
	AWS_ENDPOINT_URL=$STORE s3put s3://bucket/mixed <"$BIG"
	run_status 75 sh -c "exec s3get -j 1 --part-size 5M s3://bucket/mixed >out"
	assert_message_one_line s3get
	assert_contains "$stderr" "changed"
	assert_equal "$(stat -c %s out)" 0
}

@test "s3ls: a page that is cut short is fetched again, garbage is refused" {
	export AWS_MAX_ATTEMPTS=2
	faults "1 GET list-type truncate" "9 GET list-type garbage"
	run_status 69 env AWS_MAX_ATTEMPTS=1 s3ls s3://bucket/big
	assert_equal "$output" ""
	run_status 76 s3ls s3://bucket/big
	assert_message_one_line
	assert_equal "$output" ""
	kill "$proxy"
	rm -f port log
	faults "1 GET list-type truncate"
	run_status 0 s3ls s3://bucket/big
	assert_contains "$output" big
}

@test "s3rm: an error in a 200, or an answer for too few keys, is a failure" {
	export AWS_MAX_ATTEMPTS=1
	AWS_ENDPOINT_URL=$STORE s3put s3://bucket/kept </dev/null
	faults "1 POST delete error200:AccessDenied" "1 POST delete garbage" \
	    "1 POST delete body:<DeleteResult></DeleteResult>" "1 POST delete body:<html></html>"
	run_status 77 s3rm s3://bucket <<<kept
	assert_message_one_line
	for _ in 1 2 3; do
		run_status 76 s3rm s3://bucket <<<kept
		assert_message_one_line
	done
	AWS_ENDPOINT_URL=$STORE s3get s3://bucket/kept
}

@test "s3cp: an error in a 200 is a failure, or tried again" {
	faults "1 PUT copied error200:InternalError" "1 PUT refused error200:AccessDenied"
	run_status 0 s3cp s3://bucket/big s3://bucket/copied
	is_stored copied "$BIG"
	run_status 77 s3cp s3://bucket/big s3://bucket/refused
	assert_message_one_line
	is_absent refused
}

@test "s3cp: a part that cannot be copied leaves nothing" {
	faults "9 PUT partNumber=2 error200:AccessDenied"
	run_status 77 s3cp --multipart-threshold 1M --part-size 5M s3://bucket/big s3://bucket/partly
	assert_message_one_line
	is_absent partly
}

@test "clock skew, wrong region and expired credentials are told apart" {
	export AWS_MAX_ATTEMPTS=1
	faults "1 GET . status:403:RequestTimeTooSkewed" "1 GET . status:301:PermanentRedirect" \
	    "1 GET . status:403:ExpiredToken" "1 GET . status:403:InvalidObjectState"
	run_status 77 s3get s3://bucket/big
	assert_contains "$stderr" "clock"
	run_status 78 s3get s3://bucket/big
	assert_contains "$stderr" "region"
	run_status 77 s3get s3://bucket/big
	assert_contains "$stderr" "temporary credentials"
	run_status 75 s3get s3://bucket/big
	assert_contains "$stderr" "cold storage"
}
