# shellcheck shell=bash
#
# A throw-away GNUPGHOME with keys of every kind.
#
# gpg_home       makes it and exports GNUPGHOME:
#                  alice@example.com          ordinary: no passphrase, ultimate trust
#                  bob@example.com            passphrase "bobsecret", also in $GNUPGHOME/bob.pass
#                  carol-expired@example.com  expired on 2020-01-02
#                  dave-revoked@example.com   revoked
#                  eve-untrusted@example.com  only its public key, nobody vouches for it
#                  frank@example.com          another ordinary one, to sign with
# gpg_home_empty makes one without keys and prints its path; it is removed with the other
# gpg_home_stop  ends the agents and removes the directories
# gpg_fpr NAME   prints a key's fingerprint

# The path of an agent's socket may have 107 bytes.
gpg_home_dir() {
	local dir
	dir=$(mktemp -d "$BATS_FILE_TMPDIR/gpg.XXXXXX")
	if [ "${#dir}" -gt 80 ]; then
		rmdir -- "$dir"
		dir=$(mktemp -d /tmp/gpg.XXXXXX)
	fi
	# or every new agent measures for a second how slow a passphrase can be made
	printf 's2k-count 65536\n' >"$dir/gpg-agent.conf"
	printf '%s\n' "$dir" >>"$BATS_FILE_TMPDIR/gpg-homes"
	printf '%s\n' "$dir"
}

# gpg_key PASSPHRASE NAME [GPG-OPTION...]: a key that signs, with a subkey that encrypts
gpg_key() {
	local passphrase=$1 name=$2 fpr
	shift 2
	gpg --batch --quiet "$@" --pinentry-mode loopback --passphrase "$passphrase" \
	    --quick-generate-key "$name" ed25519 default "${GPG_KEY_EXPIRES:-never}" 2>/dev/null
	fpr=$(gpg_fpr "$name")
	gpg --batch --quiet "$@" --pinentry-mode loopback --passphrase "$passphrase" \
	    --quick-add-key "$fpr" cv25519 encr "${GPG_KEY_EXPIRES:-never}" 2>/dev/null
}

gpg_fpr() {
	gpg --batch --with-colons --list-keys "<$1>" 2>/dev/null | awk -F: '$1 == "fpr" { print $10; exit }'
}

gpg_home_empty() {
	gpg_home_dir
}

gpg_revoke() {
	sed 's/^:-----BEGIN/-----BEGIN/' "$GNUPGHOME/openpgp-revocs.d/$(gpg_fpr "$1").rev" |
	    gpg --batch --quiet --import 2>/dev/null
}

gpg_home() {
	local eve
	eve=$(gpg_home_dir)
	GNUPGHOME=$eve gpg_key '' eve-untrusted@example.com
	GNUPGHOME=$(gpg_home_dir)
	export GNUPGHOME
	gpg_key '' alice@example.com
	gpg_key bobsecret bob@example.com
	GPG_KEY_EXPIRES=20200102T000000 gpg_key '' carol-expired@example.com \
	    --faked-system-time 20200101T000000
	gpg_key '' dave-revoked@example.com
	gpg_revoke dave-revoked@example.com
	gpg_key '' frank@example.com
	GNUPGHOME=$eve gpg --batch --export | gpg --batch --quiet --import 2>/dev/null
	(umask 077 && printf 'bobsecret\n' >"$GNUPGHOME/bob.pass")
	gpg_forget
	gpg --batch --quiet --check-trustdb 2>/dev/null
}

# gpg_forget: end the agent, and with it every passphrase that it remembers
gpg_forget() {
	gpgconf --kill all
}

gpg_home_stop() {
	local dir
	[ -e "$BATS_FILE_TMPDIR/gpg-homes" ] || return 0
	while IFS= read -r dir; do
		GNUPGHOME=$dir gpgconf --kill all || true
		rm -rf -- "$dir"
	done <"$BATS_FILE_TMPDIR/gpg-homes"
	rm -f -- "$BATS_FILE_TMPDIR/gpg-homes"
}
