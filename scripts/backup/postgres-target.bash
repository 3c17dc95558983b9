# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that are shared with the files that source it
#
# The part of postgres-restore.sh that deals with the database to be replaced: the lock on its name,
# what is in it, and how the new one takes its place.

# ---- SQL ----

# sql DATABASE [-v NAME=VALUE]... <SCRIPT: set answer to what it selects
sql() {
	export -n PGDATABASE="$1"
	shift
	if run sql pg psql -XAtqw -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@" >"$tmp/answer"; then
		answer=$(<"$tmp/answer")
		return 0
	fi
	find_culprit sql && blame
	return 1
}

# lock_target: hold an advisory lock in a session of its own, which the server ends with us
lock_target() {
	local answer='' to_lock

	export -n PGDATABASE=$maintenance
	new_pipe
	to_lock=("$pipe_out" "$pipe_in")
	new_pipe
	become pg psql -XAtqw -v ON_ERROR_STOP=1 -v target="$target" \
		<&"${to_lock[0]}" >&"$pipe_in" 2>"$tmp/lock.err" &
	lock_pid=$!
	close_fds "${to_lock[0]}" "$pipe_in"
	pipe_fds=()
	kept_fds+=("${to_lock[1]}" "$pipe_out")
	{ cat >&"${to_lock[1]}"; } 2>/dev/null <<'SQL' || :
SELECT set_config('idle_session_timeout', '0', false)
	WHERE current_setting('idle_session_timeout', true) IS NOT NULL \g /dev/null
SELECT pg_try_advisory_lock(hashtext('postgres-restore.sh'), hashtext(:'target'));
SQL
	read -r -u "$pipe_out" answer || connect_failed
	[[ $answer == t ]] || die "$EX_TEMPFAIL" \
		"another restore into $target on this server is running; wait for it"
}

connect_failed() {
	status[lock]=0
	wait "$lock_pid" || status[lock]=$?
	culprit=lock
	blame
	case $reason_status in
	"$EX_NOPERM") reason+='; check POSTGRES_USER and POSTGRES_PASSWORD' ;;
	*) reason+='; check POSTGRES_HOST and POSTGRES_PORT, and that the server runs' ;;
	esac
	die "$reason_status" "$reason"
}

# ---- the database that is there ----

# look_at_target: set have_target and content ('' if there is none), and refuse what must fail later
look_at_target() {
	local allowed may

	sql "$maintenance" -v target="$target" <<'SQL' || die "$reason_status" "$reason"
SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user;
SELECT datallowconn, pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = :'target';
SQL
	[[ $answer == t* ]] || die "$EX_NOPERM" "$POSTGRES_USER may not create databases; 'ALTER ROLE ... CREATEDB' allows it"
	have_target=
	content=
	[[ $answer == *$'\n'* ]] || return 0
	have_target=yes
	IFS='|' read -r allowed may <<<"${answer#*$'\n'}"
	[[ $may == t ]] || die "$EX_NOPERM" "$POSTGRES_USER may not replace $target: it is not its owner"
	content='of unknown content: it allows no connections'
	[[ $allowed != t ]] || look_into_target
}

# Whatever is not there in a new database counts as content.
look_into_target() {
	sql "$target" <<'SQL' || die "$reason_status" "$reason"
SELECT count(*) FROM (
	SELECT oid FROM pg_class UNION ALL SELECT oid FROM pg_proc UNION ALL
	SELECT oid FROM pg_type UNION ALL SELECT oid FROM pg_namespace UNION ALL
	SELECT oid FROM pg_operator UNION ALL SELECT oid FROM pg_largeobject_metadata UNION ALL
	SELECT oid FROM pg_extension UNION ALL SELECT oid FROM pg_event_trigger UNION ALL
	SELECT oid FROM pg_publication UNION ALL SELECT oid FROM pg_foreign_data_wrapper UNION ALL
	SELECT oid FROM pg_ts_dict UNION ALL SELECT oid FROM pg_cast UNION ALL
	SELECT oid FROM pg_collation UNION ALL SELECT oid FROM pg_language) o
	WHERE oid >= 16384;
SELECT pg_size_pretty(pg_database_size(current_database()));
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
	AND backend_type = 'client backend';
SQL
	content=
	[[ $answer != 0$'\n'* ]] || return 0
	answer=${answer#*$'\n'}
	content="${answer%$'\n'*}, ${answer#*$'\n'} other sessions"
}

# ask: may it be replaced?
ask() {
	local typed=

	[[ -n $content && -z $replace ]] || return 0
	if [[ -t 0 && -t $stderr ]]; then
		printf '%s is not empty (%s).\nReplace it by %s? Type yes to go on: ' \
			"$target on $POSTGRES_HOST:$POSTGRES_PORT" "$content" "$backup" >&"$stderr"
		read -r typed || :
		[[ $typed != yes ]] || return 0
	fi
	die "$EX_CANTCREAT" "$target is not empty ($content) and stays as it is; --force replaces it"
}

# clean_up_earlier: drop what restores into this target left when they were killed
clean_up_earlier() {
	local dropped

	sql "$maintenance" -v base="$base" <<'SQL' || warn "$reason"
SELECT datname FROM pg_database WHERE left(datname, length(:'base')) = :'base'
	AND substr(datname, length(:'base') + 1) ~ '^_(restoring|replaced)_[0-9]{8}_[0-9]{6}$';
SQL
	while IFS= read -r dropped; do
		[[ -n $dropped ]] || continue
		! drop_database "$dropped" || note "dropped $dropped, left by a restore that was killed"
	done <<<"$answer"
}

# drop_database NAME
drop_database() {
	sql "$maintenance" -v name="$1" <<<'DROP DATABASE IF EXISTS :"name" WITH (FORCE);' && return 0
	warn "the database $1 could not be dropped: $reason"
	return 1
}

# choose_names: temp and old, from the target's name and the time; a long name gives way to its hash
choose_names() {
	local stamp LC_ALL=C

	base=$target
	[[ ${#target} -le 35 ]] || base=db_$(printf %s "$target" | md5sum | cut -c 1-32)
	clean_up_earlier
	while :; do
		printf -v stamp '%(%Y%m%d_%H%M%S)T' -1
		new=${base}_restoring_$stamp
		old=${base}_replaced_$stamp
		[[ -z $keep_old ]] || old=${base}_old_$stamp
		sql "$maintenance" -v new="$new" -v old="$old" <<'SQL' || die "$reason_status" "$reason"
SELECT count(*) FROM pg_database WHERE datname IN (:'new', :'old');
SQL
		[[ $answer != 0 ]] || return 0
		sleep 0.5
	done
}

# ---- in its place ----

# swap: both renamings are one transaction, so that the name always leads to one of the two. The server
# waits 5 s for sessions to end; those that come between are ended by the next attempt.
swap() {
	local try

	for ((try = 0; try < 10; try++)); do
		if swap_once; then
			temp=
			what_stands="$target is restored; the database it replaced is $old"
			return 0
		fi
		[[ $reason == *55006* ]] || break
	done
	die "$reason_status" "$backup was loaded, but $target is as it was: $reason"
}

swap_once() {
	sql "$maintenance" -v target="$target" -v new="$new" -v old="$old" -v have="${have_target:-no}" <<'SQL'
BEGIN;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE datname IN (:'target', :'new') AND pid <> pg_backend_pid() \g /dev/null
\if :have
	ALTER DATABASE :"target" RENAME TO :"old";
\endif
ALTER DATABASE :"new" RENAME TO :"target";
COMMIT;
SQL
}

settle_old() {
	if [[ -z $have_target ]]; then
		return 0
	elif [[ -n $keep_old ]]; then
		note "the replaced database is $old now"
		announce "$old"
	elif ! drop_database "$old"; then
		warn "$target is restored; drop $old when it is free"
		first_failure=$EX_TEMPFAIL
	fi
}
