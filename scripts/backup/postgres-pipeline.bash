# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that are shared with the files that source it
#
# Pipelines whose every stage is waited for. Sourced by postgres-common.bash.
#
# A pipeline here is a set of background jobs joined by pipes, not `a | b | c`: the exit status of
# each is known by name, a trap runs while we wait, and each is a direct child of ours, so that the
# kernel ends it (setpriv --pdeathsig) when we are killed.

declare -A pids=()   # of the stages that run, by name
declare -A status=() # of the stages that ended
pipe_fds=()          # both ends of the pipes between them
kept_fds=()          # what outlives a pipeline and is not for its stages

# pipeline: begin a new one
pipeline() {
	status=()
	pids=()
}

# new_pipe: set pipe_in, to be written to, and pipe_out, to be read from
new_pipe() {
	local both

	mkfifo -- "$tmp/pipe"
	# shellcheck disable=SC2094 # it is a pipe
	exec {both}<>"$tmp/pipe" {pipe_out}<"$tmp/pipe" {pipe_in}>"$tmp/pipe" {both}>&-
	rm -- "$tmp/pipe"
	pipe_fds+=("$pipe_in" "$pipe_out")
}

close_fds() {
	local fd

	for fd in "$@"; do
		exec {fd}>&-
	done
}

# become KIND COMMAND...: turn this subshell into COMMAND. KIND says whose secrets it gets to see:
# pg, s3 or none.
become() {
	local kind=$1

	shift
	case $kind in
	pg) export "${!PG@}" ;;
	s3) [[ -z ${!AWS_@} ]] || export "${!AWS_@}" ;;
	esac
	close_fds "${pipe_fds[@]}" "${kept_fds[@]}"
	exec setpriv --pdeathsig TERM -- "$@"
}

# start STAGE KIND COMMAND... <IN >OUT: run it in the background; its messages wait in STAGE.err
start() {
	local stage=$1

	shift
	become "$@" <&0 2>"$tmp/$stage.err" &
	pids[$stage]=$!
}

# flow STAGE KIND COMMAND...: a stage that reads $upstream, which then is what this one writes
flow() {
	local from=$upstream

	new_pipe
	upstream=$pipe_out
	start "$@" <&"$from" >&"$pipe_in"
}

# from_file FILE: what the first flow() of a pipeline reads
from_file() {
	exec {upstream}<"$1"
	pipe_fds+=("$upstream")
}

# settle: wait for every stage. If one dies, those before it lose their reader and those after it see
# an end of file, so that all of them end.
settle() {
	local stage

	close_fds "${pipe_fds[@]}"
	pipe_fds=()
	for stage in "${!pids[@]}"; do
		status[$stage]=0
		wait "${pids[$stage]}" || status[$stage]=$?
		unset "pids[$stage]"
	done
}

# run STAGE KIND COMMAND... <IN >OUT: a pipeline of one; returns its status
run() {
	pipeline
	start "$@"
	settle
	return "${status[$1]}"
}

stop_stages() {
	local pid deadline=$((SECONDS + 20))

	for pid in "${pids[@]}"; do
		kill -s TERM "$pid" && kill -s CONT "$pid"
	done 2>/dev/null
	for pid in "${pids[@]}"; do
		while kill -0 "$pid" && ((SECONDS < deadline)); do sleep 0.05; done
		kill -s KILL "$pid"
		wait "$pid"
	done 2>/dev/null
	pids=()
}

# find_culprit STAGE...: set culprit to the stage that failed first, given in the order of the
# stream; return 1 if none failed. A stage whose reader died is not to blame, nor is one that was
# given a short stream by the stage before it.
find_culprit() {
	local stage

	culprit=
	for stage in "$@"; do
		((${status[$stage]-0} != 0)) || continue
		culprit=$stage
		lost_its_reader "$stage" || break
	done
	[[ -n $culprit ]]
}

lost_its_reader() {
	((status[$1] == 128 + 13)) ||
		grep -qE 'standard output: the reader went away|output.*: Broken pipe' "$tmp/$1.err"
}

# blame: set reason, one line, and reason_status, a code of sysexits.h, for the culprit
blame() {
	local code=${status[$culprit]} file=$tmp/$culprit.err

	reason=$(grep -E 'ERROR|FATAL|error:' -- "$file" | head -n 1 || :)
	[[ -n $reason && ! $code =~ ^(6[4-9]|7[0-8])$ ]] || reason=$(tail -n 1 -- "$file")
	if ((code > 128)); then
		reason="the stage '$culprit' was killed by SIG$(kill -l "$((code - 128))"); run it again"
		reason_status=$EX_TEMPFAIL
	elif [[ $code =~ ^(6[4-9]|7[0-8])$ ]]; then
		reason_status=$code
	else
		client_status
	fi
	[[ -n $reason ]] || reason="the stage '$culprit' ended with status $code"
}

# client_status: tools that exit with 1 to 3 whatever happened; the text tells more
client_status() {
	case $reason in
	*'ermission denied'* | *'Read-only file system'* | *'authentication failed'* | *'must be '* | \
		*'no password supplied'* | *'no pg_hba.conf entry'*) reason_status=$EX_NOPERM ;;
	*'No space left'* | *'quota exceeded'* | tee:* | sync:* | mv:* | ln:* | rm:*)
		reason_status=$EX_IOERR
		;;
	*'connection to server'*'does not exist'*) reason_status=$EX_NOINPUT ;;
	*'too many '* | *'starting up'* | *'shutting down'*) reason_status=$EX_TEMPFAIL ;;
	*'connection to server'* | *'could not translate host'* | *'onnection refused'*)
		reason_status=$EX_UNAVAILABLE
		;;
	*) reason_status=$EX_DATAERR ;;
	esac
}

# fail STAGE WHAT: a failure that the run goes on after, and its exit status remembers
fail() {
	culprit=$1
	blame
	say ERROR "$2: $reason"
	((first_failure != 0)) || first_failure=$reason_status
}

# attempt WHAT STAGE KIND COMMAND...: run it without input; should it fail, say what that means
attempt() {
	local what=$1

	shift
	run "$@" </dev/null && return 0
	fail "$1" "$what"
	return 1
}

# relay STAGE...: pass on what stages had to say that did not fail the run: on a terminal what those
# that succeeded wrote, in the log all of it
relay() {
	local stage line

	for stage in "$@"; do
		[[ -s $tmp/$stage.err ]] || continue
		while IFS= read -r line; do
			[[ $line != "$reason" ]] || continue
			if ((${status[$stage]-0} == 0)); then
				warn "$line"
			else
				record ERROR "$line"
			fi
		done <"$tmp/$stage.err"
	done
}

# ---- S3 ----

# s3_list [OPTION...] URL: what s3ls lists, into the file $tmp/list
s3_list() {
	run list s3 s3ls "$@" >"$tmp/list" && return 0
	find_culprit list
	blame
	return 1
}
