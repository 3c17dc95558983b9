load ../support/common

now=20251116_000000

# daily_backups N: the names of N daily backups, the newest on 2025-11-15
daily_backups() {
	local i
	for ((i = 0; i < $1; i++)); do
		date -u -d "@$((1763208000 - i * 86400))" +saasforge_%Y%m%d_%H%M%S.sql.gz.gpg
	done
}

run_prune() {
	local expected=$1 input=$2
	shift 2
	run_status "$expected" bash -c 'printf %s "$1" | prune --now "$2" "${@:3}"' bash "$input" \
	    "$now" "$@"
}

@test "prune writes exactly the names that no rule keeps, in the order of the input" {
	run_prune 0 "$(daily_backups 40)"
	# daily 15 to 9; weekly the Mondays 10, 3, 27 and 20; monthly 1 November and, because the 40
	# days begin there, 7 October
	assert_equal "$output" "$(daily_backups 40 |
	    grep -vE '_202511(15|14|13|12|11|10|09|03|01)|_202510(27|20|07)')"
	assert_equal "$stderr" ''
	assert_equal "${#lines[@]}" 28
}

@test "prune --plan gives the table of names, verdicts and rules" {
	run_prune 0 "$(daily_backups 9)" --plan --daily 2 --weekly 2 --monthly 1
	assert_equal "${lines[0]}" "NAME                                  ACTION  RULES"
	assert_equal "${lines[1]}" \
	    "saasforge_20251115_120000.sql.gz.gpg  keep    last 1/1, daily 1/2"
	assert_equal "${lines[3]}" "saasforge_20251113_120000.sql.gz.gpg  delete  no rule keeps it"
	assert_equal "${lines[6]}" "saasforge_20251110_120000.sql.gz.gpg  keep    weekly 1/2"
	assert_equal "${lines[9]}" \
	    "saasforge_20251107_120000.sql.gz.gpg  keep    weekly 2/2, monthly 1/1"
	assert_equal "${#lines[@]}" 10
}

@test "prune passes the columns of s3ls and the directories through" {
	local old=$'2025-11-14T01:00:07Z\t123\tSTANDARD_IA\tpostgres-backups/a_20251114_010000.sql.gz'
	local new=$'2025-11-15T01:00:07Z\t124\tSTANDARD_IA\tpostgres-backups/a_20251115_010000.sql.gz'
	run_prune 0 "$old"$'\n'"$new" --daily 1 --weekly 0 --monthly 0
	assert_equal "$output" "$old"
}

@test "prune -0 takes names with newlines and writes them back with NUL bytes" {
	printf 'x\ny/a\nb_2025111%d_010000.sql\0' 4 5 >"$BATS_TEST_TMPDIR/in"
	prune -0 --now "$now" --daily 1 --weekly 0 --monthly 0 <"$BATS_TEST_TMPDIR/in" \
	    >"$BATS_TEST_TMPDIR/out"
	printf 'x\ny/a\nb_20251114_010000.sql\0' | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "prune never writes a name that it does not understand, and says so" {
	run_prune 0 $'notes.txt\na_20250230_010000.sql.gz\na_20200101_000000.sql.gz.part' \
	    --daily 0 --weekly 0 --monthly 0
	assert_equal "$output" ''
	assert_equal "${#stderr_lines[@]}" 3
	assert_contains "$stderr" "prune: keeping 'a_20250230_010000.sql.gz': "
}

@test "prune counts the names that it does not understand after the first ones" {
	run_prune 0 "$(seq 1000)"
	assert_equal "$output" ''
	assert_equal "${#stderr_lines[@]}" 11
	assert_contains "${stderr_lines[10]}" 'prune: keeping 990 more: '
}

@test "prune says nothing about latest links and logs" {
	run_prune 0 $'latest.sql.gz\nsaasforge_latest.sql.gz.gpg\nbackup_20200101_000000.log' \
	    --daily 0 --weekly 0 --monthly 0
	assert_equal "$output$stderr" ''
}

@test "prune keeps and reports a backup from the future, and deletes by the real ones" {
	run_prune 0 $'a_20991231_000000.sql\na_20251115_000000.sql\na_20251114_000000.sql' \
	    --daily 1 --weekly 0 --monthly 0
	assert_equal "$output" a_20251114_000000.sql
	assert_contains "$stderr" "prune: keeping 'a_20991231_000000.sql': it is dated after now"
}

@test "prune takes the present from the clock" {
	local future past
	future=$(date -u -d '+2 days' +a_%Y%m%d_%H%M%S.sql)
	past=$(date -u -d '-2 days' +a_%Y%m%d_%H%M%S.sql)
	run_status 0 prune --plan <<<"$future"$'\n'"$past"
	assert_contains "${lines[1]}" 'from the future'
	assert_contains "${lines[2]}" 'last 1/1, daily 1/7, weekly 1/4, monthly 1/6'
}

@test "prune of nothing writes nothing" {
	run_prune 0 ''
	assert_equal "$output$stderr" ''
}

@test "prune reads a last name without a newline and knows both forms of --now" {
	run_status 0 bash -c 'printf "a_20251115_000000.sql\na_20251114_000000.sql" |
	    prune --now 2025-11-16T00:00:00Z --daily 1 --weekly 0 --monthly 0'
	assert_equal "$output" a_20251114_000000.sql
}

@test "prune --help, -h and --version go to stdout" {
	run_status 0 prune --help
	assert_contains "$output" '--keep-last=N'
	assert_equal "$stderr" ''
	run_status 0 prune -h
	assert_contains "$output" 'usage: prune'
	run_status 0 prune --version
	[[ $output =~ ^prune\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "prune refuses what it does not know with 64 and one line" {
	local arguments
	for arguments in --wekly=3 '--daily=-1' '--weekly=4x' '--monthly=' '--keep-last=9999999999' \
	    '--now=20250230_000000' '--now=yesterday' '--now=2025-11-16' 'backups/' '--daily' '-x'; do
		run_status 64 prune "$arguments" </dev/null
		assert_message_one_line
		assert_contains "$stderr" "${arguments%%=*}"
		assert_equal "$output" ''
	done
}

@test "prune ends with 74 when its output goes nowhere" {
	run_status 74 bash -c 'printf "a_2025111%d_000000.sql\n" 4 5 | prune --daily 1 --weekly 0 \
	    --monthly 0 >/dev/full'
	assert_message_one_line prune
	assert_contains "$stderr" 'standard output: No space left on device'
	run_status 74 bash -c 'printf "a_2025111%d_000000.sql\n" 4 5 | prune --daily 1 --weekly 0 \
	    --monthly 0 >&-'
	assert_message_one_line prune
	run_status 74 bash -c 'printf "a_2025111%d_000000.sql\n" 4 5 | prune --plan >/dev/full'
	assert_message_one_line prune
}

@test "prune ends with 74 when its input cannot be read" {
	run_status 74 bash -c 'prune <&-'
	assert_message_one_line prune
	run_status 74 bash -c 'prune </'
	assert_contains "$stderr" 'cannot read standard input: Is a directory'
}

@test "prune dies by the signal that stops it, writing nothing" {
	local status=0
	mkfifo "$BATS_TEST_TMPDIR/in"
	prune <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec 9>"$BATS_TEST_TMPDIR/in"
	printf 'a_2020010%d_000000.sql\n' 1 2 3 >&9
	kill -TERM $!
	wait $! || status=$?
	exec 9>&-
	assert_equal "$status" 143
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}

@test "prune opens no file and no socket" {
	[[ $BIN == */bin ]] || skip "a sanitizer opens files and cannot be traced"
	need strace
	run_status 0 bash -c 'echo a_20251115_000000.sql |
	    strace -f -o "$0" -e trace=socket,connect,openat,open,unlink,unlinkat prune' \
	    "$BATS_TEST_TMPDIR/trace"
	run ! grep -vE 'openat\(.*"(/etc/ld.so|/lib|/usr/lib|/usr/share/locale)|^[0-9]+ +\+\+\+' \
	    "$BATS_TEST_TMPDIR/trace"
}

@test "prune links nothing but libc" {
	[[ $BIN == */bin ]] || skip "a sanitizer's library is linked too"
	run_status 0 bash -c 'LC_ALL=C objdump -p "$BIN/prune" | sed -n "s/^ *NEEDED *//p"'
	assert_equal "$output" libc.so.6
}
