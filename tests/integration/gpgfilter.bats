#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and status are set by run
#
# gpgfilter against gpg(1): what one writes the other reads, and whatever is wrong is told apart.

load ../support/common
load ../support/gpghome

setup_file() {
	gpg_home
}

teardown_file() {
	gpg_home_stop
}

teardown() {
	small_disk_gone "$BATS_TEST_TMPDIR/disk"
}

setup() {
	need gpg
	cd "$BATS_TEST_TMPDIR" || return
	printf 'a line of plaintext\n' >plain
	gpg_forget
}

gpg_quiet() {
	gpg --batch --quiet --no-tty "$@" 2>/dev/null
}

# with_passphrase GPG-ARG...
with_passphrase() {
	gpg_quiet --pinentry-mode loopback --passphrase-file "$GNUPGHOME/bob.pass" "$@"
}

# refuses STATUS FILE TEXT GPGFILTER-ARG...: fed with FILE it ends so and says so, in one line
refuses() {
	local expected=$1 input=$2 text=$3
	shift 3
	run --separate-stderr gpgfilter "$@" <"$input"
	assert_equal "$status" "$expected"
	assert_message_one_line gpgfilter
	assert_contains "$stderr" "$text"
}

# accepts INPUT GPGFILTER-ARG...: fed with INPUT it writes ./out and nothing on stderr
accepts() {
	local input=$1
	shift
	gpgfilter "$@" <"$input" >out 2>stderr || {
		printf 'exit status %s\n' "$?"
		cat stderr
		return 1
	}
	[ ! -s stderr ] || {
		cat stderr
		return 1
	}
}

# ---- the command line ----

@test "help names every option, on stdout" {
	local option
	run_status 0 gpgfilter --help
	for option in --encrypt --decrypt --recipient --symmetric --sign --local-user --require-signature \
	    --passphrase-file --always-trust --dry-run --help --version -e -d -r -c -s -u -n -h; do
		assert_contains "$output" "$option"
	done
	assert_equal "$stderr" ""
	run_status 0 gpgfilter --version
	assert_contains "$output" "gpgfilter "
}

@test "options that do not go together are refused with 64" {
	local args
	while IFS= read -r args; do
		# shellcheck disable=SC2086 # words on purpose
		run_status 64 gpgfilter $args </dev/null
		assert_message_one_line
		assert_equal "$output" ""
	done <<-END
		-e -d -r alice@example.com
		-r alice@example.com
		-e
		-e -c
		-e -r alice@example.com -u alice@example.com
		-e -r alice@example.com --require-signature
		-d -r alice@example.com
		-d -c
		-d -s
		-d -n
		-d --always-trust
		-d --require-signature=alice@example.com
		-d file
		-e -r
		--no-such-option
	END
}

@test "a message is never written to a terminal" {
	need script
	run_status 64 script -qec "gpgfilter -e -r alice@example.com <plain" /dev/null
	assert_contains "$output" "terminal"
}

@test "binary plaintext is not written to a terminal, text is" {
	need script
	printf 'a\0b' | gpg_quiet -e -r alice@example.com >binary.gpg
	gpg_quiet -e -r alice@example.com <plain >text.gpg
	run_status 64 script -qec "gpgfilter -d <binary.gpg" /dev/null
	assert_contains "$output" "terminal"
	run_status 0 script -qec "gpgfilter -d <text.gpg" /dev/null
	assert_contains "$output" "a line of plaintext"
}

# ---- both ways ----

@test "gpg reads what gpgfilter writes" {
	accepts plain -e -r alice@example.com
	gpg_quiet -d <out | cmp - plain
}

@test "gpgfilter reads what gpg writes, armored, compressed, and with a hidden recipient" {
	local option
	for option in -z0 --armor --hidden-recipient=bob@example.com --throw-keyids --compress-algo=bzip2; do
		gpg_quiet "$option" -r alice@example.com -e <plain >message
		accepts message -d
		cmp out plain
	done
}

@test "each of several recipients can read the message" {
	accepts plain -e -r alice@example.com --recipient bob@example.com
	mv out message
	with_passphrase --try-secret-key "$(gpg_fpr bob@example.com)" -d <message | cmp - plain
	run gpg --batch --list-packets message
	assert_equal "$(grep -c '^:pubkey enc packet' <<<"$output")" 2
}

@test "a recipient is found by fingerprint, key ID, address, user ID and part of one" {
	local fpr name
	fpr=$(gpg_fpr alice@example.com)
	for name in "$fpr" "${fpr: -16}" "0x${fpr: -8}" alice@example.com '<alice@example.com>' \
	    =alice@example.com ALICE@example.com alic; do
		accepts plain -e -r "$name"
		gpg_quiet -d <out | cmp - plain
	done
}

@test "empty plaintext is a message too" {
	accepts /dev/null -e -r alice@example.com
	mv out message
	accepts message -d
	assert_equal "$(wc -c <out)" 0
}

@test "megabytes come back as they were, from pipes and files, spliced or copied" {
	head -c 5000000 /dev/urandom >big
	gpgfilter -e -r alice@example.com <big >1.gpg
	# shellcheck disable=SC2002 # a pipe is what this is about
	cat big | gpgfilter -e -r alice@example.com | cat >2.gpg
	gpgfilter -e -r alice@example.com <big >>3.gpg
	gpg_quiet -e -z0 -r alice@example.com <big >4.gpg
	for i in 1 2 3 4; do
		gpg_quiet -d <"$i.gpg" | cmp - big
		gpgfilter -d <"$i.gpg" | cmp - big
		: >appended
		gpgfilter -d <"$i.gpg" >>appended
		cmp appended big
	done
}

@test "input that trickles loses nothing" {
	(for i in 1 2 3 4 5 6 7 8; do printf '%s\n' "$i" && sleep 0.01; done) |
	    gpgfilter -e -r alice@example.com | (sleep 0.05 && cat) | gpgfilter -d >out
	assert_equal "$(tr -d '\n' <out)" 12345678
}

@test "what is written is not compressed, whatever gpg.conf says" {
	head -c 100000 /dev/zero >zeros
	printf 'compress-level 9\ncompress-algo zlib\n' >"$GNUPGHOME/gpg.conf"
	accepts zeros -e -r alice@example.com
	[ "$(wc -c <out)" -gt 100000 ]
	accepts zeros -e -s -r alice@example.com
	[ "$(wc -c <out)" -gt 100000 ]
	accepts zeros -e -c --passphrase-file "$GNUPGHOME/bob.pass"
	rm -f "$GNUPGHOME/gpg.conf"
	[ "$(wc -c <out)" -gt 100000 ]
}

# ---- passphrases ----

@test "symmetric messages go both ways, with recipients and without" {
	accepts plain -e -c --passphrase-file "$GNUPGHOME/bob.pass"
	with_passphrase -d <out | cmp - plain
	with_passphrase -c <plain >message
	gpg_forget
	accepts message -d --passphrase-file "$GNUPGHOME/bob.pass"
	cmp out plain
	accepts plain -e -c -r alice@example.com --passphrase-file "$GNUPGHOME/bob.pass"
	mv out message
	gpg_quiet -d <message | cmp - plain
	pass=$GNUPGHOME/bob.pass
	GNUPGHOME=$(gpg_home_empty) accepts message -d --passphrase-file "$pass"
	cmp out plain
}

@test "a protected key is opened by the passphrase file, or by what gpg-agent remembers" {
	gpg_quiet -e -r bob@example.com <plain >message
	refuses 77 message "pass it with --passphrase-file" -d
	accepts message -d --passphrase-file "$GNUPGHOME/bob.pass"
	cmp out plain
	accepts message -d
	cmp out plain
}

@test "a symmetric message without a passphrase file is refused at once" {
	with_passphrase -c <plain >message
	gpg_forget
	refuses 77 message "pass it with --passphrase-file" -d
}

@test "a wrong passphrase is told" {
	gpg_quiet -e -r bob@example.com <plain >key.gpg
	with_passphrase -c <plain >symmetric.gpg
	printf 'wrong\n' >wrong
	chmod 600 wrong
	for message in key.gpg symmetric.gpg; do
		gpg_forget
		refuses 77 "$message" "the passphrase in 'wrong' is wrong" -d --passphrase-file wrong
		assert_equal "$output" ""
	done
	refuses 77 plain "the passphrase in 'wrong' is wrong" -e -r alice@example.com -s \
	    -u bob@example.com --passphrase-file wrong
}

@test "passphrase files: with and without a newline, more lines, a pipe" {
	with_passphrase -c <plain >message
	umask 077
	printf bobsecret >bare
	printf 'bobsecret\nnot this\n' >lines
	for file in bare lines <(printf 'bobsecret\n'); do
		gpg_forget
		accepts message -d --passphrase-file "$file"
		cmp out plain
	done
}

@test "passphrase files that are of no use" {
	: >empty
	printf '\nsecond\n' >blank
	head -c 300 /dev/zero | tr '\0' x >long
	printf 'a\0b\n' >nul
	chmod 600 empty blank long nul
	refuses 66 plain "nowhere" -d --passphrase-file nowhere
	refuses 74 plain "/tmp" -d --passphrase-file /tmp
	refuses 78 plain "is empty" -d --passphrase-file empty
	refuses 78 plain "is empty" -d --passphrase-file blank
	refuses 78 plain "longer than" -d --passphrase-file long
	refuses 78 plain "NUL" -d --passphrase-file nul
}

@test "a passphrase of the greatest length works" {
	head -c 255 /dev/zero | tr '\0' x >long
	chmod 600 long
	accepts plain -e -c --passphrase-file long
	gpg_quiet --pinentry-mode loopback --passphrase-file long -d <out | cmp - plain
}

@test "a passphrase file that others may read is warned of" {
	printf 'bobsecret\n' >pass
	chmod 640 pass
	gpgfilter -e -c --passphrase-file pass <plain >out 2>stderr
	assert_equal "$(wc -l <stderr)" 1
	assert_contains "$(cat stderr)" "chmod 600"
}

@test "the passphrase is in no command line" {
	mkfifo fifo
	gpgfilter -e -c --passphrase-file "$GNUPGHOME/bob.pass" <fifo >out &
	exec 9>fifo
	printf 'x' >&9
	wait_until 5 gpg_runs
	run grep -s -l -a 'bobsecre[t]' /proc/[0-9]*/cmdline
	exec 9>&-
	wait "$!"
	assert_equal "$output" ""
}

@test "an agent that forbids loopback is named, with 78" {
	cp "$GNUPGHOME/gpg-agent.conf" saved
	printf 'no-allow-loopback-pinentry\n' >>"$GNUPGHOME/gpg-agent.conf"
	gpg_forget
	run --separate-stderr gpgfilter -e -c --passphrase-file "$GNUPGHOME/bob.pass" <plain
	mv saved "$GNUPGHOME/gpg-agent.conf"
	gpg_forget
	assert_equal "$status" 78
	assert_contains "$stderr" "no-allow-loopback-pinentry"
}

# ---- keys that cannot be encrypted to ----

@test "a recipient without a key: 66" {
	refuses 66 plain "no such public key" -e -r nobody@example.com
	# part of an address is not the address
	refuses 66 plain "no such public key" -e -r lice@example.com
	assert_equal "$output" ""
}

@test "expired, revoked and untrusted keys are told apart: 77" {
	refuses 77 plain "expired on 2020-01-02" -e -r carol-expired@example.com
	refuses 77 plain "was revoked" -e -r dave-revoked@example.com
	refuses 77 plain "nobody you trust vouches" -e -r eve-untrusted@example.com
	assert_contains "$stderr" "$(gpg_fpr eve-untrusted@example.com)"
	# one good recipient does not make up for a bad one
	refuses 77 plain "was revoked" -e -r alice@example.com -r dave-revoked@example.com
	assert_equal "$output" ""
}

@test "an untrusted key is used with --always-trust, an expired one is not" {
	accepts plain -e --always-trust -r eve-untrusted@example.com
	refuses 77 plain "expired" -e --always-trust -r carol-expired@example.com
	refuses 77 plain "revoked" -e --always-trust -r dave-revoked@example.com
}

@test "disabled keys and keys that cannot encrypt: 77" {
	gpg_quiet --passphrase '' --quick-generate-key signer-only@example.com ed25519 sign never
	refuses 77 plain "no subkey for that" -e -r signer-only@example.com
	gpg_key '' off@example.com
	gpg_quiet --command-fd 0 --edit-key off@example.com <<<$'disable\nsave\n'
	refuses 77 plain "is disabled" -e -r off@example.com
}

@test "an expired encryption subkey is an expired key" {
	local fpr
	gpg_quiet --faked-system-time 20200101T000000 --passphrase '' \
	    --quick-generate-key sub@example.com ed25519 sign never
	fpr=$(gpg_fpr sub@example.com)
	gpg_quiet --faked-system-time 20200101T000000 --passphrase '' \
	    --quick-add-key "$fpr" cv25519 encr 20200103T000000
	refuses 77 plain "expired on 2020-01-03" -e -r sub@example.com
}

@test "a name that means two usable keys is ambiguous: 64" {
	refuses 64 plain "more than one key" -e -r example.com
	for name in One Two; do
		gpg_quiet --passphrase '' --quick-generate-key "Twin $name <twin@example.com>" \
		    future-default default never
	done
	refuses 64 plain "more than one key" -e -r twin@example.com
}

@test "an old key beside the new one of the same address does no harm" {
	gpg_quiet --faked-system-time 20200101T000000 --passphrase '' --quick-generate-key \
	    "Old <renewed@example.com>" future-default default 20200102T000000
	gpg_quiet --passphrase '' --quick-generate-key "New <renewed@example.com>" future-default \
	    default never
	accepts plain -e -r renewed@example.com
	gpg_quiet -d <out | cmp - plain
}

@test "the trust of another address of the key does not count" {
	local fpr
	fpr=$(gpg_fpr eve-untrusted@example.com)
	gpg_quiet --quick-lsign-key "$fpr"
	accepts plain -e -r eve-untrusted@example.com
	gpg_quiet --yes --delete-keys "$fpr"
	refuses 66 plain "no such public key" -e -r eve-untrusted@example.com
}

@test "a dry run tells the same, reads nothing and writes nothing" {
	refuses 77 plain "expired" -e -n -r carol-expired@example.com
	refuses 66 plain "no such public key" -e --dry-run -r nobody@example.com
	refuses 77 plain "pass it with" -e -n -s -u bob@example.com -r alice@example.com
	(accepts /dev/stdin -e -n -r alice@example.com && cat >rest) <plain
	assert_equal "$(wc -c <out)" 0
	cmp rest plain
}

# ---- signatures ----

@test "signed messages go both ways" {
	accepts plain -e -r alice@example.com -s
	gpg --batch --status-fd 1 -o verified -d <out 2>/dev/null | grep -q '^\[GNUPG:\] GOODSIG'
	cmp verified plain
	gpg_quiet -e -s -u frank@example.com -r alice@example.com <plain >message
	accepts message -d --require-signature
	cmp out plain
}

@test "the key to sign with can be chosen, and required" {
	accepts plain -e -r alice@example.com -s --local-user frank@example.com
	mv out message
	accepts message -d --require-signature="$(gpg_fpr frank@example.com)"
	cmp out plain
	refuses 77 message "not by the one required" -d \
	    --require-signature="$(gpg_fpr alice@example.com)"
	accepts message -d --require-signature="$(gpg_fpr alice@example.com)" \
	    --require-signature="$(gpg_fpr frank@example.com)"
}

@test "a key to sign with that is not there or of no use" {
	refuses 66 plain "no such secret key" -e -r alice@example.com -s -u nobody@example.com
	refuses 77 plain "expired" -e -r alice@example.com -s -u carol-expired@example.com
	refuses 77 plain "revoked" -e -r alice@example.com -s -u dave-revoked@example.com
}

@test "a signature where none can be made: 66" {
	local home pass=$GNUPGHOME/bob.pass
	home=$(gpg_home_empty)
	gpg_quiet --export alice@example.com | GNUPGHOME=$home gpg_quiet --import
	GNUPGHOME=$home refuses 66 plain "no usable secret key to sign with" -e --always-trust \
	    -r alice@example.com -s
	GNUPGHOME=$home refuses 66 plain "no usable secret key to sign with" -e --always-trust \
	    -c --passphrase-file "$pass" -s
}

@test "an unsigned message is refused where a signature is required" {
	gpg_quiet -e -r alice@example.com <plain >message
	refuses 77 message "not signed" -d --require-signature
	refuses 77 message "not signed" -d --require-signature="$(gpg_fpr frank@example.com)"
}

@test "a signature by an unknown, untrusted, expired or revoked key does not count" {
	local home fpr
	home=$(gpg_home_empty)
	GNUPGHOME=$home gpg_key '' stranger@example.com
	fpr=$(GNUPGHOME=$home gpg_fpr stranger@example.com)
	gpg_quiet --export alice@example.com | GNUPGHOME=$home gpg_quiet --import
	GNUPGHOME=$home gpg_quiet --always-trust -e -s -r alice@example.com <plain >message
	accepts message -d
	refuses 77 message "there is no public key $fpr" -d --require-signature
	GNUPGHOME=$home gpg_quiet --export stranger@example.com | gpg_quiet --import
	refuses 77 message "nobody you trust vouches" -d --require-signature
	accepts message -d --require-signature="$fpr"

	gpg --batch --quiet --faked-system-time 20200101T120000 --always-trust -e -s \
	    -u carol-expired@example.com -r carol-expired@example.com <plain >message 2>/dev/null
	refuses 77 message "expired" -d --require-signature
	refuses 77 message "expired" -d --require-signature="$(gpg_fpr carol-expired@example.com)"
}

@test "a signature by a revoked key does not count" {
	local home
	home=$(gpg_home_empty)
	GNUPGHOME=$home gpg_key '' leaked@example.com
	gpg_quiet --export alice@example.com | GNUPGHOME=$home gpg_quiet --import
	GNUPGHOME=$home gpg_quiet --always-trust -e -s -r alice@example.com <plain >message
	GNUPGHOME=$home gpg_revoke leaked@example.com
	GNUPGHOME=$home gpg_quiet --export leaked@example.com | gpg_quiet --import
	refuses 77 message "was revoked" -d --require-signature
	refuses 77 message "was revoked" -d \
	    --require-signature="$(gpg_fpr leaked@example.com)"
}

# ---- messages that are none, not whole, or not genuine ----

@test "empty, foreign and unencrypted input: 65, each by its name" {
	head -c 1000 /dev/zero | tr '\0' '\377' >noise
	gpg_quiet -s <plain >signed
	gpg_quiet --store <plain >packed
	gpg_quiet --clearsign <plain >clear
	refuses 65 /dev/null "standard input is empty" -d
	refuses 65 plain "not an OpenPGP message" -d
	refuses 65 noise "not an OpenPGP message" -d
	gzip -c plain >plain.gz
	refuses 65 plain.gz "not an OpenPGP message" -d
	for message in signed packed clear; do
		refuses 65 "$message" "not encrypted" -d
	done
}

@test "a message for somebody else: 66, with the key IDs" {
	local home id
	home=$(gpg_home_empty)
	gpg_quiet -e -r alice@example.com -r bob@example.com <plain >message
	gpg_quiet -e -R alice@example.com <plain >hidden
	for name in alice@example.com bob@example.com; do
		id=$(gpg --with-colons --list-keys "$name" | awk -F: '$1 == "sub" { print $5 }')
		GNUPGHOME=$home refuses 66 message "$id" -d
	done
	GNUPGHOME=$home refuses 66 hidden "a key that the message does not name" -d
}

# each_position COUNT STATUSES SCRIPT: run SCRIPT with every number below COUNT as $1, several at a time
# (and not under bats' own tracing); print those whose exit status is not one of STATUSES
each_position() {
	# shellcheck disable=SC2016 # likewise
	seq 0 "$(($1 - 1))" | STATUSES=" $2 " xargs -P 4 -I{} bash -c "$3"'
		case $STATUSES in *" $? "*) ;; *) echo "position $1: status $?" ;; esac' bash {}
}

@test "every truncation of a message is refused" {
	local size options
	for options in "-z0" "-z0 --armor" "-z0 -s"; do
		# shellcheck disable=SC2086 # words on purpose
		gpg_quiet $options -e -r alice@example.com <plain >message
		size=$(wc -c <message)
		# The last newline of an armored message is not part of it.
		[[ $options != *armor* ]] || size=$((size - 1))
		# shellcheck disable=SC2016 # for the script's own shell
		run each_position "$size" 65 'head -c "$1" message | gpgfilter -d >/dev/null 2>&1'
		[ "$output" = "" ]
	done
}

# flipped FILE OFFSET MASK: print the file with one byte changed
flipped() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	head -c "$2" "$1"
	printf '%b' "\\x$(printf %x $((byte ^ $3)))"
	tail -c "+$(($2 + 2))" "$1"
}

@test "every flipped byte of a message is noticed" {
	accepts plain -e -r alice@example.com
	mv out message
	# a flip in the key ID makes it a message for somebody else, and one in a packet's tag can
	# make it one that wants a passphrase
	export -f flipped
	# shellcheck disable=SC2016 # for the script's own shell
	run each_position "$(wc -c <message)" "65 66 77" 'flipped message "$1" 85 | gpgfilter -d >/dev/null 2>&1'
	[ "$output" = "" ]
}

@test "a byte flipped far inside a long message is noticed" {
	head -c 3000000 /dev/urandom >big
	gpgfilter -e -r alice@example.com <big >message
	flipped message 2000000 1 >changed
	refuses 65 changed "cut short or changed" -d >/dev/null
	gpgfilter -e -r alice@example.com <big | head -c 2000000 >message
	refuses 65 message "cut short or changed" -d >/dev/null
}

@test "armored messages end with their last line, whatever line ends and blanks they have" {
	gpg_quiet --armor -e -r alice@example.com <plain >message
	sed 's/$/\r/' message >crlf
	(cat message && printf '\n \n') >blanks
	(echo "a mail begins" && cat message) >mail
	for form in crlf blanks mail; do
		accepts "$form" -d
		cmp out plain
	done
	head -c 300000 /dev/urandom >big
	gpg_quiet --armor -e -r alice@example.com <big >message
	gpgfilter -d <message | cmp - big
	(cat message && echo "a mail ends") >mail
	refuses 65 mail "does not end with its line" -d >/dev/null
	head -n -1 message >short
	refuses 65 short "does not end with its line" -d >/dev/null
}

@test "anything after the message is noticed" {
	gpg_quiet -e -r alice@example.com <plain >message
	(cat message && echo junk) >junk
	(cat message message) >twice
	(cat message && gpg_quiet --store <plain) >extended
	refuses 65 junk "follows it" -d
	refuses 65 twice "" -d
	refuses 65 extended "" -d
}

# Simple S2K with SHA-256, AES-256 in OpenPGP's CFB with resynchronisation, tag 9 (RFC 4880, 5.7)
legacy_message() {
	local key block iv
	key=$(printf bobsecret | sha256sum | cut -d' ' -f1)
	block=0123456789abcdef0123456789abcdef
	printf '%s' "$block${block: -4}" | xxd -r -p |
	    openssl enc -aes-256-cfb -K "$key" -iv 00000000000000000000000000000000 >prefix
	iv=$(tail -c 16 prefix | xxd -p)
	{
		printf '\xcb\x1ab\x00\x00\x00\x00\x00'
		cat plain
	} | openssl enc -aes-256-cfb -K "$key" -iv "$iv" >body
	printf '\xc3\x04\x04\x09\x00\x08'
	printf '\xc9%b' "\\x$(printf %x $((18 + $(wc -c <body))))"
	cat prefix body
}

@test "a message without integrity protection is refused" {
	need openssl xxd
	legacy_message >message
	# gpg can read it, if told to ignore that
	with_passphrase --ignore-mdc-error -d <message | cmp - plain
	gpg_forget
	refuses 65 message "no integrity protection" -d --passphrase-file "$GNUPGHOME/bob.pass"
}

# ---- the world around ----

@test "closed or full standard output: 74, and so named" {
	head -c 1000000 /dev/urandom >big
	gpg_quiet -e -r alice@example.com <big >message
	for mode in "-e -r alice@example.com" "-d"; do
		input=big
		[ "$mode" != -d ] || input=message
		# shellcheck disable=SC2016,SC2086 # words on purpose
		run_status 74 bash -c 'gpgfilter "$@" >/dev/full' gpgfilter $mode <"$input"
		assert_message_one_line gpgfilter
		assert_contains "$stderr" "cannot write standard output: No space left on device"
		# shellcheck disable=SC2016,SC2086
		run_status 74 bash -c 'gpgfilter "$@" >&-' gpgfilter $mode <"$input"
		assert_message_one_line gpgfilter
		# shellcheck disable=SC2016,SC2086
		run_status 74 bash -c 'gpgfilter "$@" | true; exit "${PIPESTATUS[0]}"' gpgfilter $mode <"$input"
		assert_contains "$stderr" "cannot write standard output: the reader went away"
	done
}

@test "a full disk: 74" {
	small_disk "$BATS_TEST_TMPDIR/disk" 256k
	head -c 1000000 /dev/urandom >big
	gpg_quiet -e -r alice@example.com <big >message
	# shellcheck disable=SC2016
	run_status 74 bash -c 'gpgfilter -d <message >disk/out'
	assert_message_one_line gpgfilter
	assert_contains "$stderr" "No space left on device"
	# shellcheck disable=SC2016
	run_status 74 bash -c 'gpgfilter -e -r alice@example.com <big >disk/out'
	assert_contains "$stderr" "No space left on device"
}

@test "closed or unreadable standard input: 74" {
	run_status 74 bash -c 'gpgfilter -e -r alice@example.com <&-'
	assert_message_one_line gpgfilter
	run_status 74 gpgfilter -e -r alice@example.com </tmp
	assert_contains "$stderr" "cannot read standard input"
}

@test "no gpg: 69" {
	run_status 69 env PATH=/nonexistent "$BIN/gpgfilter" -d <plain
	assert_message_one_line gpgfilter
	assert_contains "$stderr" "install the package gnupg"
}

@test "no gpg-agent: 69" {
	gpg_quiet -e -r alice@example.com <plain >message
	printf 'no-autostart\n' >"$GNUPGHOME/gpg.conf"
	for mode in -d "-e -r alice@example.com -s" "-e -r alice@example.com -s -u frank@example.com"; do
		gpg_forget
		# shellcheck disable=SC2086 # words on purpose
		run --separate-stderr gpgfilter $mode <message
		[ "$status" -eq 69 ] && [[ $stderr == *"gpg-agent cannot be reached"* ]] || break
	done
	rm -f "$GNUPGHOME/gpg.conf"
	assert_equal "$mode: $status" "-e -r alice@example.com -s -u frank@example.com: 69"
	assert_contains "$stderr" "gpg-agent cannot be reached"
}

# gpg_runs: is there a gpg of this GNUPGHOME at work?
gpg_runs() {
	local pid
	for pid in $(pgrep -x gpg); do
		if grep -qazx "GNUPGHOME=$GNUPGHOME" "/proc/$pid/environ" 2>/dev/null; then
			return 0
		fi
	done
	return 1
}

no_gpg_runs() {
	! gpg_runs
}

@test "a gpg that is killed in the middle is a failure" {
	mkfifo fifo
	gpgfilter -e -r alice@example.com <fifo >out 2>stderr &
	local filter=$!
	exec 9>fifo
	cat plain >&9
	wait_until 5 gpg_runs
	for pid in $(pgrep -x gpg); do
		! grep -qa "GNUPGHOME=$GNUPGHOME" "/proc/$pid/environ" || kill -KILL "$pid"
	done
	# its end is noticed although the input is silent
	status=0
	wait "$filter" || status=$?
	exec 9>&-
	assert_equal "$status" 70
	assert_contains "$(cat stderr)" "gpg ended before the message did"
}

@test "a signal ends it by that signal, with nothing left running" {
	local signal filter mode
	gpg_quiet -e -r alice@example.com <plain >message
	for signal in TERM INT HUP; do
		for mode in -d "-e -r alice@example.com"; do
			rm -f fifo
			mkfifo fifo
			# shellcheck disable=SC2086 # words on purpose; INT would be ignored by a plain &
			env --default-signal="$signal" gpgfilter $mode <fifo >out 2>stderr &
			filter=$!
			exec 9>fifo
			head -c 60 message >&9
			wait_until 5 gpg_runs
			kill -s "$signal" "$filter"
			status=0
	wait "$filter" || status=$?
			assert_equal "$status" "$((128 + $(kill -l "$signal")))"
			assert_contains "$(cat stderr)" "stopped by SIG$signal"
			wait_until 5 no_gpg_runs
			exec 9>&-
		done
	done
}

@test "it works without a terminal, a display and a home directory" {
	run_status 0 setsid env -i PATH="$PATH" GNUPGHOME="$GNUPGHOME" HOME=/nonexistent gpgfilter -e \
	    -n -r alice@example.com -s </dev/null
	assert_equal "$stderr" ""
}
