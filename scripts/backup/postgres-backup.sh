#!/usr/bin/env bash
#
# Back up one PostgreSQL database, once read, to a local file and to S3. See postgres-backup.sh(1).
#
#     pgdumpstream | gzfilter | gpgfilter -e | tee TEMPORARY-FILE | s3put --stage
#
# Nothing gets its name before every stage has ended with status 0: until then there is a temporary
# file in BACKUP_DIR and an upload without an object, both of which the next run removes if we are
# killed.

set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/backup/postgres-common.bash
source "$here/postgres-common.bash"
# shellcheck source=scripts/backup/postgres-retention.bash
source "$here/postgres-retention.bash"

# shellcheck disable=SC2317 # called by show
usage() {
	cat <<'EOF'
Usage: postgres-backup.sh [OPTION]...
Back up one PostgreSQL database to BACKUP_DIR, to S3, or to both.

  -e, --encrypt         encrypt to GPG_RECIPIENT
  -s, --s3              upload to S3_BUCKET too
      --no-local        with --s3: leave no local file
  -d, --database NAME   the database (default: POSTGRES_DB)
  -j, --jobs N          connections and compressing threads (default: by processors)
      --env-file FILE   read NAME=VALUE settings; the environment wins over them
      --no-prune        keep all earlier backups
  -v, --verbose         print what is done, even where standard error is no terminal
  -q, --quiet           print warnings and errors only
  -h, --help            print this text
      --version         print the version

The names of what was made are printed on standard output, messages on standard error;
all of it with times in BACKUP_DIR/backup_YYYYMMDD_HHMMSS.log.

Settings, from the environment or the file, with their defaults:
  POSTGRES_HOST         localhost (a directory: a socket in it)
  POSTGRES_PORT         5432
  POSTGRES_USER         saasforge
  POSTGRES_PASSWORD     none (or ~/.pgpass)
  POSTGRES_DB           saasforge
  PG*                   libpq's own, such as PGSSLMODE; POSTGRES_* win over PGHOST, PGPORT...
  BACKUP_DIR            ./backups/postgres
  GPG_RECIPIENT         none: address or fingerprint of the key to encrypt to
  GPG_ALWAYS_TRUST      no: yes encrypts to a key that nobody certified
  GNUPGHOME             ~/.gnupg
  S3_BUCKET             none
  S3_PREFIX             postgres-backups
  AWS_*                 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL...
  RETAIN_LAST           7    newest backups that are kept, of whatever day
  RETAIN_DAILY          7    days of which the newest backup is kept
  RETAIN_WEEKLY         4    weeks
  RETAIN_MONTHLY        6    months

Exit status: 0 all done; 64 usage; 65 bad data; 66 no such database, bucket, key or file;
69 server or program not available; 73 cannot create; 74 read or write failed, disk full;
75 another backup is running, or stopped by a signal; 76 strange answer of a server;
77 refused: password, key, access; 78 a setting is missing or wrong.
EOF
}

encrypt=
use_s3=
use_local=yes
prune=yes
env_file=
database=
jobs=()

state=         # where the lock and the journals of uploads are
backup_name=  # DB_YYYYMMDD_HHMMSS.sql.gz or .sql.gz.gpg
part=          # the local backup while it is written
stamp=         # its time
journal=       # a file with the URL of an upload that is no object yet
url=           # of the object to be
what_stands='no backup was made' # by a run that is stopped, for people

parse_options() {
	split_options dj '--database --jobs --env-file' "$@"
	set -- "${options[@]}"
	while (($# > 0)); do
		case $1 in
		-e | --encrypt) encrypt=yes ;;
		-s | --s3) use_s3=yes ;;
		--no-local) use_local= ;;
		--no-prune) prune= ;;
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
	[[ ${#operands[@]} -eq 0 ]] || usage_error \
		"'${operands[0]}' is not an option; the database to back up is named by --database"
	[[ -n $use_local || -n $use_s3 ]] || usage_error "--no-local without --s3 would make no backup"
}

settle_settings() {
	[[ -z $env_file ]] || read_env_file "$env_file"
	[[ -z $database ]] || POSTGRES_DB=$database
	database_settings
	export -n PGDATABASE="$POSTGRES_DB"
	set_default RETAIN_LAST 7
	set_default RETAIN_DAILY 7
	set_default RETAIN_WEEKLY 4
	set_default RETAIN_MONTHLY 6
	need_number RETAIN_LAST 0 9999
	need_number RETAIN_DAILY 0 9999
	need_number RETAIN_WEEKLY 0 9999
	need_number RETAIN_MONTHLY 0 9999
	[[ -z $encrypt ]] || encryption_settings
	[[ -z $use_s3 ]] || s3_settings
	set_default BACKUP_DIR ./backups/postgres
	file_name "$POSTGRES_DB"
}

encryption_settings() {
	[[ -n ${GPG_RECIPIENT-} ]] || die "$EX_CONFIG" \
		"GPG_RECIPIENT is not set; set it to the address or fingerprint of the key to encrypt to"
	encrypt_command=(gpgfilter -e -r "$GPG_RECIPIENT")
	case ${GPG_ALWAYS_TRUST-} in
	'' | no) ;;
	yes) encrypt_command+=(--always-trust) ;;
	*) die "$EX_CONFIG" "GPG_ALWAYS_TRUST is '$GPG_ALWAYS_TRUST', not yes or no; correct it" ;;
	esac
}

check_programs() {
	need_programs setpriv flock tee sync pgdumpstream gzfilter
	[[ -z $encrypt ]] || need_programs gpgfilter
	[[ -z $prune ]] || need_programs prune
	[[ -z $use_s3 ]] || need_programs s3put s3cp s3ls s3rm
}

# ---- the place to write to, and the lock ----

# open_state: where the lock and the journal of uploads are: BACKUP_DIR, or where nothing local is
# wanted, a directory of our own
open_state() {
	if [[ -z $use_local ]]; then
		state=${TMPDIR:-/tmp}/postgres-backup-$UID
		mkdir -m 700 -- "$state" 2>/dev/null || :
		[[ -d $state && -O $state && ! -L $state ]] || die "$EX_CANTCREAT" \
			"$state is not a directory of $(id -un)'s own; remove it"
		return 0
	fi
	state=${BACKUP_DIR%/}
	reason=$(mkdir -p -- "$state/" 2>&1) || die "$EX_CANTCREAT" \
		"BACKUP_DIR ${reason#mkdir: }; make it, or name another place"
	[[ -w $state/ && -x $state/ ]] || die "$EX_NOPERM" \
		"BACKUP_DIR $state cannot be written to by $(id -un); change its mode, or name another place"
}

take_lock() {
	local file=$state/.$file_name.lock holder=

	[[ ! -L $file ]] || die "$EX_CANTCREAT" "$file is a symbolic link, not a lock of ours; remove it"
	{ exec {lock_fd}<>"$file"; } 2>/dev/null || die "$EX_CANTCREAT" "$file cannot be made or opened; look at $state"
	[[ /proc/self/fd/$lock_fd -ef $file && ! -L $file ]] || die "$EX_TEMPFAIL" "$file changed; run it again"
	kept_fds+=("$lock_fd")
	if ! flock -n "$lock_fd"; then
		read -r holder <"$file" || :
		die "$EX_TEMPFAIL" "a backup of $POSTGRES_DB is running already (${holder:-lock $file}); wait for it"
	fi
	{ printf '%-78s\n' "process $$ since $(date '+%Y-%m-%d %H:%M:%S') UTC" >&"$lock_fd"; } 2>/dev/null ||
		die "$EX_IOERR" "$file cannot be written; free space on that file system"
}

# choose_name: a second in which nothing else was named, by no other database either: the log is
# called after it
choose_name() {
	local i suffix=.sql.gz

	[[ -z $encrypt ]] || suffix+=.gpg
	for ((i = 0; i < 30; i++)); do
		printf -v stamp '%(%Y%m%d_%H%M%S)T' -1
		backup_name=${file_name}_$stamp$suffix
		[[ -n $use_local ]] || return 0
		if ! any_exists "$state/${file_name}_$stamp".* "$state/backup_$stamp.log"; then
			make_file "$state/backup_$stamp.log"
			log_file=$state/backup_$stamp.log
			return 0
		fi
		sleep 0.5
	done
	die "$EX_TEMPFAIL" "no free name for a backup was found in $state for 15 s; is the clock standing still?"
}

any_exists() {
	local file

	for file in "$@"; do
		[[ ! -e $file && ! -L $file ]] || return 0
	done
	return 1
}

# make_file FILE: a new, empty one
make_file() {
	(set -C && : >"$1") 2>/dev/null || die "$EX_CANTCREAT" \
		"$1 cannot be made; free space there, or look at the directory's mode"
}

# ---- what an earlier run left ----

clean_up_earlier() {
	local file base

	for file in "$state/.${file_name}_"*; do
		base=${file##*/.}
		base=${base%.*}
		is_backup_name "$base" || continue
		case $file in
		*.part | *.link) rm -f -- "$file" && note "removed $file, left by a run that was killed" ;;
		*.upload) [[ -z $use_s3 ]] || abort_upload "$file" || warn "$reason" ;;
		esac
	done
}

# abort_upload JOURNAL: by its receipt where it is an upload of this run
abort_upload() {
	local url='' command

	if [[ -s $1 ]]; then
		read -r url <"$1"
		command=(s3rm --uploads "$url")
		[[ $1 != "$journal" || ! -e $tmp/receipt ]] || command=(s3put --abort "$tmp/receipt" "$url")
		if ! run abort s3 "${command[@]}" </dev/null >/dev/null; then
			find_culprit abort && blame
			return 1
		fi
		record INFO "gave up the upload of $url"
	fi
	rm -f -- "$1"
}

# Those of machines that are gone, containers for example; no upload of ours takes a week. Some users
# may not list uploads: that is no reason to trouble them every night.
abort_abandoned_uploads() {
	run abandoned s3 s3rm --uploads --older-than 7d "s3://$S3_BUCKET/$s3_folder${file_name}_2" \
		</dev/null >/dev/null || relay abandoned
}

# ---- checks before the dump ----

check_recipient() {
	run encrypt none "${encrypt_command[@]}" --dry-run </dev/null >/dev/null || give_up encrypt
}

check_store() {
	s3_list "s3://$S3_BUCKET/$s3_folder$backup_name" || die "$reason_status" "$reason"
	[[ ! -s $tmp/list ]] || die "$EX_TEMPFAIL" "s3://$S3_BUCKET/$s3_folder$backup_name exists already; run it again"
	abort_abandoned_uploads
}

# ---- the dump ----

# dump: fill the temporary file and the parts of the upload from one reading of the database
dump() {
	pipeline
	open_destinations
	from_file /dev/null
	flow dump pg pgdumpstream "${jobs[@]}"
	if [[ -n $encrypt ]]; then
		flow compress none gzfilter "${jobs[@]}"
		start encrypt none "${encrypt_command[@]}" <&"$upstream" >&"$destination"
	else
		start compress none gzfilter "${jobs[@]}" <&"$upstream" >&"$destination"
	fi
	settle
	judge dump compress ${encrypt:+encrypt}
	relay dump compress encrypt copy upload
}

# open_destinations: set destination, where the last filter writes to
open_destinations() {
	[[ -z $use_s3 ]] || open_upload
	[[ -n $use_local ]] || return 0
	part=$state/.$backup_name.part
	make_file "$part"
	if [[ -z $use_s3 ]]; then
		exec {destination}>"$part"
		pipe_fds+=("$destination")
		return 0
	fi
	# tee -p goes on with the other one when the file or the pipe fails
	new_pipe
	start copy none tee -p -- "$part" <&"$pipe_out" >&"$destination"
	destination=$pipe_in
}

open_upload() {
	url=s3://$S3_BUCKET/$s3_folder$backup_name
	journal=$state/.$backup_name.upload
	make_file "$journal"
	{ printf '%s\n' "$url" >"$journal"; } 2>/dev/null || die "$EX_IOERR" \
		"$journal cannot be written; free space on that file system"
	new_pipe
	start upload s3 s3put --stage "$tmp/receipt" "$url" <&"$pipe_out"
	destination=$pipe_in
}

# judge STAGE...: set have_local and have_upload to what can be published. With two destinations, one
# may fail alone; the failure of a stage before them is the end of both.
judge() {
	have_local=$use_local
	have_upload=$use_s3
	if [[ -n $use_local && -n $use_s3 ]]; then
		judge_destinations
		set -- "$@" ${have_local:+copy}
	elif [[ -n $use_s3 ]]; then
		set -- "$@" upload
	fi
	if find_culprit "$@"; then
		give_up "$@"
	fi
}

judge_destinations() {
	if only_the_file_failed; then
		have_local=
		fail copy "there is no local backup"
	fi
	if [[ ${status[upload]} -ne 0 ]]; then
		have_upload=
		fail upload "there is no backup in S3"
	fi
	[[ -n $have_local || -n $have_upload ]] || exit "$first_failure"
}

only_the_file_failed() {
	[[ ${status[copy]} -eq 1 ]] && ! grep -qE 'read error|standard output' "$tmp/copy.err"
}

# fail STAGE WHAT: a failure that the run goes on after, and its exit status remembers
fail() {
	culprit=$1
	blame
	say ERROR "$2: $reason"
	((first_failure != 0)) || first_failure=$reason_status
}

# give_up STAGE...: none of it succeeded
give_up() {
	find_culprit "$@"
	blame
	relay "$@"
	if [[ -z $use_s3 && $reason == *'standard output'* ]]; then
		reason="${reason/standard output/"$state/$backup_name"}; free space there"
	fi
	die "$reason_status" "no backup of $POSTGRES_DB was made: $reason"
}

# ---- publishing ----

# publish: every stage has ended with 0. The local file first: it is there whatever the network does.
publish() {
	local suffix=${backup_name#"${file_name}_$stamp"}

	[[ -z $have_local ]] || publish_local || have_local=
	[[ -z $have_upload ]] || publish_upload || have_upload=
	[[ -z $have_local ]] || link_latest "latest$suffix" "${file_name}_latest$suffix" || :
	[[ -z $have_upload ]] || copy_to_latest "$suffix" || :
}

# What is on disk before it has its name survives a power cut with it.
publish_local() {
	local what="there is no local backup"

	attempt "$what" sync none sync -- "$part" || return 1
	attempt "$what" rename none mv -nT -- "$part" "$state/$backup_name" || return 1
	if [[ -e $part ]]; then
		echo "mv: $state/$backup_name is there already; run it again" >"$tmp/rename.err"
		fail rename "$what"
		return 1
	fi
	part=
	what_stands="$state/$backup_name complete"
	announce "$state/$backup_name"
	attempt "$state/$backup_name may not survive a power cut" sync none sync -- "$state/"
}

publish_upload() {
	attempt "there is no backup in S3" commit s3 s3put --commit "$tmp/receipt" "$url" || return 1
	rm -f -- "$journal"
	journal=
	what_stands="${have_local:+$state/$backup_name and }$url complete"
	announce "$url"
}

# link_latest LINK...: each is replaced in one step
link_latest() {
	local link new=$state/.$backup_name.link

	for link in "$@"; do
		if [[ -e $state/$link && ! -L $state/$link ]]; then
			echo "ln: $state/$link is no symbolic link; move it away" >"$tmp/link.err"
			status[link]=1
			fail link "$state/$backup_name is complete, but $link was not renewed"
			continue
		fi
		attempt "$state/$backup_name is complete, but $link was not renewed" link none ln -s -- "$backup_name" "$new" &&
			attempt "$state/$backup_name is complete, but $link was not renewed" \
				link none mv -T -- "$new" "$state/$link" || return 1
	done
}

copy_to_latest() {
	attempt "$url is complete, but ${file_name}_latest$1 was not renewed" latest s3 \
		s3cp "$url" "s3://$S3_BUCKET/$s3_folder${file_name}_latest$1"
}

# ---- all of it ----

# clean_up: by the EXIT trap, whatever happened
# shellcheck disable=SC2317
clean_up() {
	[[ -z $part ]] || rm -f -- "$part"
	[[ ! -L $state/.$backup_name.link ]] || rm -f -- "$state/.$backup_name.link"
	[[ -z $journal || ! -e $journal ]] || abort_upload "$journal" ||
		say ERROR "an incomplete upload of $url is left; the next run gives it up: $reason"
}

summary() {
	local size='' what="$POSTGRES_DB backed up"

	[[ -z $have_local ]] || size=", $(stat -c %s -- "$state/$backup_name") bytes"
	((first_failure == 0)) || what="$POSTGRES_DB backed up in part: see the errors above"
	note "$what$size, in $SECONDS s"
}

main() {
	begin
	parse_options "$@"
	settle_settings
	check_programs
	make_tmp
	open_state
	take_lock
	choose_name
	note "backing up $POSTGRES_DB on $POSTGRES_HOST:$POSTGRES_PORT as $POSTGRES_USER: $backup_name"
	clean_up_earlier
	[[ -z $encrypt ]] || check_recipient
	[[ -z $use_s3 ]] || check_store
	dump
	publish
	retain
	summary
	end
}

main "$@"
