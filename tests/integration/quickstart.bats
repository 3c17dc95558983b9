load ../support/common

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
}

@test "quickstart backs up, restores, proves it and leaves nothing but the backup" {
	run_status 0 "$REPO/scripts/quickstart.sh" "$BATS_TEST_TMPDIR/backups"
	assert_contains "$output" 'no difference'
	local backup=("$BATS_TEST_TMPDIR"/backups/shop_2*.sql.gz.gpg)
	assert_contains "$output" "  ${backup[0]} ($(stat -c %s "${backup[0]}") bytes)"
	assert_equal "$(ls -A "$TMPDIR")" ''
}

@test "quickstart fails, and cleans up, when the restored database differs" {
	mkdir "$BATS_TEST_TMPDIR/path"
	cat >"$BATS_TEST_TMPDIR/path/dropdb" <<-'END'
		#!/bin/sh
		PATH=${PATH#*:}
		psql -X -q -d original -c "UPDATE billing.plan SET price = 20 WHERE code = 'PRO'"
		exec dropdb "$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/path/dropdb"
	PATH=$BATS_TEST_TMPDIR/path:$PATH run_status 1 "$REPO/scripts/quickstart.sh" \
	    "$BATS_TEST_TMPDIR/backups"
	assert_contains "$output" $'-PRO\t20.00'
	assert_contains "$output" $'+PRO\t19.90'
	assert_equal "${stderr_lines[-1]}" 'quickstart.sh: the last step failed; its message is above'
	assert_equal "$(ls -A "$TMPDIR")" ''
}
