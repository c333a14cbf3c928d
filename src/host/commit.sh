# commit.sh: the bookkeeping of a transaction, sourced by apply.sh and finish.sh behind journal.sh. All that it needs room for is made before
# the transaction is armed: once it is confirmed only names change, which a full disk does not hinder.

# prepare_commit: in room/: contents, folders, links and the generation as they will be. Nobody else writes them while we hold the lock.
prepare_commit() {
  mkdir -- "$txn/room" "$txn/room/blobs"
  set --
  described=''
  while next_line; do
    case $op in
      manifest | target)
        if [ "$op" = target ] || [ "$key" = - ]; then described=yes; fi
        if [ "$key" != - ] && [ ! -d "${path%/*}" ]; then mkdir -p -- "$txn/room/$op"; fi
        ;;
      blob)
        make_live_blob "$path" "$txn/room/blobs/$sha256" "$sha256"
        if [ -e "$txn/room/blobs/$sha256" ]; then set -- "$@" "$txn/room/blobs/$sha256"; fi
        ;;
    esac
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
  # Healing brings back what the newest generation is already: it uses up none of those that a rollback can go to.
  if [ -n "$described" ]; then prepare_generation; fi
  durable "$txn/room/blobs" "$txn/room" "$txn"
}

prepare_generation() {
  newest_generation
  ln -s -- "gen/$((last + 1))" "$txn/room/current"
  ln -s -- "gen/$((last + 1))" "$txn/room/stable"
  made=$txn/room/generation
  mkdir -- "$made"
  cp -R -- "$base/projects" "$base/targets" "$made/"
  cp -- "$txn/plan" "$txn/about" "$made/"
  printf '%s\n' "$id" >"$made/id"
  while next_line; do
    case $op in manifest | target) ;; *) continue ;; esac
    its=$made/${path#"$base"/}
    if [ "$key" = - ]; then
      rm -f -- "$its"
    else
      mkdir -p -- "${its%/*}"
      cp -- "$txn/new/$key" "$its"
    fi
  done <"$txn/plan"
  set --
  for file in "$made"/* "$made"/*/* "$made"/*/*/*; do
    if [ -e "$file" ]; then set -- "$@" "$file"; fi
  done
  durable "$@" "$made"
}

# commit: the bookkeeping after `confirmed` was won. Every step may be done again.
commit() {
  # Who decided may have been cut off before the disk had it; what follows cannot be taken back.
  durable "$txn"
  set -- "$base/blobs" "$base/units" "$base/projects" "$base/targets"
  while next_line; do
    case $op in
      manifest | target)
        if [ "$key" = - ]; then rm -f -- "$path"; else describe; fi
        [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
        ;;
      file) [ "$new" = - ] || keep_blob "$txn/new/$key" "$base/blobs/$new" ;;
      blob) keep_blob "$txn/room/blobs/$sha256" "$base/blobs/$sha256" ;;
      record) record_unit "$unit" "$restart" "$reload" ;;
      gone) forget_unit "$unit" ;;
      # It is unpacked: whoever hears CONFIRMED finds no upload.
      release) rm -f -- "$base/upload/$sha256" ;;
      tree) rm -f -- "$base/upload/$upload" ;;
    esac
  done <"$txn/plan"
  durable "$@"
  keep_generation
  set_state CONFIRMED
  note confirmed
  prune || printf 'svcdeploy: old releases or generations could not be removed\n' >&2
}

# describe: the manifest or the description takes its place. Where it has it, this was cut off before.
describe() {
  [ -d "${path%/*}" ] || mv -T -- "$txn/room/$op" "${path%/*}"
  [ ! -e "$txn/new/$key" ] || mv -fT -- "$txn/new/$key" "$path"
}

# keep_blob FROM BLOB: what is there already has the same content.
keep_blob() {
  if [ -e "$2" ] || [ ! -e "$1" ]; then return 0; fi
  mv -T -- "$1" "$2"
}

# make_live_blob PATH BLOB SHA256: the content of a file that needed no change. What somebody edits meanwhile is not what was named.
make_live_blob() {
  if [ -e "$base/blobs/$3" ] || [ -e "$2" ] || [ -L "$1" ] || [ ! -f "$1" ]; then return 0; fi
  cp -- "$1" "$2"
  hash_of "$2"
  [ "$hash" = "$3" ] || rm -f -- "$2"
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

# keep_generation: sets generation to ours, or to the newest where nothing was described.
keep_generation() {
  newest_generation
  generation=$last
  made_by=-
  if [ -r "$base/gen/$last/id" ]; then IFS= read -r made_by <"$base/gen/$last/id"; fi
  if [ "$made_by" != "$id" ]; then
    [ -d "$txn/room/generation" ] || return 0
    generation=$((last + 1))
    rm -rf -- "$base/gen/$generation.tmp"
    mv -T -- "$txn/room/generation" "$base/gen/$generation"
    durable "$base/gen"
  fi
  point current "gen/$generation"
  point stable "gen/$generation"
}

# point NAME TARGET: by the link that was made before; where another transaction's commit came between, by a new one.
point() {
  target_of "$txn/room/$1"
  if [ "$target" = "$2" ]; then
    mv -fT -- "$txn/room/$1" "$base/$1"
  else
    target_of "$base/$1"
    [ "$target" != "$2" ] || return 0
    rm -f -- "$base/$1.tmp"
    ln -s -- "$2" "$base/$1.tmp"
    mv -fT -- "$base/$1.tmp" "$base/$1"
  fi
  durable "$base"
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
