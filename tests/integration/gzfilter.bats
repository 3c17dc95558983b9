#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run_status

load ../support/common

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	small_disk_gone "$BATS_TEST_TMPDIR/disk"
}

# sql LINES: something like a dump
sql() {
	seq "$1" | awk '{ print $1 "\tuser" $1 * 7919 % 1000 "\t{\"plan\": \"free\", \"n\": " $1 % 97 "}" }'
}

# same FILE COMMAND...: its output equals the file
same() {
	local file=$1
	shift
	"$@" | cmp - "$file"
}

# refuses FILE PART: -d and -t refuse it with 65, one line and PART, and -t writes nothing
refuses() {
	local mode
	for mode in -d -t; do
		run_status 65 gzfilter $mode <"$1"
		assert_message_one_line
		assert_contains "$stderr" "$2"
	done
	assert_equal "$output" ""
}

@test "help and version" {
	run_status 0 gzfilter --help
	for option in --decompress --test --jobs --fast --best --help --version -12; do
		assert_contains "$output" "$option"
	done
	assert_equal "$stderr" ""
	run_status 0 gzfilter --version
	[[ $output =~ ^gzfilter\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "wrong usage is refused" {
	local args
	for args in --bogus -x -0 -13 "-j 0" "-j x" "-j 257" -j "-d file.gz" -1x --jobs=; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 gzfilter $args </dev/null
		assert_message_one_line
	done
	run_status 64 gzfilter -x </dev/null
	assert_contains "$stderr" "-x"
}

@test "no compressed data to or from a terminal" {
	need script
	echo text >text
	gzfilter <text >text.gz
	run script -qec "gzfilter <text" /dev/null
	assert_equal "$status" 64
	assert_contains "$output" "terminal"
	run script -qec "gzfilter -d >out" /dev/null
	assert_equal "$status" 64
	assert_contains "$output" "terminal"
	run script -qec "gzfilter -d <text.gz" /dev/null
	assert_equal "$status" 0
	assert_contains "$output" "text"
}

@test "every level is read by gzip and by itself" {
	local level
	sql 60000 >data
	for level in {1..12}; do
		gzfilter "-$level" <data >"$level.gz"
		gzip -t <"$level.gz"
		same data gzip -dc "$level.gz"
		same data gzfilter -d <"$level.gz"
	done
	[ "$(stat -c %s 12.gz)" -lt "$(stat -c %s 1.gz)" ]
	gzfilter <data | cmp - 1.gz
	gzfilter --best <data | cmp - 12.gz
}

@test "the output does not depend on the number of jobs" {
	sql 200000 >data
	gzfilter -j 1 <data >one.gz
	for jobs in 2 5 16; do
		gzfilter -j "$jobs" <data | cmp - one.gz
		same data gzfilter -d -j "$jobs" <one.gz
	done
}

@test "pigz and igzip read it, and it reads theirs" {
	need pigz igzip
	sql 200000 >data
	gzfilter <data >ours.gz
	same data pigz -dc <ours.gz
	same data igzip -dc <ours.gz
	pigz -p 3 -b 128 <data >pigz.gz
	igzip -1 -c data >igzip.gz
	gzip -1 <data >gzip.gz
	for theirs in pigz igzip gzip; do
		same data gzfilter -d <$theirs.gz
		gzfilter -t <$theirs.gz
	done
}

@test "members, stored blocks and names as gzip reads them" {
	head -c 200000 /dev/urandom >noise # stored
	sql 1000 >named
	gzip -k named
	gzip -c noise >noise.gz
	cat named.gz noise.gz named.gz >all.gz
	cat named noise named >all
	same all gzfilter -d <all.gz
	head -c 70000 /dev/zero >>all.gz
	same all gzip -dc all.gz
	same all gzfilter -d <all.gz
}

@test "outputs concatenated with each other and with gzip's" {
	sql 100 >a
	sql 50000 >b
	{ gzfilter <a; gzip <b; gzip <a; gzfilter <b; gzfilter </dev/null; } >all.gz
	cat a b a b >all
	same all gzfilter -d <all.gz
	same all gzip -dc all.gz
}

@test "empty, one byte, and input on a boundary between blocks" {
	gzfilter </dev/null >empty.gz
	run_status 0 gzfilter -d <empty.gz
	assert_equal "$output" ""
	gzip -t <empty.gz
	for size in 1 1048575 1048576 1048577 3145728; do
		head -c "$size" /dev/urandom >data
		gzfilter <data >data.gz
		same data gzfilter -d <data.gz
		same data gzip -dc data.gz
	done
}

@test "closed standard input and output are failures" {
	run_status 74 bash -c 'gzfilter <&- >out.gz'
	assert_message_one_line gzfilter
	run_status 65 gzfilter -t <out.gz
	run_status 74 bash -c 'gzfilter -d <&-'
	assert_message_one_line gzfilter
	run_status 74 bash -c 'echo text | gzfilter >&-'
	assert_message_one_line gzfilter
	gzfilter </dev/null >empty.gz
	echo text | gzfilter >text.gz
	run_status 74 bash -c 'gzfilter -d <text.gz >&-'
	assert_message_one_line gzfilter
}

@test "input that is no gzip stream is told apart" {
	: >nothing
	refuses nothing "empty"
	echo "PGDMP not gzip" >other
	refuses other "not in gzip format"
	sql 1000 | gzfilter >ok.gz
	{ cat ok.gz; echo junk; } >junk.gz
	refuses junk.gz "junk after its end"
	sql 1000 | gzip >gzip.gz
	{ cat gzip.gz; echo junk; } >junk2.gz
	refuses junk2.gz "junk after its end"
	head -c -1 gzip.gz >cut.gz
	refuses cut.gz "truncated"
	head -c -1 ok.gz >cut.gz
	refuses cut.gz "truncated"
	head -c -54 ok.gz >cut.gz # the end marker
	gzip -t <cut.gz # which gzip cannot miss
	refuses cut.gz "not a complete backup"
	{ cat cut.gz; cat ok.gz; } >two.gz
	refuses two.gz "not a complete backup"
	{ cat ok.gz; cat cut.gz; } >two.gz
	refuses two.gz "not a complete backup"
}

@test "what stands before the damage is written" {
	sql 200000 >data
	gzfilter <data >data.gz
	head -c 900000 data.gz >cut.gz
	gzfilter -d <cut.gz >out && return 1
	[ -s out ]
	cmp -n "$(stat -c %s out)" out data
	[ $(($(stat -c %s out) % 1048576)) -eq 0 ]
}

# peak KIB COMMAND...: it ends well, and never had more memory than that
peak() {
	local limit=$1 used
	shift
	used=$(/usr/bin/time -f %M "$@" 2>&1 >/dev/null)
	[ "$used" -le "$limit" ] || { echo "peak: $used KiB, limit $limit" >&2; return 1; }
}

@test "memory is bounded whatever the input" {
	[ -x /usr/bin/time ] || skip "needs time"
	[ -z "${SAN:-}" ] || skip "sanitizers use memory of their own"
	head -c 600M /dev/zero | gzip -1 >bomb.gz
	head -c 600M /dev/zero | gzfilter >ours.gz
	[ "$(stat -c %s ours.gz)" -lt 6000000 ]
	peak 32768 gzfilter -d -j 2 <bomb.gz
	peak 32768 gzfilter -d -j 2 <ours.gz
	head -c 600M /dev/zero | peak 32768 gzfilter -j 2
}

@test "full disk, closed output, reader gone" {
	head -c 20M /dev/urandom >data
	gzfilter <data >data.gz
	for fd in "" -d; do
		input=data
		[ -z "$fd" ] || input=data.gz
		# shellcheck disable=SC2086 # nothing is nothing
		run_status 74 bash -c "gzfilter $fd <$input >/dev/full"
		assert_message_one_line gzfilter
		assert_contains "$stderr" "No space left"
		run_status 74 bash -c "set -o pipefail; gzfilter $fd <$input | head -c 1 >/dev/null"
		assert_message_one_line gzfilter
		assert_contains "$stderr" "reader went away"
	done
	echo tiny | run_status 74 bash -c "gzfilter >/dev/full"
	small_disk disk 1m
	run_status 74 bash -c "gzfilter <data >disk/data.gz"
	assert_message_one_line gzfilter
	assert_contains "$stderr" "No space left"
}

@test "an input that cannot be read is an error and gives no end marker" {
	run_status 74 bash -c 'gzfilter <. >out.gz'
	assert_message_one_line gzfilter
	run_status 65 gzfilter -t <out.gz
}

@test "a trickle is passed on block by block" {
	mkfifo in out
	gzfilter -1 <in >out 3>&- &
	pid=$!
	exec 5>in 6<out
	head -c 1048576 /dev/urandom >&5
	head -c 1048000 <&6 >first # while the input is open
	exec 5>&- 6<&-
	wait "$pid" || true # its reader went away
	assert_equal "$(stat -c %s first)" 1048000
}

@test "signals end it, with no end marker" {
	local signal
	for signal in INT TERM HUP KILL; do
		mkfifo "in.$signal"
		env --default-signal=INT gzfilter <"in.$signal" >"out.$signal" 3>&- &
		pid=$!
		exec 5>"in.$signal"
		head -c 3M /dev/urandom >&5
		wait_until 20 test -s "out.$signal"
		kill -s "$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		assert_equal "$status" $((128 + $(kill -l "$signal")))
		exec 5>&-
		run_status 65 gzfilter -t <"out.$signal"
		assert_contains "$stderr" "not a complete backup"
	done
}
