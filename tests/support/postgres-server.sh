# shellcheck shell=bash
#
# A throw-away PostgreSQL server: a library for the tests and for scripts/quickstart.sh.
#
# A server is a directory DIR of its own, with DIR/data, DIR/socket and DIR/log. It listens on
# 127.0.0.1 and in DIR/socket, trusts everybody unless it was made with a password, and never waits
# for the disk. Its superuser is postgres. PostgreSQL refuses to run as root, so root runs it as the
# system user postgres, which must be able to reach DIR.
#
# POSTGRES_BINDIR  where initdb and postgres are; by default those of PATH's pg_config or Debian's newest

# free_port: print a TCP port that nobody listens on, below the range that clients are given
free_port() {
	local port
	for _ in {1..100}; do
		port=$((10240 + SRANDOM % 22000))
		if ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	echo "no free TCP port found" >&2
	return 71
}

# server_bindir: print the directory of initdb, pg_ctl and postgres
server_bindir() {
	local dir
	for dir in "${POSTGRES_BINDIR:-}" "$(pg_config --bindir 2>/dev/null)" \
	    $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			echo "$dir"
			return
		fi
	done
	echo "no PostgreSQL server found; install postgresql-15 or set POSTGRES_BINDIR" >&2
	return 69
}

# server_do COMMAND...: run one of the server's programs as the user that owns servers, in a
# clean environment, holding none of the caller's descriptors
server_do() (
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || eval "exec $fd>&-"
	done
	cd /
	as=()
	[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
	exec env -i PATH="$(server_bindir):$PATH" LC_ALL=C.UTF-8 HOME=/ TMPDIR="${TMPDIR:-/tmp}" \
	    "${as[@]}" "$@" </dev/null
)

# server_dir DIR: make the directory of a server, owned by who will run it
server_dir() {
	mkdir -p -- "$1"
	[ "$(id -u)" -ne 0 ] || chown postgres:postgres -- "$1"
	server_do mkdir -m 700 -p -- "$1/socket"
}

# server_init DIR [INITDB-OPTION...]: make a cluster in DIR/data
server_init() {
	local dir=$1
	shift
	server_dir "$dir"
	server_do initdb --pgdata="$dir/data" --username=postgres --auth=trust --no-sync \
	    --locale=C.UTF-8 --encoding=UTF8 "$@" >"$dir/initdb.log" 2>&1 || {
		cat -- "$dir/initdb.log" >&2
		return 1
	}
}

# server_configure DIR LINE...: add lines to postgresql.conf; the last setting of a name wins
server_configure() {
	local dir=$1
	shift
	printf '%s\n' "$@" >>"$dir/data/postgresql.conf"
}

# server_start DIR: start it on a free port, wait until it answers, and write DIR/port.
# A port that somebody else took meanwhile is no failure: another one is tried.
server_start() {
	local dir=$1 port
	server_configure "$dir" "listen_addresses = '127.0.0.1'" \
	    "unix_socket_directories = '$dir/socket'" \
	    'fsync = off' 'synchronous_commit = off' 'full_page_writes = off'
	for _ in {1..5}; do
		port=$(free_port)
		server_configure "$dir" "port = $port"
		if server_do pg_ctl start --pgdata="$dir/data" --log="$dir/log" --wait --silent; then
			echo "$port" >"$dir/port"
			return
		fi
		grep -q 'could not create any TCP/IP sockets' -- "$dir/log" || break
	done
	tail -n 20 -- "$dir/log" >&2
	return 69
}

# server_pid DIR: print the postmaster's process id; fail when none runs
server_pid() {
	local pid
	pid=$(head -n 1 -- "$1/data/postmaster.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null &&
	    echo "$pid"
}

# server_stop DIR [fast|immediate]: stop it, if it runs, and wait for its end
server_stop() {
	server_pid "$1" >/dev/null || return 0
	server_do pg_ctl stop --pgdata="$1/data" --mode="${2:-immediate}" --wait --silent
}
