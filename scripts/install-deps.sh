#!/usr/bin/env bash
#
# install-deps.sh PACKAGE...: install those of the Debian packages that are missing.
#
# Says what it will install, and does nothing when all are there. Needs root or a sudo that asks
# nothing. On other systems it only looks whether the libraries can be found.
set -euo pipefail
shopt -s inherit_errexit

libraries=(libpq gpgme libcurl openssl expat jansson zlib)

fail() {
	echo "install-deps.sh: $1" >&2
	exit "$2"
}

# Without dpkg nobody knows the names of the packages: the compiler and the libraries decide.
check_other_system() {
	local library missing=()
	command -v pkg-config >/dev/null ||
	    fail "this is not Debian: install a C compiler, pkg-config and, with their headers, ${libraries[*]}" 69
	for library in "${libraries[@]}"; do
		pkg-config --exists "$library" || missing+=("$library")
	done
	[ ${#missing[@]} -eq 0 ] ||
	    fail "this is not Debian: install, with their headers, ${missing[*]}" 69
}

# A package counts as there when dpkg has configured it.
find_missing() {
	local package
	declare -A installed=()
	while read -r package; do
		installed[$package]=1
	done < <(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null | sed -n 's/^.i *//p')
	missing=()
	for package in "$@"; do
		[ -n "${installed[$package]:-}" ] || missing+=("$package")
	done
}

# Debian's postgresql-15 makes a cluster on port 5432 and starts it. Nobody asked for that, so for
# the time of the installation its own configuration says no.
no_cluster=/etc/postgresql-common/createcluster.d/zz-no-main-cluster.conf

forbid_cluster() {
	trap allow_cluster EXIT
	"${as_root[@]}" mkdir -p "${no_cluster%/*}"
	echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
}

allow_cluster() {
	"${as_root[@]}" rm -f "$no_cluster"
	"${as_root[@]}" rmdir --ignore-fail-on-non-empty "${no_cluster%/*}"
}

become_root() {
	local command="apt-get install --no-install-recommends ${missing[*]}"
	as_root=()
	[ "$(id -u)" -ne 0 ] || return 0
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		fail "packages are missing and this user may not install them; as root run: $command" 77
	fi
	as_root=(sudo -n)
}

install_missing() {
	"${as_root[@]}" apt-get update -q &&
	    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
	        --no-install-recommends "${missing[@]}"
}

[ $# -gt 0 ] || fail 'usage: install-deps.sh PACKAGE...' 64
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	check_other_system
	exit 0
fi
find_missing "$@"
[ ${#missing[@]} -gt 0 ] || exit 0
become_root
echo "Installing Debian packages: ${missing[*]}"
[[ " ${missing[*]} " != *' postgresql-'* ]] || forbid_cluster
install_missing || fail 'apt-get could not install them: its message above says why' 69
