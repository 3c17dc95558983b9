# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that are shared with the files that source it
#
# The part of postgres-backup.sh that removes the backups that no rule keeps, in BACKUP_DIR and in S3.

# Only where this run's own backup stands, and never anything but backups of this database.
retain() {
	[[ -n $prune ]] || return 0
	[[ -z $have_local ]] || retain_local || :
	[[ -z $have_upload ]] || retain_upload || :
}

# choose_doomed WHAT: from the names in $tmp/names, those that no rule keeps, into $tmp/doomed
choose_doomed() {
	run prune none prune -0 --keep-last "$RETAIN_LAST" --daily "$RETAIN_DAILY" \
		--weekly "$RETAIN_WEEKLY" --monthly "$RETAIN_MONTHLY" <"$tmp/names" >"$tmp/doomed" && return 0
	fail prune "$1"
	return 1
}

retain_local() {
	local file what="earlier backups in $state were not removed"

	for file in "$state/${file_name}_"*; do
		if [[ -f $file && ! -L $file ]] && is_backup_name "${file##*/}"; then
			printf '%s\0' "${file##*/}"
		fi
	done >"$tmp/names"
	choose_doomed "$what" || return 1
	while IFS= read -r -d '' file; do
		attempt "$what" remove none rm -f -- "$state/$file" || return 1
		note "removed $state/$file: no retention rule keeps it"
	done <"$tmp/doomed"
	remove_dangling_links
	remove_old_logs
}

# A latest of a suffix that is no longer made would name what retention took away.
remove_dangling_links() {
	local link

	for link in "$state"/{latest,"${file_name}_latest"}.sql.gz{,.gpg}; do
		[[ ! -L $link || -e $link ]] || rm -f -- "$link"
	done
}

# A log stays as long as its backup, and 30 days at least.
remove_old_logs() {
	local log stamp_of_log limit

	printf -v limit '%(%Y%m%d_%H%M%S)T' "$((EPOCHSECONDS - 30 * 86400))"
	for log in "$state"/backup_????????_??????.log; do
		stamp_of_log=${log#"$state/backup_"}
		stamp_of_log=${stamp_of_log%.log}
		[[ $stamp_of_log < $limit ]] || continue
		any_exists "$state"/*_"$stamp_of_log".sql.gz* || rm -f -- "$log"
	done
}

retain_upload() {
	local key what="earlier backups in s3://$S3_BUCKET/$s3_folder were not removed"

	if ! s3_list "s3://$S3_BUCKET/$s3_folder${file_name}_"; then
		fail list "$what"
		return 1
	fi
	while IFS=$'\t' read -r _ _ _ key; do
		if [[ $key == "$s3_folder"* ]] && is_backup_name "${key#"$s3_folder"}"; then
			printf '%s\0' "$key"
		fi
	done <"$tmp/list" >"$tmp/names"
	choose_doomed "$what" || return 1
	[[ -s $tmp/doomed ]] || return 0
	if ! run remove s3 s3rm -0 "s3://$S3_BUCKET" <"$tmp/doomed" >/dev/null; then
		fail remove "$what"
		return 1
	fi
	while IFS= read -r -d '' key; do
		note "removed s3://$S3_BUCKET/$key: no retention rule keeps it"
	done <"$tmp/doomed"
}
