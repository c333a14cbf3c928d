# prune.sh: what a commit removes: what is past its time. Sourced by apply.sh and finish.sh behind journal.sh.
# prune: generations past the fifth, blobs that none of them names, releases past their service's keep, old lines of the record.
prune() {
  oldest=$((generation - 4))
  for folder in "$base"/gen/*/; do
    number=${folder%/}
    number=${number##*/}
    case $number in *[!0-9]*) continue ;; esac
    [ "$number" -lt "$oldest" ] || continue
    mv -T -- "$base/gen/$number" "$base/gen/$number.old"
  done
  for folder in "$base"/gen/*.old/; do
    [ -d "$folder" ] || continue
    drop_releases "${folder%/}"
    rm -rf -- "$folder"
  done
  for blob in "$base"/blobs/*; do
    [ -f "$blob" ] || continue
    if unnamed "${blob##*/}" "$base/gen"; then rm -f -- "$blob"; fi
  done
  # A rollback that failed is settled once a later transaction brought the host to a verified state.
  for folder in "$base"/txn/*/; do
    if [ -r "$folder/state" ] && grep -q '^ROLLBACK_FAILED' -- "$folder/state"; then replace "${folder%/}/state" "ROLLEDBACK superseded by $id"; fi
  done
  while next_line; do
    [ "$op" != keep ] || prune_releases "$folder" "$count"
  done <"$txn/plan"
  trim_runs
}

# trim_runs: the record keeps its last thousand lines once it is past a mebibyte.
trim_runs() {
  size=$(stat -c %s -- "$base/runs")
  [ "$size" -gt 1048576 ] || return 0
  tail -n 1000 -- "$base/runs" >"$base/runs.tmp" && durable "$base/runs.tmp" && mv -fT -- "$base/runs.tmp" "$base/runs" && durable "$base"
}

# drop_releases GENERATION: releases of services that left go with the last generation that could bring them back.
drop_releases() {
  for manifest in "$1"/projects/*/*; do
    [ -f "$manifest" ] || continue
    [ ! -e "$base${manifest#"$1"}" ] || continue
    while IFS=' ' read -r kind release _; do
      case $kind.$release in release./opt/*/releases/*) ;; *) continue ;; esac
      unnamed "$release" "$base/projects" || continue
      named=''
      for kept in "$base"/gen/*/projects; do
        case $kept in *.old/projects) continue ;; esac
        unnamed "$release" "$kept" || named=yes
      done
      if [ -n "$named" ] || running "$release"; then continue; fi
      drop_release "$release"
      rmdir -- "${release%/*}" "${release%/releases/*}" 2>/dev/null || :
    done <"$manifest"
  done
}

prune_releases() {
  [ -d "$1" ] || return 0
  rm -rf -- "${1:?}"/*.going
  kept=0
  newest_first=$(ls -1t -- "$1")
  for release in $newest_first; do
    # Ours end in twelve digits of their sha256; what somebody else put there is not ours to count or remove.
    case ${release#"${release%????????????}"} in *[!0-9a-f]* | '') continue ;; esac
    kept=$((kept + 1))
    [ "$kept" -gt "$2" ] || continue
    unnamed "$1/$release" "$base/gen/$generation/projects" || continue
    [ ! -d "$base/gen/$((generation - 1))/projects" ] || unnamed "$1/$release" "$base/gen/$((generation - 1))/projects" || continue
    running "$1/$release" && continue
    drop_release "${1:?}/${release:?}"
  done
  [ "$2" -gt 0 ] || rmdir -- "$1" "${1%/releases}" 2>/dev/null || :
}

# drop_release PATH: half a release must not bear a whole one's name, also when this is cut off and done again.
drop_release() {
  rm -rf -- "${1:?}.going"
  [ ! -e "$1" ] || mv -T -- "$1" "$1.going"
  rm -rf -- "${1:?}.going"
}

# unnamed TEXT FOLDER: none of its files has this text. What cannot be searched may have it.
unnamed() {
  found=0
  grep -rqF -- "$1" "$2" || found=$?
  [ "$found" -eq 1 ]
}

running() {
  for exe in /proc/[0-9]*/exe; do
    program=$(readlink -- "$exe" 2>/dev/null) || continue
    case $program in "$1"/*) return 0 ;; esac
  done
  return 1
}
