#!/usr/bin/env bats
#
# s3ls and s3rm against a real store, alone and piped into each other.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

setup_file() {
	s3_start
	s3_make_bucket bucket
}

teardown_file() {
	s3_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# put KEY...: small objects
put() {
	local key
	for key in "$@"; do
		s3put -- "s3://bucket/$key" <<<"$key"
	done
}

# put_many N PREFIX: N objects, fast: by one curl
put_many() {
	: >empty
	seq -f "url = \"$AWS_ENDPOINT_URL/bucket/$2%05g\"
upload-file = \"empty\"" "$1" >many
	curl -sS -o /dev/null --fail -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --parallel --parallel-max 8 \
	    --aws-sigv4 "aws:amz:$AWS_REGION:s3" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
	    --config many
}

@test "help and version" {
	run_status 0 s3ls --help
	for option in --json --uploads --null --help --version; do
		assert_contains "$output" "$option"
	done
	run_status 0 s3rm --help
	for option in --null --uploads --older-than --help --version; do
		assert_contains "$output" "$option"
	done
	run_status 0 s3ls --version
	run_status 0 s3rm --version
}

@test "wrong usage is refused" {
	local args
	for args in "" --bogus "-0 --json s3://bucket" "-0 --uploads s3://bucket" bucket \
	    "s3://bucket s3://bucket"; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 s3ls $args
		assert_message_one_line
	done
	for args in "" --bogus "-0 --uploads s3://bucket" "--older-than 1d s3://bucket" \
	    "--uploads --older-than 1 s3://bucket" "--uploads --older-than d s3://bucket" \
	    "--uploads --older-than 1w s3://bucket" "-0 s3://bucket/key" bucket "s3://bucket/a s3://bucket/b"; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 s3rm $args </dev/null
		assert_message_one_line
	done
}

@test "a line has time, size, class and key" {
	put line/one
	run_status 0 s3ls s3://bucket/line/
	[[ $(cut -f1 <<<"$output") =~ ^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z$ ]]
	assert_equal "$(cut -f2- <<<"$output")" $'9\tSTANDARD\tline/one'
	s3ls --json s3://bucket/line/ | jq -e --arg md5 "$(md5sum <<<line/one | cut -d' ' -f1)" \
	    '.key == "line/one" and .size == 9 and .storage_class == "STANDARD" and .etag == $md5 and
	    (.last_modified | fromdate > 0)'
	assert_equal "$(s3ls s3://bucket/nothing-here)" ""
}

@test "keys with control characters forge no line" {
	local forged=$'ctl/a\n2026-01-01T00:00:00Z\t1\tSTANDARD\tprecious'
	put "$forged" $'ctl/tab\there' ctl/plain
	run_status 65 s3ls s3://bucket/ctl/
	assert_message_one_line
	assert_contains "$stderr" "2 keys"
	assert_equal "${#lines[@]}" 1
	assert_contains "$output" ctl/plain
	s3ls -0 s3://bucket/ctl/ | cmp - <(printf '%s\0' "$forged" ctl/plain $'ctl/tab\there')
	s3ls --json s3://bucket/ctl/ | jq -es --arg key "$forged" 'length == 3 and .[0].key == $key'
}

@test "a bucket that does not exist, and a wrong secret" {
	run_status 66 s3ls s3://nobucket
	assert_message_one_line
	assert_contains "$stderr" NoSuchBucket
	run_status 77 env AWS_SECRET_ACCESS_KEY=wrong s3ls s3://bucket
	assert_message_one_line s3ls
	run_status 66 s3rm s3://nobucket <<<key
	assert_message_one_line
	run_status 77 env AWS_SECRET_ACCESS_KEY=wrong s3rm s3://bucket <<<key
	assert_message_one_line s3rm
}

@test "closed and full standard output" {
	put full/x
	run_status 74 sh -c 'exec s3ls s3://bucket/full >&-'
	assert_message_one_line s3ls
	run_status 74 sh -c 'exec s3ls s3://bucket/full >/dev/full'
	assert_message_one_line s3ls
}

@test "2,500 keys are listed and deleted, and no other" {
	put_many 2500 many/
	put mandible
	run_status 0 s3ls s3://bucket/many/
	assert_equal "${#lines[@]}" 2500
	cut -f4 <<<"$output" | cmp - <(seq -f 'many/%05g' 2500)
	s3ls s3://bucket/many/ | tail -n +2 | s3rm s3://bucket
	assert_equal "$(s3ls s3://bucket/man | cut -f4 | paste -sd ' ')" "mandible many/00001"
	run_status 0 s3rm s3://bucket/many/00001
	assert_equal "$(s3ls s3://bucket/many/)" ""
}

@test "keys of every kind are deleted" {
	put 'odd/a b' odd/ü 'odd/a+b' 'odd/a%20b' 'odd/<&>"' $'odd/c\001trl' $'odd/new\nline' $'odd/ta\tb' \
	    odd/../up $'odd/cr\r' 'odd/keep'
	s3ls -0 s3://bucket/odd/ | grep -zv keep | s3rm -0 s3://bucket
	assert_equal "$(s3ls -0 s3://bucket/odd/ | tr '\0' ' ')" "odd/keep "
}

@test "plain keys and empty lines are read, other lines stop it" {
	put lines/a lines/b lines/c
	printf 'lines/a\n\nlines/b' | s3rm s3://bucket
	assert_equal "$(s3ls s3://bucket/lines/ | cut -f4)" lines/c
	local line
	for line in $'lines/c\t' $'x\tlines/c' $'2026-01-01T00:00:00Z\tid\tlines/c' \
	    $'yesterday\t1\tSTANDARD\tlines/c' $'2026-01-01T00:00:00Z\tmany\tSTANDARD\tlines/c' \
	    $'2026-01-01T00:00:00Z\t1\tSTANDARD\tlines\tc' $'2026-01-01T00:00:00Z\t1\tSTANDARD\t' \
	    "$(printf '%01025d' 1)"; do
		run_status 65 s3rm s3://bucket <<<"lines/c
$line"
		assert_message_one_line
		assert_contains "$stderr" "line 2"
	done
	run_status 65 s3rm s3://bucket < <(printf 'a\0b\n')
	assert_contains "$stderr" -0
	assert_equal "$(s3ls s3://bucket/lines/ | cut -f4)" lines/c
	run_status 74 sh -c "exec s3rm s3://bucket <&-"
	assert_message_one_line s3rm
}

@test "each key that cannot be deleted is reported" {
	put denied/a denied/b denied/c
	s3_request PUT '/bucket?policy=' -d '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny",
	    "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/denied/b"}]}'
	run_status 77 s3rm s3://bucket < <(printf 'denied/a\ndenied/b\ndenied/c\n')
	s3_request DELETE '/bucket?policy='
	assert_contains "$stderr" "s3://bucket/denied/b"
	assert_contains "$stderr" AccessDenied
	assert_contains "$stderr" "1 of 3 keys were not deleted"
	assert_equal "${#stderr_lines[@]}" 2
	assert_equal "$(s3ls s3://bucket/denied | cut -f4)" denied/b
}

@test "incomplete uploads are listed and removed by age and prefix" {
	s3put --stage one s3://bucket/up/one <<<1
	s3put --stage two s3://bucket/up/two <<<2
	s3put --stage odd $'s3://bucket/up/o\ndd +' <<<2
	run_status 65 s3ls --uploads s3://bucket/up/
	assert_equal "${#lines[@]}" 2
	assert_equal "$(cut -f2,3 <<<"${lines[0]}")" "$(jq -r .upload_id one)"$'\tup/one'
	s3ls --uploads --json s3://bucket/up/ | jq -es 'length == 3 and .[0].key == "up/o\ndd +"'
	run_status 65 s3rm s3://bucket < <(s3ls --uploads s3://bucket/up/one)
	s3rm --uploads --older-than 1h s3://bucket/up/
	assert_equal "$(s3ls --uploads --json s3://bucket/up/ | wc -l)" 3
	s3rm --uploads s3://bucket/up/o
	assert_equal "$(s3ls --uploads s3://bucket/up/ | cut -f3)" up/two
	sleep 1.1
	s3rm --uploads --older-than 1s s3://bucket/up/
	assert_equal "$(s3ls --uploads s3://bucket/up/)" ""
}

@test "1,200 incomplete uploads take more than one page" {
	seq -f "url = \"$AWS_ENDPOINT_URL/bucket/pages/%05g?uploads=\"
request = \"POST\"" 1200 >many
	curl -sS -o /dev/null --fail -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --parallel --parallel-max 8 \
	    --aws-sigv4 "aws:amz:$AWS_REGION:s3" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
	    --config many
	assert_equal "$(s3ls --uploads s3://bucket/pages/ | cut -f3 | sort -u | wc -l)" 1200
	s3rm --uploads s3://bucket/pages/
	assert_equal "$(s3ls --uploads s3://bucket/pages/)" ""
}
