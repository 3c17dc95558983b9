# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that are shared with the files that source it
#
# What postgres-backup.sh and postgres-restore.sh share: messages, options, settings, names; and
# pipelines, in the file that it sources. Sourced by them, after `set -euo pipefail`, with $here set.

# shellcheck source=scripts/backup/postgres-pipeline.bash
source "$here/postgres-pipeline.bash"

shopt -s inherit_errexit
umask 077
[[ -z ${LC_ALL-} ]] || export LC_CTYPE=$LC_ALL
unset LC_ALL
export TZ=UTC0 LC_MESSAGES=C

readonly EX_USAGE=64 EX_DATAERR=65 EX_NOINPUT=66 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_CANTCREAT=73 \
	EX_IOERR=74 EX_TEMPFAIL=75 EX_NOPERM=77 EX_CONFIG=78
readonly VERSION=0.1.0

me=${0##*/}
reason=
show_notes= # on stderr, not only in the log
show_names=yes
log_file=
tmp=
stderr=     # where messages go: never 2 itself, which say() silences
explained=  # an error was
stopped_by=

first_failure=0
stdout_failed=

# ---- messages ----

# say LEVEL TEXT: one line on stderr, and the same text with time and level in the log
say() {
	[[ $1 != ERROR ]] || explained=yes
	{ printf '%s: %s\n' "$me" "${2//[[:cntrl:]]/?}" >&"$stderr"; } 2>/dev/null || :
	record "$1" "$2"
}

# record LEVEL TEXT: in the log only. A log that cannot be written does not stop a backup.
record() {
	[[ -n $log_file ]] || return 0
	printf '%(%Y-%m-%dT%H:%M:%SZ)T %-7s %s\n' -1 "$1" "${2//[[:cntrl:]]/?}" \
		2>/dev/null >>"$log_file" || :
}

note() {
	if [[ -n $show_notes ]]; then say INFO "$1"; else record INFO "$1"; fi
}
warn() { say WARNING "$1"; }

# die STATUS TEXT
die() {
	say ERROR "$2"
	exit "$1"
}

# announce TEXT: a result, on standard output. That nobody can read it does not undo the backup.
announce() {
	record INFO "$1"
	[[ -z $show_names ]] || printf '%s\n' "$1" 2>/dev/null || stdout_failed=yes
}

# end: with the status of the first failure, if there was one
end() {
	if [[ -n $stdout_failed ]]; then
		warn "standard output cannot be written to; what was made is in the log"
		((first_failure != 0)) || first_failure=$EX_IOERR
	fi
	exit "$first_failure"
}

# show COMMAND...: print what it prints and end
show() {
	printf '%s\n' "$("$@")" 2>/dev/null || die "$EX_IOERR" "standard output cannot be written to"
	exit 0
}

print_version() { printf '%s %s' "$me" "$VERSION"; }

usage_error() { die "$EX_USAGE" "$1; try '$me --help'"; }

# ---- start and end ----

# begin: what comes before everything else. Descriptors 0 to 2 that are closed are opened, so that no
# file of ours lands there: 1 and 2 in a way that writing to them still fails.
begin() {
	{ : <&0; } 2>/dev/null || exec 0</dev/null
	{ : >&1; } 2>/dev/null || exec 1</dev/null
	[[ -e /dev/fd/2 ]] || exec 2</dev/null
	exec {stderr}>&2
	kept_fds+=("$stderr")
	if [[ -z ${HOME-} ]]; then
		unset HOME
		export HOME=~
	fi
	[[ ! -t 2 ]] || show_notes=yes
	trap '' PIPE
	trap 'finish $?' EXIT
	trap 'stopped INT' INT
	trap 'stopped TERM' TERM
	trap 'stopped HUP' HUP
	hide_secrets
	find_programs
}

# Only the programs that need them get to see these; see become().
hide_secrets() {
	local name

	for name in POSTGRES_PASSWORD "${!PG@}" "${!AWS_@}"; do
		export -n "${name?}"
	done
}

# In a checkout the programs are in its bin/, after `make install` beside us; else on PATH.
find_programs() {
	case $here in
	*/scripts/backup) PATH=${here%/scripts/backup}/bin:$PATH ;;
	*) PATH=$here:$PATH ;;
	esac
}

# need_programs NAME...
need_programs() {
	local name

	for name in "$@"; do
		[[ -n $(type -P -- "$name" || :) ]] || die "$EX_UNAVAILABLE" \
			"$name is not installed here; run 'make' in the checkout, or 'make deps' for what comes from packages"
	done
}

# make_tmp: a directory of this run's own, after removing those of runs that were killed. What bash
# itself says goes there from now on: "Killed" of a stage, or where this program is wrong.
make_tmp() {
	local old pid

	for old in "${TMPDIR:-/tmp}"/postgres-backup.*.??????????; do
		[[ -d $old && -O $old && ! -L $old ]] || continue
		pid=${old%.*}
		pid=${pid##*.}
		[[ -d /proc/$pid ]] || rm -rf -- "$old"
	done
	tmp=$(mktemp -d -t "postgres-backup.$$.XXXXXXXXXX" 2>/dev/null) ||
		die "$EX_CANTCREAT" "no temporary directory can be made in ${TMPDIR:-/tmp}; free space there, or set TMPDIR"
	exec 2>"$tmp/shell.err"
}

stopped() {
	trap '' INT TERM HUP
	stopped_by=$1
	exit "$EX_TEMPFAIL"
}

# finish STATUS: the EXIT trap. clean_up and $what_stands are each script's own. (A `return` without a
# number would mean the status from before the trap here: there is none in these files.)
finish() {
	trap '' INT TERM HUP
	set +e
	stop_stages
	[[ -z $stopped_by ]] || say ERROR "stopped by SIG$stopped_by; $what_stands"
	if (($1 != 0)) && [[ -z $explained$stdout_failed && -s $tmp/shell.err ]]; then
		say ERROR "internal error, please report it: $(tail -n 1 -- "$tmp/shell.err")"
		set -- "$EX_SOFTWARE"
	fi
	clean_up
	[[ -z $tmp ]] || rm -rf -- "$tmp"
	[[ -n $stopped_by ]] || exit "$1"
	trap - "$stopped_by"
	kill -s "$stopped_by" "$BASHPID"
}

# ---- options ----

# split_options SHORT LONG ARG...: set options to the options, one at a time, those in SHORT
# (letters) and LONG (words) followed by their value; set operands to the rest
split_options() {
	local short=$1 long=" $2 " arg

	options=()
	operands=()
	shift 2
	while (($# > 0)); do
		arg=$1
		shift
		case $arg in
		--)
			operands+=("$@")
			return 0
			;;
		--*=*)
			set -- "${arg#*=}" "$@"
			arg=${arg%%=*}
			[[ $long == *" $arg "* ]] || usage_error "there is no option $arg with a value"
			;;
		-[!-]?*) # -es is -e -s, and -dNAME is -d NAME
			if [[ $arg == -[$short]* ]]; then set -- "${arg:2}" "$@"; else set -- "-${arg:2}" "$@"; fi
			arg=${arg:0:2}
			;;
		-?*) ;;
		*)
			operands+=("$arg")
			continue
			;;
		esac
		options+=("$arg")
		[[ $long == *" $arg "* || $arg == -[$short] ]] || continue
		(($# > 0)) || usage_error "option $arg wants a value"
		options+=("$1")
		shift
	done
}

# ---- settings ----

# set_default NAME VALUE...: the first VALUE that is not empty, if NAME is empty or not set
set_default() {
	local name=$1 value

	shift
	for value in "${!name-}" "$@"; do
		[[ -z $value ]] || break
	done
	printf -v "$name" %s "$value"
}

# need_number NAME MIN MAX
need_number() {
	local value=${!1}

	if [[ ! $value =~ ^[0-9]{1,9}$ ]] || ((10#$value < $2 || 10#$value > $3)); then
		die "$EX_CONFIG" "$1 is '$value', not a number from $2 to $3; correct it"
	fi
}

# take_jobs N: set jobs to the option that the filters understand
take_jobs() {
	[[ $1 =~ ^[1-9][0-9]?$ && $1 -le 64 ]] || usage_error "--jobs wants a number from 1 to 64, not '$1'"
	jobs=(-j "$1")
}

# database_settings: POSTGRES_* decide, then libpq's own variables, then the documented defaults; only
# PGDATABASE does not, lest what a shell has for psql becomes the target of a restore. Programs get
# them as PG*, which are data and never parsed as connection strings, as the value of -d is.
database_settings() {
	set_default POSTGRES_HOST "${PGHOST-}" localhost
	set_default POSTGRES_PORT "${PGPORT-}" 5432
	set_default POSTGRES_USER "${PGUSER-}" saasforge
	set_default POSTGRES_PASSWORD "${PGPASSWORD-}" ''
	set_default POSTGRES_DB saasforge
	set_default PGCONNECT_TIMEOUT 30
	need_number POSTGRES_PORT 1 65535
	PGHOST=$POSTGRES_HOST
	PGPORT=$POSTGRES_PORT
	PGUSER=$POSTGRES_USER
	PGAPPNAME=$me
	unset PGPASSWORD
	[[ -z $POSTGRES_PASSWORD ]] || PGPASSWORD=$POSTGRES_PASSWORD
}

# s3_settings: S3_PREFIX loses the slashes at its ends
s3_settings() {
	[[ -n ${S3_BUCKET-} ]] || die "$EX_CONFIG" \
		"S3_BUCKET is not set; set it to the name of the bucket, in the environment or by --env-file"
	[[ $S3_BUCKET != */* ]] || die "$EX_CONFIG" \
		"S3_BUCKET is '$S3_BUCKET', not the name of a bucket; a folder in it is S3_PREFIX"
	set_default S3_PREFIX postgres-backups
	while [[ $S3_PREFIX == */ ]]; do S3_PREFIX=${S3_PREFIX%/}; done
	while [[ $S3_PREFIX == /* ]]; do S3_PREFIX=${S3_PREFIX#/}; done
	s3_folder=${S3_PREFIX:+$S3_PREFIX/}
}

readonly ENV_FILE_NAMES=' POSTGRES_HOST POSTGRES_PORT POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB
	BACKUP_DIR GPG_RECIPIENT GPG_ALWAYS_TRUST GPG_PASSPHRASE_FILE GNUPGHOME S3_BUCKET S3_PREFIX
	RETAIN_LAST RETAIN_DAILY RETAIN_WEEKLY RETAIN_MONTHLY '

# read_env_file FILE: NAME=VALUE lines, taken as data: nothing in them is expanded or run. What is set
# in the environment already stays.
read_env_file() {
	local file=$1 line number=0 mode

	[[ -e $file ]] || die "$EX_NOINPUT" "$file: there is no such file; check --env-file"
	[[ ! -d $file ]] || die "$EX_NOINPUT" "$file is a directory; --env-file wants a file"
	[[ -r $file ]] || die "$EX_NOPERM" "$file may not be read by $(id -un); check its owner and mode"
	mode=$(stat -L -c %a -- "$file")
	((8#$mode & 8#077)) && [[ -f $file ]] &&
		warn "$file is open to other users (mode $mode); 'chmod 600' it, it may hold secrets"
	while IFS= read -r line || [[ -n $line ]]; do
		number=$((number + 1))
		read_env_line "${line%$'\r'}" "$file line $number"
	done <"$file"
}

# read_env_line LINE WHERE: bytes, whatever the locale
read_env_line() {
	local LC_ALL=C line=${1#"${1%%[![:space:]]*}"} name value

	[[ -n $line && $line != [#\;]* ]] || return 0
	[[ $line =~ ^(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] ||
		die "$EX_CONFIG" "$2 is not NAME=VALUE; correct it, or begin it with # as a comment"
	name=${BASH_REMATCH[2]}
	value=${BASH_REMATCH[3]}
	if [[ $ENV_FILE_NAMES != *[[:space:]]"$name"[[:space:]]* && $name != AWS_* && $name != PG* ]]; then
		warn "$2: $name is not a setting of $me and was ignored"
		return 0
	fi
	unquote "$value" || die "$EX_CONFIG" "$2: the quotes of $name's value do not end; correct them"
	[[ -n ${!name-} ]] || printf -v "$name" %s "$unquoted"
	[[ $name != GNUPGHOME ]] || export GNUPGHOME
}

# unquote TEXT: set unquoted to what is in single quotes as it stands, to what is in double quotes
# with \\ \" \$ and \` resolved, or to the bare text without the blanks at its end
unquote() {
	local text=${1%"${1##*[![:space:]]}"}

	case $text in
	\'*\')
		[[ ${#text} -gt 1 ]] || return 1
		unquoted=${text:1:-1}
		;;
	\"*)
		[[ $text =~ ^\"(([^\"\\]|\\.)*)\"$ ]] || return 1
		resolve_escapes "${BASH_REMATCH[1]}"
		;;
	\'*) return 1 ;;
	*) unquoted=$text ;;
	esac
}

# resolve_escapes TEXT: set unquoted
resolve_escapes() {
	local rest=$1

	unquoted=
	while [[ $rest =~ ^([^\\]*)\\(.)(.*)$ ]]; do
		rest=${BASH_REMATCH[3]}
		case ${BASH_REMATCH[2]} in
		[\\\"\$\`]) unquoted+=${BASH_REMATCH[1]}${BASH_REMATCH[2]} ;;
		*) unquoted+=${BASH_REMATCH[1]}\\${BASH_REMATCH[2]} ;;
		esac
	done
	unquoted+=$rest
}

# file_name NAME: set file_name to a database's name as a part of file names and keys: bytes other
# than letters, digits and _-.+@=, as %XX, and so a leading dot or dash
file_name() {
	local LC_ALL=C name=$1 i char code

	file_name=
	for ((i = 0; i < ${#name}; i++)); do
		char=${name:i:1}
		if [[ $char == [A-Za-z0-9_+@=,] || ($i -gt 0 && $char == [-.]) ]]; then
			file_name+=$char
		else
			printf -v code %02X "'$char"
			file_name+=%${code: -2}
		fi
	done
}

# is_backup_name NAME: is it DB_YYYYMMDD_HHMMSS.sql.gz or .sql.gz.gpg of the database whose
# file_name is DB? Sets stamp_of.
is_backup_name() {
	[[ $1 == "$file_name"_* ]] || return 1
	[[ ${1#"$file_name"_} =~ ^([0-9]{8}_[0-9]{6})\.sql\.gz(\.gpg)?$ ]] || return 1
	stamp_of=${BASH_REMATCH[1]}
}
