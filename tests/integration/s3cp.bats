#!/usr/bin/env bats
#
# s3cp against a real store.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

setup_file() {
	s3_start
	s3_make_bucket bucket
	s3_make_bucket other
	export BIG=$BATS_FILE_TMPDIR/big
	head -c 12000000 /dev/urandom >"$BIG"
	s3put --content-type text/x-sql --metadata made-by=us s3://bucket/big <"$BIG"
}

teardown_file() {
	s3_stop
}

# same_as_big URI: content and metadata
same_as_big() {
	s3get "$1" | cmp - "$BIG"
	run_status 0 s3_request HEAD "/${1#s3://}" --head
	assert_contains "$output" "text/x-sql"
	assert_contains "$output" "x-amz-meta-made-by: us"
}

@test "help and version" {
	run_status 0 s3cp --help
	for option in --storage-class --multipart-threshold --part-size --jobs --help --version; do
		assert_contains "$output" "$option"
	done
	run_status 0 s3cp --version
}

@test "wrong usage is refused" {
	local args
	for args in "" --bogus s3://bucket/a "s3://bucket/a s3://bucket" "s3://bucket s3://bucket/a" \
	    "s3://bucket/a s3://bucket/b s3://bucket/c" "a b" "--part-size 1M s3://bucket/a s3://bucket/b" \
	    "--multipart-threshold 6G s3://bucket/a s3://bucket/b" "-j 0 s3://bucket/a s3://bucket/b"; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 s3cp $args
		assert_message_one_line
	done
}

@test "a copy has the content and the metadata, in another bucket too" {
	run_status 0 s3cp s3://bucket/big s3://bucket/copy
	assert_equal "$output$stderr" ""
	same_as_big s3://bucket/copy
	s3cp s3://bucket/big "s3://other/a copy+%"
	s3get "s3://other/a copy+%" | cmp - "$BIG"
}

@test "onto itself with another storage class" {
	s3cp s3://bucket/big s3://bucket/self
	for class in STANDARD_IA GLACIER; do
		s3cp --storage-class $class s3://bucket/self s3://bucket/self
		assert_equal "$(s3ls s3://bucket/self | cut -f3)" $class
		same_as_big s3://bucket/self
	done
	run s3cp s3://bucket/big s3://bucket/big
	[ "$status" -ne 0 ]
	same_as_big s3://bucket/big
}

@test "in parts, above the threshold" {
	s3cp --multipart-threshold 12000000 --part-size 5M s3://bucket/big s3://bucket/whole
	s3ls --json s3://bucket/whole | jq -e '.etag | endswith("-3") | not'
	s3cp --multipart-threshold 11999999 --part-size 5M --storage-class GLACIER s3://bucket/big \
	    s3://bucket/parts
	s3ls --json s3://bucket/parts | jq -e '.storage_class == "GLACIER" and (.etag | endswith("-3"))'
	same_as_big s3://bucket/parts
	s3cp -j 1 --multipart-threshold 0 --part-size 5M s3://bucket/parts s3://bucket/parts
	same_as_big s3://bucket/parts
	assert_equal "$(s3ls --uploads s3://bucket)" ""
}

@test "empty objects and odd keys" {
	s3put s3://bucket/empty </dev/null
	s3cp --multipart-threshold 0 s3://bucket/empty s3://bucket/empty2
	assert_equal "$(s3ls s3://bucket/empty2 | cut -f2)" 0
	for key in 'a b' ü 'a+b' 'a%20b' $'new\nline' 'a?b&c=d' ../up; do
		s3put "s3://bucket/$key" <<<"$key"
		s3cp "s3://bucket/$key" "s3://bucket/copy of/$key"
		assert_equal "$(s3get "s3://bucket/copy of/$key")" "$key"
	done
}

@test "what does not exist is named" {
	run_status 66 s3cp s3://bucket/none s3://bucket/copy2
	assert_message_one_line
	assert_contains "$stderr" s3://bucket/none
	run_status 66 s3cp s3://bucket/big s3://nobucket/copy
	assert_message_one_line
	assert_contains "$stderr" nobucket
	run_status 77 env AWS_SECRET_ACCESS_KEY=wrong s3cp s3://bucket/big s3://bucket/copy2
	assert_message_one_line s3cp
	run s3cp --storage-class BOGUS s3://bucket/big s3://bucket/copy2
	[ "$status" -ne 0 ]
	assert_equal "$(s3ls s3://bucket/copy2)" ""
}
