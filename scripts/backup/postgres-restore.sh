#!/usr/bin/env bash
#
# Restore a PostgreSQL database from a backup, a file or an object in S3. See postgres-restore.sh(1).
#
#     s3get | gpgfilter -d | gzfilter -d | pgrestorestream --create TEMPORARY
#
# The stream goes into a new database under a temporary name. Only when every stage has ended with
# status 0 does it take the place of the old one, in one transaction; until then that stays as it is.

set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/backup/postgres-common.bash
source "$here/postgres-common.bash"
# shellcheck source=scripts/backup/postgres-target.bash
source "$here/postgres-target.bash"
# shellcheck source=scripts/backup/postgres-foreign.bash
source "$here/postgres-foreign.bash"

# shellcheck disable=SC2317 # called by show
usage() {
	cat <<'EOF'
Usage: postgres-restore.sh [OPTION]... BACKUP
       postgres-restore.sh [OPTION]... --latest | --at TIME
Restore a database from BACKUP: a file, the name of a file in BACKUP_DIR, s3://BUCKET/KEY, or
with --s3 the name of an object under S3_PREFIX. What kind of backup it is, encrypted,
compressed, written by pg_dump or by postgres-backup.sh, is told by its content.

  -d, --database NAME   the database to restore into (default: POSTGRES_DB); it need not exist
  -s, --s3              take BACKUP, or the newest, from S3_BUCKET
      --latest          the newest backup
      --at TIME         the newest backup that is not later than TIME, UTC if it names no zone
      --source NAME     with --latest and --at: of which database (default: the one restored)
  -f, --force           replace a database that is not empty without asking
      --yes             answer yes to the question whether to do so
      --keep-old        keep the replaced database; its new name is printed
      --create-roles    create roles that the backup names and the server lacks, without login
      --no-owner        objects belong to POSTGRES_USER
      --no-privileges   no GRANT and REVOKE
  -j, --jobs N          connections and decompressing threads (default: by processors)
      --env-file FILE   read NAME=VALUE settings; the environment wins over them
  -v, --verbose         print what is done, even where standard error is no terminal
  -q, --quiet           print warnings and errors only
  -h, --help            print this text
      --version         print the version

Settings, from the environment or the file, with their defaults:
  POSTGRES_HOST         localhost (a directory: a socket in it)
  POSTGRES_PORT         5432
  POSTGRES_USER         saasforge: a superuser, or a role that may create databases and owns
                        the one to be replaced
  POSTGRES_PASSWORD     none (or ~/.pgpass)
  POSTGRES_DB           saasforge
  PG*                   libpq's own, such as PGSSLMODE; POSTGRES_* win over PGHOST, PGPORT...
  BACKUP_DIR            ./backups/postgres
  GPG_PASSPHRASE_FILE   none: file with the secret key's passphrase, if the agent is not to ask
  GNUPGHOME             ~/.gnupg
  S3_BUCKET             none
  S3_PREFIX             postgres-backups
  AWS_*                 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL...

Exit status: 0 restored; 64 usage; 65 the backup is damaged, incomplete or of another kind;
66 no such backup, bucket or secret key; 69 server or program not available; 73 the database
is not empty and nobody allowed replacing it; 74 read or write failed, disk full; 75 another
restore is running, or stopped by a signal; 76 strange answer of a server; 77 refused:
password, key, access; 78 a setting is missing or wrong. After any but 0 the database is as
it was, unless the message says that it was replaced.
EOF
}

use_s3=
choice= # latest, or a time as in file names
at=
source_database=
replace=
keep_old=
env_file=
database=
jobs=()
load_options=()
no_owner=
no_privileges=
create_roles=

backup= # a path or s3://BUCKET/KEY
target=
maintenance= # the database to be connected to meanwhile
temp=        # the new database while it has no name of its own
lock_pid=
what_stands='nothing was restored' # by a run that is stopped, for people

parse_options() {
	split_options dj '--database --jobs --env-file --at --source' "$@"
	set -- "${options[@]}"
	while (($# > 0)); do
		case $1 in
		-s | --s3) use_s3=yes ;;
		-f | --force | --yes) replace=yes ;;
		--keep-old) keep_old=yes ;;
		--latest) choice=latest ;;
		--at) at=$2 choice=at && shift ;;
		--source) source_database=$2 && shift ;;
		--create-roles) create_roles=yes load_options+=("$1") ;;
		--no-owner) no_owner=yes load_options+=("$1") ;;
		--no-privileges) no_privileges=yes load_options+=("$1") ;;
		-q | --quiet) show_notes='' show_names='' ;;
		-v | --verbose) show_notes=yes ;;
		-h | --help) show usage ;;
		--version) show print_version ;;
		-d | --database) database=$2 && shift ;;
		-j | --jobs) take_jobs "$2" && shift ;;
		--env-file) env_file=$2 && shift ;;
		*) usage_error "there is no option $1" ;;
		esac
		shift
	done
	check_operands "${operands[@]}"
}

check_operands() {
	if [[ -n $choice ]]; then
		[[ $# -eq 0 ]] || usage_error "--latest and --at choose the backup; '$1' cannot be named too"
	elif [[ $# -ne 1 || -z ${1-} ]]; then
		usage_error "one BACKUP is wanted, or --latest"
	elif [[ -n $source_database ]]; then
		usage_error "--source goes with --latest or --at"
	fi
	if [[ -n $at ]]; then
		at=$(date --date="$at" +%Y%m%d_%H%M%S 2>/dev/null) || usage_error "--at: '$at' is no time; write '2025-11-15 14:00'"
	fi
}

settle_settings() {
	[[ -z $env_file ]] || read_env_file "$env_file"
	[[ -z $database ]] || POSTGRES_DB=$database
	database_settings
	set_default BACKUP_DIR ./backups/postgres
	target=$POSTGRES_DB
	case $target in
	template0 | template1) usage_error "$target is the server's own, it cannot be restored into" ;;
	postgres) maintenance=template1 ;;
	*) maintenance=postgres ;;
	esac
	[[ $(LC_ALL=C && echo "${#target}") -le 63 ]] || usage_error "the name '$target' is longer than 63 bytes"
	[[ -z $use_s3 ]] || s3_settings
	decrypt_command=(gpgfilter -d)
	[[ -z ${GPG_PASSPHRASE_FILE-} ]] || decrypt_command+=(--passphrase-file "$GPG_PASSPHRASE_FILE")
}

# ---- which backup ----

find_backup() {
	if [[ -n $choice ]]; then
		choose_backup
	elif [[ $1 == s3://?*/?* ]]; then
		backup=$1
		check_object
	elif [[ -n $use_s3 ]]; then
		backup=$s3_folder$1
		[[ $1 != */* ]] || backup=$1
		backup=s3://$S3_BUCKET/$backup
		check_object
	else
		find_file "$1"
	fi
}

find_file() {
	backup=$1
	[[ -e $1 || $1 == */* || ! -e ${BACKUP_DIR%/}/$1 ]] || backup=${BACKUP_DIR%/}/$1
	[[ -e $backup ]] || die "$EX_NOINPUT" \
		"there is no file $1, neither here nor in $BACKUP_DIR; 'ls $BACKUP_DIR' shows what there is"
	[[ -f $backup ]] || die "$EX_NOINPUT" "$backup is not a file"
	[[ -r $backup ]] || die "$EX_NOPERM" "$backup may not be read by $(id -un); check its owner and mode"
}

check_object() {
	local key=${backup#s3://*/} found

	s3_list "$backup" || die "$reason_status" "$reason"
	while IFS=$'\t' read -r _ _ _ found; do
		[[ $found != "$key" ]] || return 0
	done <"$tmp/list"
	die "$EX_NOINPUT" "there is no $backup; 's3ls ${backup%/*}/' shows what there is"
}

# choose_backup: the newest of the source database, no later than $at if that is given
choose_backup() {
	local name best='' best_stamp='' place

	set_default source_database "$target"
	file_name "$source_database"
	list_backups
	while IFS= read -r name; do
		is_backup_name "$name" || continue
		[[ -z $at || ! $stamp_of > $at ]] || continue
		if [[ $stamp_of > $best_stamp ]]; then
			best=$name
			best_stamp=$stamp_of
		fi
	done <"$tmp/names"
	place=${BACKUP_DIR%/}
	[[ -z $use_s3 ]] || place=s3://$S3_BUCKET/${s3_folder%/}
	[[ -n $best ]] || die "$EX_NOINPUT" \
		"there is no backup of $source_database in $place${at:+ from before $(people_time "$at")}; --source names another database"
	backup=$place/$best
	say_choice "$best_stamp"
}

# list_backups: names alone, into $tmp/names
list_backups() {
	local file key

	if [[ -z $use_s3 ]]; then
		for file in "${BACKUP_DIR%/}/${file_name}_"*; do
			[[ ! -f $file ]] || printf '%s\n' "${file##*/}"
		done >"$tmp/names"
		return 0
	fi
	s3_list "s3://$S3_BUCKET/$s3_folder${file_name}_" || die "$reason_status" "$reason"
	while IFS=$'\t' read -r _ _ _ key; do
		printf '%s\n' "${key#"$s3_folder"}"
	done <"$tmp/list" >"$tmp/names"
}

# people_time YYYYMMDD_HHMMSS: print it as people write it
people_time() {
	printf '%s-%s-%s %s:%s:%s UTC' "${1:0:4}" "${1:4:2}" "${1:6:2}" "${1:9:2}" "${1:11:2}" "${1:13:2}"
}

# say_choice STAMP: which backup it is, and how much time lies between it and what was asked for
say_choice() {
	local taken until=$EPOCHSECONDS end='now' minutes

	taken=$(date --date="$(people_time "$1")" +%s)
	if [[ -n $at ]]; then
		end=$(people_time "$at")
		until=$(date --date="$end" +%s)
	fi
	minutes=$(((until - taken) / 60))
	say INFO "taking $backup, begun $(people_time "$1"): what was changed in the $((minutes / 1440)) days $((minutes / 60 % 24)) h $((minutes % 60)) min from then to $end is not in it"
}

# ---- the stream ----

# open_stream: begin a pipeline that undoes the layers that are known so far; $chain names its stages
open_stream() {
	local i

	pipeline
	chain=()
	if [[ $backup == s3://* ]]; then
		from_file /dev/null
		add_stage fetch s3 s3get "$backup"
	else
		from_file "$backup"
	fi
	for i in "${!layers[@]}"; do
		case ${layers[i]} in
		gzip) add_stage "decompress$i" none gzfilter -d "${jobs[@]}" ;;
		openpgp) add_stage "decrypt$i" none "${decrypt_command[@]}" ;;
		esac
	done
}

add_stage() {
	chain+=("$1")
	flow "$@"
}

# identify: set kind to what is inside, and layers to what is around it. Each layer is found by its
# first bytes, and the stream given up after that: nothing decrypted ever touches a disk.
identify() {
	layers=()
	while [[ ${#layers[@]} -lt 5 ]]; do
		open_stream
		start identify none pgrestorestream --identify <&"$upstream" >"$tmp/kind"
		settle
		if find_culprit "${chain[@]}" identify && ! lost_its_reader "$culprit"; then
			give_up "${chain[@]}" identify
		fi
		kind=$(<"$tmp/kind")
		[[ $kind == gzip || $kind == openpgp ]] || return 0
		layers+=("$kind")
	done
}

give_up() {
	find_culprit "$@"
	blame
	relay "$@"
	die "$reason_status" "$backup was not restored and $target is as it was: $reason"
}

load() {
	identify
	note "restoring $backup ($kind${layers:+, ${layers[*]}}) into $target on $POSTGRES_HOST:$POSTGRES_PORT"
	case $kind in
	pgdumpstream) load_stream ;;
	pg_dump-plain) load_script ;;
	pg_dump-custom | pg_dump-tar) load_archive ;;
	pg_dumpall-plain) refuse "was made by pg_dumpall: it holds a whole server, load it with 'psql -X -f'" ;;
	empty) refuse "is empty" ;;
	*) refuse "is no backup of PostgreSQL" ;;
	esac
}

refuse() { die "$EX_DATAERR" "$backup $1; $target is as it was"; }

load_stream() {
	open_stream
	temp=$new
	start load pg pgrestorestream --create "$temp" -d "$maintenance" "${load_options[@]}" "${jobs[@]}" \
		<&"$upstream" >/dev/null
	finish_load
}

finish_load() {
	settle
	! find_culprit "${chain[@]}" load || give_up "${chain[@]}" load
	relay "${chain[@]}" load
}

# ---- all of it ----

# clean_up: by the EXIT trap, whatever happened
# shellcheck disable=SC2317
clean_up() {
	[[ -z $temp ]] || drop_database "$temp" || warn "the next restore into $target drops $temp"
	[[ -z $lock_pid ]] || kill "$lock_pid" 2>/dev/null
}

main() {
	begin
	parse_options "$@"
	settle_settings
	need_programs setpriv psql pgrestorestream gzfilter
	make_tmp
	[[ -z $use_s3 && ${operands[0]-} != s3://* ]] || need_programs s3get s3ls
	find_backup "${operands[@]}"
	lock_target
	look_at_target
	ask
	choose_names
	load
	swap
	settle_old
	note "$target is restored from $backup, in $SECONDS s"
	end
}

main "$@"
