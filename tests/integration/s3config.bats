#!/usr/bin/env bats
#
# What the S3 programs take from the environment, and TLS.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

setup_file() {
	s3_start
	s3_make_bucket bucket
	s3put s3://bucket/key <<<content
}

teardown_file() {
	s3_stop
}

# refuses STATUS PART VARIABLE=VALUE...: s3get says so in one line
refuses() {
	local expected=$1 part=$2
	shift 2
	run_status "$expected" env "$@" s3get s3://bucket/key
	assert_message_one_line s3get
	assert_contains "$stderr" "$part"
	assert_equal "$output" ""
}

@test "missing credentials are named" {
	refuses 78 AWS_ACCESS_KEY_ID -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY
	refuses 78 AWS_ACCESS_KEY_ID -u AWS_ACCESS_KEY_ID
	refuses 78 AWS_SECRET_ACCESS_KEY -u AWS_SECRET_ACCESS_KEY
	refuses 78 AWS_SECRET_ACCESS_KEY AWS_SECRET_ACCESS_KEY=
}

@test "unusable values are named, and no secret is shown" {
	refuses 78 AWS_SECRET_ACCESS_KEY "AWS_SECRET_ACCESS_KEY=top secret"
	[[ $stderr != *"top secret"* ]]
	refuses 78 AWS_REGION "AWS_REGION=eu central"
	refuses 78 AWS_DEFAULT_REGION -u AWS_REGION "AWS_DEFAULT_REGION=a/b"
	refuses 78 AWS_ENDPOINT_URL AWS_ENDPOINT_URL=localhost:9000
	refuses 78 AWS_ENDPOINT_URL AWS_ENDPOINT_URL=ftp://localhost
	refuses 78 AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_S3=http://
	refuses 78 AWS_ENDPOINT_URL AWS_ENDPOINT_URL=http://user:secret@localhost
	[[ $stderr != *secret* ]]
	refuses 78 AWS_MAX_ATTEMPTS AWS_MAX_ATTEMPTS=0
}

@test "AWS_ENDPOINT_URL_S3 comes before AWS_ENDPOINT_URL" {
	run_status 0 env AWS_ENDPOINT_URL_S3="$AWS_ENDPOINT_URL/" AWS_ENDPOINT_URL=http://127.0.0.1:1 \
	    s3get s3://bucket/key
	assert_equal "$output" content
}

@test "TLS: an unknown CA is refused, a given one accepted" {
	refuses 69 "AWS_CA_BUNDLE" -u AWS_CA_BUNDLE AWS_ENDPOINT_URL="$S3_TLS_ENDPOINT_URL"
	assert_contains "$stderr" certificate
	refuses 78 "AWS_CA_BUNDLE" AWS_CA_BUNDLE=/no/file AWS_ENDPOINT_URL="$S3_TLS_ENDPOINT_URL"
	export AWS_CA_BUNDLE=$S3_TLS_CERT \
	    AWS_ENDPOINT_URL=${S3_TLS_ENDPOINT_URL/localhost/127.0.0.1}
	head -c 12000000 /dev/urandom >"$BATS_TEST_TMPDIR/big"
	s3put --part-size 5M s3://bucket/tls <"$BATS_TEST_TMPDIR/big"
	s3get --part-size 1M s3://bucket/tls | cmp - "$BATS_TEST_TMPDIR/big"
}

@test "an endpoint that is no S3 store, or not there" {
	export AWS_MAX_ATTEMPTS=1
	refuses 69 "check AWS_ENDPOINT_URL" AWS_ENDPOINT_URL="http://127.0.0.1:$(free_port)"
	refuses 69 "no-such-host.invalid" AWS_ENDPOINT_URL=http://no-such-host.invalid
	refuses 69 "check AWS_ENDPOINT_URL" AWS_ENDPOINT_URL="${S3_TLS_ENDPOINT_URL/https/http}"
	refuses 69 "check AWS_ENDPOINT_URL" AWS_ENDPOINT_URL="${AWS_ENDPOINT_URL/http/https}"
}

