# shellcheck shell=bash
#
# What every .bats file loads first.
#
# exports  REPO  the checkout
#          BIN   the directory of the programs under test, first on PATH

bats_require_minimum_version 1.5.0

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BIN=${BIN:-$REPO/bin}
case $PATH in
"$BIN":*) ;;
*) PATH=$BIN:$PATH ;;
esac
export REPO BIN PATH LC_ALL=C.UTF-8

# Servers run as another user when we are root: let it reach the directories of this run.
chmod go+x -- "$BATS_RUN_TMPDIR"

# shellcheck source=tests/support/postgres-server.sh
source "$REPO/tests/support/postgres-server.sh"

# run_status EXPECTED COMMAND...: run it and require that exit status; $output, $lines, $stderr and
# $stderr_lines are then as bats' run --separate-stderr leaves them
run_status() {
	local expected=$1
	shift
	ran_name=${1##*/}
	run --separate-stderr -- "$@"
	# shellcheck disable=SC2154 # set by bats' run
	if [ "$status" -ne "$expected" ]; then
		printf 'exit status %s, expected %s: %s\nstdout: %s\nstderr: %s\n' "$status" "$expected" \
		    "$*" "${output:0:2000}" "${stderr:0:2000}" >&2
		return 1
	fi
}

# assert_message_one_line [PROGRAM]: stderr of the last run is exactly one line, "PROGRAM: ..."
assert_message_one_line() {
	local name=${1:-$ran_name}
	# shellcheck disable=SC2154 # set by bats' run
	if [ "${#stderr_lines[@]}" -ne 1 ] || [[ $stderr != "$name: "* ]]; then
		printf 'expected one line "%s: ..." on stderr, got: %s\n' "$name" "$stderr" >&2
		return 1
	fi
}

# assert_contains STRING PART
assert_contains() {
	if [[ $1 != *"$2"* ]]; then
		printf 'expected to contain: %s\ngot: %s\n' "$2" "$1" >&2
		return 1
	fi
}

# assert_equal ACTUAL EXPECTED
assert_equal() {
	if [ "$1" != "$2" ]; then
		printf 'expected: %s\ngot:      %s\n' "$2" "$1" >&2
		return 1
	fi
}

# need TOOL...: skip the test where one of them is not installed
need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "needs $tool"
	done
}

# need_root WHY: skip the test for an ordinary user
need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: $1"
}

# wait_until SECONDS COMMAND...: run it again and again until it succeeds; fail after SECONDS
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -gt "$deadline" ]; then
			printf 'never became true: %s\n' "$*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# small_disk DIR SIZE: mount a file system of SIZE (4k, 1m) on DIR, a full disk to be
small_disk() {
	need_root "mounts a small file system"
	mkdir -p -- "$1"
	mount -t tmpfs -o "size=$2,mode=755" tmpfs "$1" 2>/dev/null || skip "may not mount here"
}

# small_disk_gone DIR: for teardown; nothing where nothing is mounted
small_disk_gone() {
	! mountpoint -q -- "$1" || umount -l -- "$1"
}
