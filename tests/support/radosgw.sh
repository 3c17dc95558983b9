#!/usr/bin/env bash
#
# A throw-away S3 server: one Ceph monitor, one OSD in memory and one radosgw, on loopback only,
# without systemd and without authentication between the three.
#
#   radosgw.sh start DIR    make the cluster in DIR and return once it answers requests; DIR/env then
#                           holds the shell assignments of AWS_* and S3_TLS_* for clients
#   radosgw.sh stop DIR     end the three processes and remove DIR
#
# S3_STORE=bluestore keeps the objects on disk, for data larger than memory (default: memstore).
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=tests/support/postgres-server.sh
source "$here/postgres-server.sh"

access_key=TESTACCESS
secret_key=TESTSECRET
storage_classes=(STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER GLACIER_IR DEEP_ARCHIVE
	REDUCED_REDUNDANCY)

usage() {
	echo 'usage: radosgw.sh start DIR | stop DIR' >&2
	exit 64
}

make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
	    -subj /CN=localhost \
	    -addext 'subjectAltName=DNS:localhost,DNS:s3.localhost,DNS:*.s3.localhost,IP:127.0.0.1' \
	    -keyout "$dir/tls.key" -out "$dir/tls.crt" 2>/dev/null
}

# The delays are cut to what a test can wait for: garbage collection after seconds, a lifecycle day
# of 5 s. The full ratios let it run on a nearly full disk, which it hardly uses.
write_config() {
	local frontend="beast endpoint=127.0.0.1:$port tcp_nodelay=1 ssl_endpoint=127.0.0.1:$tls_port"
	cat >"$dir/ceph.conf" <<END
[global]
fsid = $1
mon_initial_members = a
mon_host = v2:127.0.0.1:$mon_port/0
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
run_dir = $dir/run
admin_socket = $dir/run/\$name.asok
pid_file = $dir/run/\$name.pid
log_file = $dir/log/\$name.log
mon_cluster_log_file = $dir/log/cluster.log
crash_dir = $dir/crash
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_osd_full_ratio = 0.99
mon_osd_nearfull_ratio = 0.98
mon_osd_backfillfull_ratio = 0.98
mon_data_avail_crit = 0
mon_data_avail_warn = 0
[mon]
mon_data = $dir/mon
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[osd]
osd_data = $dir/osd
osd_objectstore = ${S3_STORE:-memstore}
memstore_device_bytes = 12884901888
memstore_page_set = false
bluestore_block_size = 21474836480
bluestore_fsck_on_mkfs = false
osd_memory_target = 939524096
osd_class_load_list = *
osd_class_default_list = *
[client]
rgw_frontends = $frontend ssl_certificate=$dir/tls.crt ssl_private_key=$dir/tls.key
rgw_thread_pool_size = 64
rgw_dns_name = s3.localhost
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 60
rgw_lc_debug_interval = 5
rgw_crypt_require_ssl = false
END
}

start_store() {
	local osd_id
	osd_id=$(</proc/sys/kernel/random/uuid)
	monmaptool --create --clobber --fsid "$1" --addv a "[v2:127.0.0.1:$mon_port]" "$dir/monmap"
	ceph-mon -c "$dir/ceph.conf" -i a --mkfs --monmap "$dir/monmap"
	ceph-mon -c "$dir/ceph.conf" -i a
	ceph -c "$dir/ceph.conf" --connect-timeout 20 osd new "$osd_id"
	ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs --osd-uuid "$osd_id"
	ceph-osd -c "$dir/ceph.conf" -i 0
}

admin() {
	radosgw-admin -c "$dir/ceph.conf" "$@"
}

# Each storage class is a data pool with the name that S3 uses; the gateway only labels objects.
add_storage_classes() {
	local class names='"STANDARD"' pools=''
	for class in "${storage_classes[@]}"; do
		names+=", \"$class\""
		pools+="\"$class\": { \"data_pool\": \"default.rgw.$class.data\" }, "
	done
	admin zonegroup get | sed "s/^ *\"STANDARD\"\$/$names/" >"$dir/zonegroup.json"
	admin zonegroup set --rgw-zonegroup default --infile "$dir/zonegroup.json"
	admin zone get | sed "s/\"STANDARD\": {/$pools\"STANDARD\": {/" >"$dir/zone.json"
	admin zone set --rgw-zone default --infile "$dir/zone.json"
}

start_gateway() {
	admin user create --uid=test --display-name=test --access-key="$access_key" \
	    --secret-key="$secret_key"
	add_storage_classes
	radosgw -c "$dir/ceph.conf" -n client.rgw.a
	for _ in {1..200}; do
		! curl -s -o /dev/null "http://127.0.0.1:$port/" || return 0
		sleep 0.05
	done
	return 1
}

write_env() {
	cat >"$dir/env" <<END
AWS_ENDPOINT_URL=http://127.0.0.1:$port
AWS_ACCESS_KEY_ID=$access_key
AWS_SECRET_ACCESS_KEY=$secret_key
AWS_REGION=us-east-1
S3_TLS_ENDPOINT_URL=https://localhost:$tls_port
S3_TLS_CERT=$dir/tls.crt
END
}

try_start() {
	local fsid
	fsid=$(</proc/sys/kernel/random/uuid)
	port=$(free_port)
	tls_port=$(free_port)
	mon_port=$(free_port)
	mkdir -p "$dir"/{mon,osd,run,log,crash}
	make_certificate
	write_config "$fsid"
	{ start_store "$fsid" && start_gateway; } >"$dir/log/start.log" 2>&1 || return 1
	write_env
}

# One of the ports may be taken between the choice and the bind: the second attempt has others.
# A subshell of its own, because errexit does not work inside a condition.
start() {
	local attempt status
	for attempt in 1 2 3; do
		set +e
		(
			set -e
			try_start
		)
		status=$?
		set -e
		[ $status -ne 0 ] || return 0
		[ "$attempt" -lt 3 ] || tail -n 20 "$dir"/log/*.log >&2
		stop
	done
	echo 'radosgw.sh: the S3 server did not start' >&2
	return 69
}

# Nobody needs its data afterwards: no orderly shutdown.
stop() {
	local file pid
	for file in "$dir"/run/*.pid; do
		pid=$(cat "$file" 2>/dev/null) || continue
		! grep -qzF "$dir" "/proc/$pid/cmdline" 2>/dev/null || kill -KILL "$pid"
	done
	rm -rf -- "$dir"
}

[ $# -eq 2 ] || usage
dir=$2
case $1 in
start)
	stop
	start
	;;
stop) stop ;;
*) usage ;;
esac
