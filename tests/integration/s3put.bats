#!/usr/bin/env bats
#
# s3put, and s3get as far as it proves what s3put did, against a real store.

# shellcheck disable=SC2030,SC2031,SC2164 # a test is a subshell, with errexit

load ../support/common
load ../support/s3server

PART=5242880

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

teardown() {
	small_disk_gone "$BATS_TEST_TMPDIR/disk"
}

# bytes N FILE: random content
bytes() {
	head -c "$1" /dev/urandom >"$2"
}

# is_stored KEY FILE: as curl sees it, not our s3get
is_stored() {
	s3_request GET "/bucket/$1" | cmp - "$2"
}

# is_absent KEY: neither object nor incomplete upload
is_absent() {
	run_status 22 s3_request GET "/bucket/$1"
	assert_equal "$(s3ls --uploads "s3://bucket/$1")" ""
}

@test "help and version" {
	run_status 0 s3put --help
	for option in --stage --commit --abort --storage-class --content-type --metadata \
	    --part-size --jobs --help --version; do
		assert_contains "$output" "$option"
	done
	run_status 0 s3put --version
	[[ $output =~ ^s3put\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "wrong usage is refused" {
	local args
	for args in "" --bogus "-j 0 s3://bucket/k" "-j 65 s3://bucket/k" "--part-size 4M s3://bucket/k" \
	    "--part-size 6G s3://bucket/k" s3://bucket s3://bucket/ bucket/k s3:///k s3://b/k \
	    "s3://bucket/k more" "s3://bucket/k --" "--stage" "--stage a --commit b s3://bucket/k" \
	    "--commit a s3://bucket/k -- true" "--metadata X=y s3://bucket/k" "--metadata x s3://bucket/k"; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 s3put $args </dev/null
		assert_message_one_line
	done
	run_status 64 s3put --content-type $'a\nx-amz-acl: public-read' s3://bucket/k </dev/null
	assert_message_one_line
	run_status 64 s3put "s3://bucket/$(printf '%1025s' x)" </dev/null
	assert_contains "$stderr" 1024
}

@test "round trips of sizes around the part size" {
	local size
	for size in 0 1 $((PART - 1)) $PART $((PART + 1)) $((2 * PART)) $((3 * PART + 17)); do
		bytes "$size" in
		run_status 0 s3put --part-size 5M s3://bucket/sizes <in
		assert_equal "$stderr" ""
		is_stored sizes in
		s3get --part-size 1M s3://bucket/sizes | cmp - in
		s3get --part-size 64K -j 1 s3://bucket/sizes | cmp - in
	done
}

@test "a stream of one part is one object, a larger one a multipart upload" {
	bytes $PART in
	s3put --part-size 5M s3://bucket/one <in
	s3ls --json s3://bucket/one | jq -e --arg md5 "$(md5sum <in | cut -d' ' -f1)" '.etag == $md5'
	bytes $((PART + 1)) in
	s3put --part-size 5M s3://bucket/two <in
	s3ls --json s3://bucket/two | jq -e '.etag | endswith("-2")'
}

@test "input that trickles in" {
	(for _ in 1 2 3; do
		printf 'word '
		sleep 0.1
	done) | s3put s3://bucket/trickle
	assert_equal "$(s3get s3://bucket/trickle)" "word word word "
}

@test "keys of every kind arrive as they are" {
	local key
	# shellcheck disable=SC2016 # it is to stay as it is
	for key in 'a b' 'ü/ñ/日本語' 'a+b' 'a%20b' '%' "q'uo\"te" $'new\nline' '../up' 'a/../../b' ./dot \
	    'a//b' /lead slash/ 'a?b#c' 'a&b=c;d' '<x>&amp;' $'ta\tb' $'c\001trl' '~!*()' -dash 'back\slash' \
	    '$(x)`y`' "$(printf '%01019d' 1)"; do
		key=keys/$key
		s3put -- "s3://bucket/$key" <<<"content of $key"
		assert_equal "$(s3get -- "s3://bucket/$key")" "content of $key"
		printf '%s\0' "$key" >>keys
	done
	s3ls -0 s3://bucket/keys/ | sort -z | cmp - <(sort -z keys)
}

@test "storage class, content type and metadata reach the store" {
	s3put --storage-class STANDARD_IA --content-type text/x-sql --metadata made-by=us \
	    --metadata two='a b' s3://bucket/meta <<<x
	assert_equal "$(s3ls s3://bucket/meta | cut -f3)" STANDARD_IA
	run_status 0 s3_request HEAD /bucket/meta --head
	assert_contains "$output" "text/x-sql"
	assert_contains "$output" "x-amz-meta-made-by: us"
	assert_contains "$output" "x-amz-meta-two: a b"
	bytes $((PART + 1)) in
	s3put --part-size 5M --storage-class GLACIER s3://bucket/meta2 <in
	assert_equal "$(s3ls s3://bucket/meta2 | cut -f3)" GLACIER
}

@test "stage makes no object, commit makes it, once and again" {
	bytes $((2 * PART)) in
	run_status 0 s3put --part-size 5M --stage receipt s3://bucket/staged <in
	run_status 22 s3_request GET /bucket/staged
	assert_equal "$(stat -c %a receipt)" 600
	jq -e '.state == "staged" and .bytes == 10485760 and (.parts | length) == 2' receipt
	run ! grep -F -e "$AWS_SECRET_ACCESS_KEY" -e "$AWS_ACCESS_KEY_ID" receipt
	cp receipt again
	run_status 0 s3put --commit receipt s3://bucket/staged
	test ! -e receipt
	is_stored staged in
	run_status 0 s3put --commit again s3://bucket/staged
	test ! -e again
	is_stored staged in
}

@test "an empty stream can be staged" {
	s3put --stage receipt s3://bucket/nothing </dev/null
	s3put --commit receipt s3://bucket/nothing
	assert_equal "$(s3get s3://bucket/nothing | wc -c)" 0
	assert_equal "$(s3ls s3://bucket/nothing | cut -f2)" 0
}

@test "abort leaves nothing, and a commit after it fails" {
	export AWS_MAX_ATTEMPTS=2
	s3put --stage receipt s3://bucket/aborted <<<x
	cp receipt again
	run_status 0 s3put --abort receipt s3://bucket/aborted
	test ! -e receipt
	is_absent aborted
	run s3put --commit again s3://bucket/aborted
	[ "$status" -ne 0 ]
	test -e again
	is_absent aborted
}

@test "a receipt is not overwritten, and fits only its own upload" {
	s3put --stage receipt s3://bucket/first <<<x
	run_status 73 s3put --stage receipt s3://bucket/second <<<y
	assert_message_one_line
	assert_equal "$(s3ls --uploads s3://bucket/second)" ""
	run_status 65 s3put --commit receipt s3://bucket/second
	assert_message_one_line
	run_status 65 env AWS_ENDPOINT_URL="$S3_TLS_ENDPOINT_URL" s3put --commit receipt s3://bucket/first
	assert_contains "$stderr" AWS_ENDPOINT_URL
	s3put --abort receipt s3://bucket/first
}

@test "a damaged or missing receipt is refused" {
	local text
	run_status 66 s3put --commit none s3://bucket/k
	assert_message_one_line
	s3put --stage receipt s3://bucket/k <<<x
	for text in '' '{' 'null' '[]' '{}' 'gzip?' "$(jq 'del(.upload_id)' receipt)" \
	    "$(jq '.state = "done"' receipt)" "$(jq '.bytes = 3' receipt)" "$(jq '.parts = []' receipt)" \
	    "$(jq '.parts[0].etag = ""' receipt)" "$(jq '.parts[0].md5 = "12"' receipt)" \
	    "$(jq '.format = "x"' receipt)" "$(head -c 100 receipt)" "$(jq '.key = "%zz"' receipt)"; do
		printf '%s' "$text" >damaged
		run s3put --commit damaged s3://bucket/k
		[ "$status" -eq 65 ] || [[ $text == *%zz* && $status -eq 76 ]]
		test -e damaged
	done
	head -c 9000000 /dev/zero >damaged
	run_status 65 s3put --commit damaged s3://bucket/k
	run_status 22 s3_request GET /bucket/k
	s3put --abort receipt s3://bucket/k
}

@test "a receipt that cannot be written uploads nothing" {
	run_status 73 s3put --stage no/dir/receipt s3://bucket/norec <<<x
	assert_message_one_line
	is_absent norec
	small_disk disk 4k
	head -c 100000 /dev/zero >disk/full 2>/dev/null || true
	run s3put --stage disk/receipt s3://bucket/norec <<<x
	[ "$status" -eq 73 ] || [ "$status" -eq 74 ]
	is_absent norec
	assert_equal "$(find disk -name 'receipt*')" ""
}

@test "a killed stage leaves an upload that can be listed, aborted and removed" {
	mkfifo pipe
	s3put --part-size 5M --stage receipt s3://bucket/killed <pipe 3>&- &
	local pid=$!
	exec 9>pipe
	head -c 11000000 /dev/zero >&9
	wait_until 20 test -s receipt
	kill -9 $pid
	wait $pid || true
	exec 9>&-
	run_status 22 s3_request GET /bucket/killed
	assert_contains "$(s3ls --uploads s3://bucket/killed)" killed
	jq -e '.state == "uploading"' receipt
	run_status 65 s3put --commit receipt s3://bucket/killed
	assert_contains "$stderr" --abort
	run_status 0 s3put --abort receipt s3://bucket/killed
	assert_equal "$(s3ls --uploads s3://bucket/killed)" ""
}

@test "a signal aborts the upload" {
	local signal
	for signal in TERM INT HUP; do
		mkfifo pipe
		# a shell has what it runs in the background ignore SIGINT
		env --default-signal s3put --part-size 5M s3://bucket/signal <pipe 3>&- 2>err &
		local pid=$!
		exec 9>pipe
		head -c 11000000 /dev/zero >&9
		wait_until 20 sh -c 's3ls --uploads s3://bucket/signal | grep -q signal'
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		assert_equal "$status" $((128 + $(kill -l $signal)))
		exec 9>&-
		is_absent signal
		assert_contains "$(<err)" "stopped by SIG$signal"
		rm pipe
	done
}

@test "with a command, only its success makes an object" {
	run_status 0 s3put s3://bucket/command -- sh -c 'echo output'
	assert_equal "$(s3get s3://bucket/command)" output
	run_status 69 s3put s3://bucket/fails -- sh -c 'echo output; exit 3'
	assert_contains "$stderr" "status 3"
	assert_message_one_line
	is_absent fails
	run_status 69 s3put --part-size 5M s3://bucket/fails -- sh -c 'head -c 12000000 /dev/zero; exit 1'
	is_absent fails
	run_status 69 s3put s3://bucket/fails -- sh -c 'echo output; kill -9 $$'
	assert_contains "$stderr" SIGKILL
	is_absent fails
	run_status 69 s3put s3://bucket/fails -- no-such-command-here
	assert_contains "$stderr" no-such-command-here
	is_absent fails
	run_status 69 s3put --stage receipt s3://bucket/fails -- false
	test ! -e receipt
	is_absent fails
}

@test "with a command, its standard input is ours" {
	printf abc | s3put s3://bucket/through -- tr a-z A-Z
	assert_equal "$(s3get s3://bucket/through)" ABC
}

@test "a failing upload ends its command" {
	run_status 66 s3put --part-size 5M s3://nobucket/k -- sh -c 'echo $$ >pid; exec cat /dev/zero'
	assert_message_one_line
	run ! kill -0 "$(<pid)"
}

@test "what does not exist, and what is not allowed, is named" {
	export AWS_MAX_ATTEMPTS=2
	run_status 66 s3put s3://nobucket/k <<<x
	assert_message_one_line
	assert_contains "$stderr" NoSuchBucket
	assert_contains "$stderr" nobucket
	run_status 77 env AWS_SECRET_ACCESS_KEY=wrong s3put s3://bucket/k <<<x
	assert_message_one_line s3put
	assert_contains "$stderr" SignatureDoesNotMatch
	run_status 77 env AWS_ACCESS_KEY_ID=WRONG s3put s3://bucket/k <<<x
	assert_contains "$stderr" InvalidAccessKeyId
	run_status 74 sh -c "exec s3put s3://bucket/k <&-"
	assert_message_one_line s3put
	assert_contains "$stderr" "standard input"
	is_absent k
}

@test "a store that is not there is named" {
	local port
	port=$(free_port)
	run_status 69 env AWS_ENDPOINT_URL="http://127.0.0.1:$port" s3put s3://bucket/k <<<x
	assert_message_one_line s3put
	assert_contains "$stderr" "127.0.0.1:$port"
}

@test "a store that dies in the middle ends the upload" {
	export AWS_MAX_ATTEMPTS=3
	mkfifo pipe
	s3put --part-size 5M s3://bucket/dies <pipe 2>err 3>&- &
	local pid=$! status=0
	exec 9>pipe
	head -c 11000000 /dev/zero >&9
	wait_until 20 sh -c 's3ls --uploads s3://bucket/dies | grep -q dies'
	s3_kill
	head -c 11000000 /dev/zero >&9 || true
	exec 9>&-
	wait $pid || status=$?
	assert_equal "$status" 69
	assert_equal "$(wc -l <err)" 1
	assert_contains "$(<err)" "$AWS_ENDPOINT_URL"
}
