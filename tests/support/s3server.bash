# shellcheck shell=bash
#
# A real S3 server for a .bats file; load ../support/common first. Start it in setup_file, stop it in
# teardown_file.
#
#   s3_start               exports AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION,
#                          and S3_TLS_ENDPOINT_URL with S3_TLS_CERT, its self-signed certificate
#   s3_make_bucket NAME
#   s3_request METHOD /BUCKET/KEY[?QUERY] [CURL-OPTION...]
#                          a signed request made by curl: what the store holds, seen without our programs
#   s3_pause, s3_resume    the gateway stops answering, and goes on
#   s3_kill                the gateway dies
#   s3_stop

s3_dir() {
	echo "$BATS_FILE_TMPDIR/s3"
}

s3_start() {
	local line
	need radosgw ceph-mon ceph-osd openssl curl
	"$REPO/tests/support/radosgw.sh" start "$(s3_dir)" 3>&- 4>&-
	while read -r line; do
		export "${line?}"
	done <"$(s3_dir)/env"
}

s3_request() {
	local method=$1 path=$2
	shift 2
	curl -sS --fail-with-body --aws-sigv4 "aws:amz:$AWS_REGION:s3" \
	    --config <(printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY") \
	    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X "$method" "$@" "$AWS_ENDPOINT_URL$path"
}

s3_make_bucket() {
	s3_request PUT "/$1" -o /dev/null
}

s3_signal() {
	kill "-$1" "$(<"$(s3_dir)/run/client.rgw.a.pid")"
}

s3_pause() {
	s3_signal STOP
}

s3_resume() {
	s3_signal CONT
}

s3_kill() {
	s3_signal KILL
}

s3_stop() {
	"$REPO/tests/support/radosgw.sh" stop "$(s3_dir)"
}
