# journal.sh: what apply.sh and finish.sh share: the state file, the restart records and the bookkeeping of a commit.
# The caller has set txn (the transaction's folder) and scope (systemctl's scope, e.g. --system).
LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
umask 077
base=${txn%/txn/*}
id=${txn##*/}
tab=$(printf '\t')

# durable FILE…: content is on the disk. Never a bare sync: it flushes every file system.
durable() { timeout 120 sync -- "$@"; }

# replace FILE TEXT: the file has this one line, or what it had before.
replace() {
  printf '%s\n' "$2" >"$1.tmp" && durable "$1.tmp" && mv -fT -- "$1.tmp" "$1" && durable "${1%/*}"
}

# On a full disk a rename still works: for that, words lie ready since the transaction was delivered.
set_state() {
  replace "$txn/state" "$1" || { [ -e "$txn/words/${1%% *}" ] && mv -fT -- "$txn/words/${1%% *}" "$txn/state" && durable "$txn"; }
}

read_state() {
  state=NONE
  if [ -r "$txn/state" ]; then
    IFS= read -r state <"$txn/state" || [ -n "$state" ]
    state=${state%% *}
  fi
}

uptime_seconds() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

# hash_of PATH: sets hash to the file's sha256, to - where nothing is, to ? for anything but a regular file.
hash_of() {
  hash=-
  if [ -L "$1" ]; then hash='?'
  elif [ -f "$1" ]; then
    hash=$(sha256sum <"$1")
    hash=${hash%% *}
    [ "${#hash}" -eq 64 ]
  elif [ -e "$1" ]; then hash='?'; fi
}

# target_of PATH: sets target to the link's target, to - where nothing is, to ? for anything but a link.
target_of() {
  target=-
  if [ -L "$1" ]; then target=$(readlink -- "$1")
  elif [ -e "$1" ]; then target='?'; fi
}

# leads_elsewhere PATH: the folder above it is reached through a link: what is done to it is done elsewhere.
leads_elsewhere() {
  really=$(cd -P -- "${1%/*}/" 2>/dev/null && pwd -P) || return 1
  [ "${really%/}" != "${1%/*}" ]
}

# same_words TEXT TEXT: they differ in blanks alone; sets words to those of the second.
same_words() {
  words_of "$1"
  first_words=$words
  words_of "$2"
  [ "$words" = "$first_words" ]
}

# words_of TEXT: sets words to TEXT with one blank between its words: the kernel parts those of a value by tabs.
words_of() {
  set -f
  # shellcheck disable=SC2086 # split on purpose
  set -- $1
  set +f
  words=$*
}

# next_line: the next line of the plan, each column under the name that it has in core/model/transaction-line.ts.
next_line() {
  IFS="$tab" read -r op c1 c2 c3 c4 c5 c6 c7 || return 1
  case $op in
    account) user=$c1 group=$c2 home=$c3 groups=$c4 ;;
    directory) key=$c1 path=$c2 mode=$c3 owner=$c4 group=$c5 old=$c6 ;;
    release) key=$c1 path=$c2 name=$c3 sha256=$c4 ;;
    tree) key=$c1 path=$c2 sha256=$c3 upload=$c4 ;;
    file) key=$c1 path=$c2 mode=$c3 owner=$c4 group=$c5 new=$c6 old=$c7 ;;
    link) key=$c1 path=$c2 new=$c3 old=$c4 ;;
    manifest) key=$c1 path=$c2 old=$c3 ;;
    target) key=$c1 path=$c2 ;;
    blob) sha256=$c1 path=$c2 ;;
    keep) folder=$c1 count=$c2 ;;
    gone) unit=$c1 ;;
    unit) unit=$c1 ;;
    action) verb=$c1 on=$c2 seconds=$c3 ;;
    record) unit=$c1 restart=$c2 reload=$c3 ;;
    window) seconds=$c1 ;;
  esac
}

# stage_for PATH: sets stage to a folder on PATH's own file system, private to root and outside any *.d folder.
stage_for() {
  mount_point=$(stat -c %m -- "${1%/*}/")
  stage=${mount_point%/}/.svcdeploy-stage
  [ -d "$stage" ] || mkdir -- "$stage"
  holder=$(stat -c '%F %u %d' -- "$stage")
  device=$(stat -c %d -- "${1%/*}/")
  [ "$holder" = "directory $(id -u) $device" ]
}

clear_stage() {
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    [ -d "${path%/*}/" ] || continue
    mount_point=$(stat -c %m -- "${path%/*}/")
    rm -f -- "${mount_point%/}/.svcdeploy-stage/$id-$key"
    rmdir -- "${mount_point%/}/.svcdeploy-stage" 2>/dev/null || :
  done <"$txn/plan"
}

# record_unit UNIT RESTART RELOAD: the running process started from these inputs.
record_unit() {
  invocation=$(systemctl "$scope" show -p InvocationID -- "$1" 9>&-) || return 1
  invocation=${invocation#InvocationID=}
  read -r boot </proc/sys/kernel/random/boot_id
  replace "$base/units/$1" "${invocation:-none} $boot $2 $3"
}

# note RESULT: one line in the journal (standard output is journald's) and the same in the host's own record.
note() {
  IFS= read -r about <"$txn/about"
  at=$(date +%s) || at=-
  line="$about txn=$id at=$at result=$1"
  printf '%s\n' "$line"
  printf '%s\n' "$line" >>"$base/runs"
  durable "$base/runs"
}

# commit: the bookkeeping after `confirmed` was won. Every step may be done again.
commit() {
  described=''
  set -- "$base/blobs" "$base/units"
  while next_line; do
    case $op in
      manifest | target)
        if [ "$key" = - ]; then
          rm -f -- "$path"
          [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
          described=yes
          continue
        fi
        mkdir -p -- "${path%/*}"
        cp -- "$txn/new/$key" "$path.tmp"
        durable "$path.tmp"
        mv -fT -- "$path.tmp" "$path"
        set -- "$@" "${path%/*}" "${path%/*/*}"
        [ "$op" = manifest ] || described=yes
        ;;
      file) [ "$new" = - ] || keep_blob "$txn/new/$key" "$base/blobs/$new" ;;
      blob) keep_live_blob "$path" "$base/blobs/$sha256" "$sha256" ;;
      record) record_unit "$unit" "$restart" "$reload" ;;
      gone) forget_unit "$unit" ;;
      # It is unpacked: whoever hears CONFIRMED finds no upload.
      release) rm -f -- "$base/upload/$sha256" ;;
      tree) rm -f -- "$base/upload/$upload" ;;
    esac
  done <"$txn/plan"
  durable "$@"
  newest_generation
  # Healing brings back what the newest generation is already: it uses up none of those that a rollback can go to.
  if [ -n "$described" ]; then write_generation; else generation=$last; fi
  set_state CONFIRMED
  note confirmed
  prune || printf 'svcdeploy: old releases or generations could not be removed\n' >&2
}

# forget_unit UNIT: nothing of a unit that was removed is left behind: its record, that it failed, and a slice that nobody is in.
forget_unit() {
  rm -f -- "$base/units/$1"
  case $1 in
    *.slice)
      group=$(systemctl "$scope" show -p ControlGroup -- "$1" 9>&- </dev/null 2>/dev/null) || :
      if is_empty_group "${group#ControlGroup=}"; then timeout 20 systemctl "$scope" stop -- "$1" 9>&- </dev/null 2>/dev/null || :; fi
      ;;
  esac
  timeout 20 systemctl "$scope" reset-failed -- "$1" 9>&- </dev/null 2>/dev/null || :
}

# is_empty_group CGROUP: no unit is in the slice, on cgroup v2 (also the hybrid's) or v1.
is_empty_group() {
  case $1 in /?*) ;; *) return 1 ;; esac
  for folder in "/sys/fs/cgroup$1" "/sys/fs/cgroup/systemd$1" "/sys/fs/cgroup/unified$1"; do
    for child in "$folder"/*/; do
      [ ! -d "$child" ] || return 1
    done
  done
}

keep_blob() {
  if [ -e "$2" ]; then return 0; fi
  cp -- "$1" "$2.tmp"
  durable "$2.tmp"
  mv -fT -- "$2.tmp" "$2"
}

# keep_live_blob PATH BLOB SHA256: the content of a file that needed no change. What somebody edits meanwhile is not what was named.
keep_live_blob() {
  if [ -e "$2" ] || [ -L "$1" ] || [ ! -f "$1" ]; then return 0; fi
  cp -- "$1" "$2.tmp"
  hash_of "$2.tmp"
  if [ "$hash" = "$3" ]; then
    durable "$2.tmp"
    mv -fT -- "$2.tmp" "$2"
  else
    rm -f -- "$2.tmp"
  fi
}

newest_generation() {
  last=0
  for folder in "$base"/gen/*/; do
    number=${folder%/}
    number=${number##*/}
    case $number in *[!0-9]*) continue ;; esac
    [ "$number" -le "$last" ] || last=$number
  done
}

write_generation() {
  if [ -r "$base/gen/$last/id" ]; then
    IFS= read -r made_by <"$base/gen/$last/id"
    [ "$made_by" = "$id" ] && generation=$last
  fi
  if [ -z "${generation:-}" ]; then
    generation=$((last + 1))
    rm -rf -- "$base/gen/$generation.tmp"
    mkdir -- "$base/gen/$generation.tmp"
    cp -R -- "$base/projects" "$base/targets" "$base/gen/$generation.tmp/"
    cp -- "$txn/plan" "$txn/about" "$base/gen/$generation.tmp/"
    printf '%s\n' "$id" >"$base/gen/$generation.tmp/id"
    set --
    for file in "$base/gen/$generation.tmp"/* "$base/gen/$generation.tmp"/*/* "$base/gen/$generation.tmp"/*/*/*; do
      if [ -e "$file" ]; then set -- "$@" "$file"; fi
    done
    durable "$@" "$base/gen/$generation.tmp"
    mv -T -- "$base/gen/$generation.tmp" "$base/gen/$generation"
    durable "$base/gen"
  fi
  point current "gen/$generation"
  point stable "gen/$generation"
}

point() {
  rm -f -- "$base/$1.tmp"
  ln -s -- "$2" "$base/$1.tmp"
  mv -fT -- "$base/$1.tmp" "$base/$1"
  durable "$base"
}

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
