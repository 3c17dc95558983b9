# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that are shared with the files that source it
#
# The part of postgres-restore.sh that loads what pg_dump itself wrote: plain scripts, and archives
# in its custom or tar format. The database is made here, for nothing in them says how.

# load_script: a plain script of pg_dump, by psql, which is told to obey no commands of psql's own
load_script() {
	[[ -z $no_owner$no_privileges$create_roles ]] || die "$EX_USAGE" \
		"$backup is a plain script of pg_dump; --no-owner, --no-privileges and --create-roles cannot change it"
	make_database ''
	open_stream
	add_stage guard none env LC_ALL=C awk -v key="$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" "$GUARD"
	export -n PGDATABASE="$temp"
	start load pg psql -Xqw -v ON_ERROR_STOP=1 -o /dev/null <&"$upstream" >/dev/null
	finish_load
	analyze
}

# Outside COPY data, psql takes a line that begins with a backslash as a command, `\!` for example;
# after \restrict it refuses them. The script's own \restrict and \unrestrict, which pg_dump writes
# since 15.14, are taken out, or psql would refuse those too. What is not dropped here and should have
# been is refused there, so this need not understand SQL. A script that was cut off has no last line.
# shellcheck disable=SC2016
readonly GUARD='
BEGIN { print "\\restrict " key }
copying { print; copying = $0 != "\\."; next }
/^COPY .* FROM stdin;$/ { copying = 1 }
!begun && /^\\restrict [A-Za-z0-9]+$/ { theirs = "\\unrestrict " substr($0, 11); next }
theirs != "" && $0 == theirs { next }
/^[^-]/ { begun = 1; complete = 0 }
$0 == "-- PostgreSQL database dump complete" { complete = 1 }
{ print }
END {
	if (!complete) {
		print "the script does not end as those of pg_dump do; it was cut off" > "/dev/stderr"
		exit 65
	}
}'

load_archive() {
	local quoted=${new//\\/\\\\}

	[[ -z $create_roles ]] || die "$EX_USAGE" \
		"$backup is an archive of pg_dump; --create-roles cannot be had for it, --no-owner can"
	need_programs pg_restore
	find_archive_clause
	make_database "$clause"
	open_stream
	start load pg pg_restore -w --exit-on-error "${load_options[@]}" -d "dbname='${quoted//\'/\\\'}'" \
		<&"$upstream" >/dev/null
	finish_load
	analyze
}

# find_archive_clause: set clause to the encoding and locale of the database that was dumped
find_archive_clause() {
	local option="(ENCODING|LC_COLLATE|LC_CTYPE|LOCALE|LOCALE_PROVIDER|ICU_LOCALE|ICU_RULES|BUILTIN_LOCALE)"
	local pattern="^CREATE DATABASE .* WITH TEMPLATE = template0(( $option = ('[^']*'|[a-z]+))+)( TABLESPACE = .*)?;\$"

	open_stream
	add_stage contents none pg_restore --create --schema-only -f -
	start grep none grep -a -m 1 '^CREATE DATABASE ' <&"$upstream" >"$tmp/line"
	settle
	clause=
	[[ $(<"$tmp/line") =~ $pattern ]] && clause=${BASH_REMATCH[1]}
	if [[ ! -s $tmp/line ]] && find_culprit "${chain[@]}"; then
		give_up "${chain[@]}"
	fi
}

# make_database CLAUSE: the temporary database, in the given encoding and locale, else in those of the
# target or, where there is none, of the server
make_database() {
	local like=$target

	[[ -n $have_target ]] || like=template0
	temp=$new
	if [[ -n $1 ]]; then
		sql "$maintenance" -v temp="$temp" <<<"CREATE DATABASE :\"temp\" TEMPLATE template0$1;"
	else
		sql "$maintenance" -v temp="$temp" -v like="$like" <<'SQL'
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', :'temp',
		pg_encoding_to_char(encoding), datcollate, datctype)
	|| CASE to_jsonb(d) ->> 'datlocprovider'
		WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
			coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
		WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
		ELSE '' END
	FROM pg_database d WHERE datname = :'like' \gexec
SQL
	fi || die "$reason_status" "$backup was not restored and $target is as it was: $reason"
	[[ -n $have_target ]] || return 0
	sql "$maintenance" -v temp="$temp" -v target="$target" <<'SQL' || die "$reason_status" "$reason"
SELECT format('ALTER DATABASE %I OWNER TO %I', :'temp', pg_get_userbyid(datdba))
	FROM pg_database WHERE datname = :'target' \gexec
SQL
}

# pgrestorestream does it by itself.
analyze() {
	sql "$temp" <<<'ANALYZE;' || warn "the new database was not analyzed: $reason"
}
