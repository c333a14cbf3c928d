# apply.sh TXN SCOPE: carries out a published transaction, line by line, and waits for the controller's word.
# Run as the main process of a transient unit whose ExecStopPost= is finish.sh: whatever ends this script early is undone there.
# It has no signal traps. Short commands keep the lock's descriptor, so that the undo's flock waits for them; systemctl does not.
set -eu
txn=$1 scope=$2
# shellcheck source=src/host/journal.sh
. "$txn/journal.sh"
# shellcheck source=src/host/words.sh
. "$txn/words.sh"
# shellcheck source=src/host/commit.sh
. "$txn/commit.sh"
# shellcheck source=src/host/prune.sh
. "$txn/prune.sh"
# shellcheck source=src/host/tree.sh
. "$txn/tree.sh"
# shellcheck source=src/host/release.sh
. "$txn/release.sh"

# Before PREPARED nothing live has been touched: say why and leave.
refuse() {
  set_state "REFUSED $1"
  note "refused: $1"
  exit 0
}

fail() {
  keep_text failure "$1"
  exit 1
}

main() {
  wait_for_own_start
  exec 9>"$base/lock"
  flock -w 30 9 || refuse 'locked: another transaction holds the lock of this host'
  check_untouched
  back_up
  arm
  record_values
  make_accounts_and_folders
  stage_files
  swap
  set_state RESTARTING
  act
  set_state AWAIT
  await_word
  commit
}

# A daemon-reload from ExecStopPost= while our own start job is open hangs systemd 247.
wait_for_own_start() {
  while :; do
    job=$(systemctl "$scope" show -p Job -- "svcdeploy-$id.service")
    case ${job#Job=} in '' | 0) return 0 ;; esac
    sleep 0.05
  done
}

# Everything is still as the plan saw it.
check_untouched() {
  while next_line; do
    case $op in
      directory | file | link | release | tree)
        ! is_unsafe_above "$path" || refuse "conflict: $unsafe is no longer a folder that root alone can write, as it was when the plan was made"
        ;;
    esac
    case $op in
      file)
        hash_of "$path"
        [ "$hash" = "$old" ] || refuse "conflict: $path is not as it was when the plan was made"
        ;;
      link)
        target_of "$path"
        [ "$target" = "$old" ] || refuse "conflict: $path is not as it was when the plan was made"
        ;;
      manifest)
        hash_of "$path"
        [ "$hash" = "$old" ] || refuse "conflict: another run changed what is deployed here: $path"
        ;;
      directory)
        folder_state "$path"
        [ "$found" = "$old" ] || refuse "conflict: $path is not as it was when the plan was made"
        ;;
      release | tree) [ ! -e "$path" ] || refuse "conflict: $path appeared since the plan was made" ;;
    esac
  done <"$txn/plan"
}

# is_unsafe_above PATH: others decide what root writes there, by a folder above it that they can write or a link in its place. Sets unsafe to it.
# The plan's own look at them is in core/plan/notices/path-notices.ts. What is not there yet is made by this transaction.
is_unsafe_above() {
  above=${1%/*}
  set -- /
  while [ -n "$above" ]; do
    set -- "$@" "$above"
    above=${above%/*}
  done
  unsafe=$(stat -c '%A %u %g %n' -- "$@" 2>/dev/null | while read -r bits user_id group_id folder; do
    case "$bits $user_id $group_id" in d????-??-?' 0 '* | d????w??-?' 0 0') ;; *) printf '%s' "$folder" && break ;; esac
  done)
  [ -n "$unsafe" ]
}

keep_above_safe() {
  ! is_unsafe_above "$1" || fail "conflict: $unsafe is no longer a folder that root alone can write; it was changed while this transaction ran"
}

folder_state() {
  found=-
  if [ -L "$1" ]; then found='?'
  elif [ -d "$1" ]; then found=$(stat -c %a:%U:%G -- "$1")
  elif [ -e "$1" ]; then found='?'; fi
}

# A copy, not a hard link: an edit in place would change a hard link's content as well.
back_up() {
  mkdir -- "$txn/old" "$txn/records"
  : >"$txn/units"
  : >"$txn/acted"
  set --
  while next_line; do
    case $op in
      file)
        [ "$old" != - ] || continue
        cp -p -- "$path" "$txn/old/$key"
        hash_of "$txn/old/$key"
        [ "$hash" = "$old" ] || refuse "conflict: $path changed while it was backed up"
        set -- "$@" "$txn/old/$key"
        ;;
      directory)
        [ "$old" != - ] || continue
        folder=$(stat -c '%a %u:%g' -- "$path")
        printf '%s\n' "$folder" >"$txn/old/$key"
        set -- "$@" "$txn/old/$key"
        ;;
      unit)
        active=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null)
        printf '%s\t%s\n' "$unit" "${active#ActiveState=}" >>"$txn/units"
        set_room_aside
        [ -e "$base/units/$unit" ] || continue
        cp -p -- "$base/units/$unit" "$txn/records/$unit"
        cp -p -- "$base/units/$unit" "$txn/records/$unit.spare"
        set -- "$@" "$txn/records/$unit" "$txn/records/$unit.spare"
        ;;
      record) set_room_aside ;;
    esac
  done <"$txn/plan"
  prepare_commit
  durable "$@" "$txn/units" "$txn/acted" "$txn/old" "$txn/records"
}

# One for the record behind the act, one for that of the commit or of the undo.
set_room_aside() {
  for room in "$txn/records/$unit.room1" "$txn/records/$unit.room2"; do
    printf '%250s\n' '' >"$room"
  done
}

# From here on finish.sh means undo. The restarts that are owed are on the disk before the first rename.
arm() {
  : >"$txn/token"
  durable "$txn/token" "$txn"
  set_state PREPARED
  while next_line; do
    [ "$op" = action ] || continue
    case $verb in
      start | restart | reload) replace "$base/units/$on" 'pending - - -' ;;
    esac
  done <"$txn/plan"
}

# They are on the disk, as names in their folders as well, before a state says so.
make_accounts_and_folders() {
  set --
  while next_line; do
    case $op in directory | release | tree) keep_above_safe "$path" ;; esac
    case $op in
      account)
        make_account "$user" "$group" "$home" "$groups"
        set -- "$@" /etc
        ;;
      directory)
        folder_state "$path"
        [ "$found" = "$old" ] || fail "conflict: $path was changed while this transaction ran"
        set -- "$@" "$path"
        if [ "$old" = - ]; then
          mkdir -m 0700 -- "$path"
          set -- "$@" "${path%/*}/"
        fi
        chown -h -- "$owner:$group" "$path"
        # Five digits: with fewer a folder keeps its setgid bit.
        chmod -- "00$mode" "$path"
        ;;
      release)
        rm -rf -- "$path.tmp"
        mkdir -m 0755 -- "$path.tmp"
        cp -- "$base/upload/$sha256" "$path.tmp/$name"
        chown -- 0:0 "$path.tmp/$name"
        chmod -- 0755 "$path.tmp" "$path.tmp/$name"
        durable "$path.tmp/$name" "$path.tmp"
        keep_above_safe "$path"
        mv -T -- "$path.tmp" "$path"
        durable "${path%/*}"
        ;;
      tree) make_tree "$sha256" "$upload" </dev/null ;;
    esac
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

# make_account USER GROUP HOME GROUPS: additive; what exists stays as it is.
make_account() {
  getent group "$2" >/dev/null || groupadd --system -- "$2"
  getent passwd "$1" >/dev/null || useradd --system --gid "$2" --home-dir "$3" --no-create-home --shell /usr/sbin/nologin -- "$1"
  [ "$4" = - ] || usermod --append --groups "$4" -- "$1"
}

# All new content is on the disk, with its mode and owner, before the first name changes.
stage_files() {
  set --
  while next_line; do
    case $op in
      file)
        [ "$new" != - ] || continue
        stage_for "$path" || fail "the staging folder for $path is not root's own or on another file system"
        rm -f -- "$stage/$id-$key"
        cp -- "$txn/new/$key" "$stage/$id-$key"
        chown -- "$owner:$group" "$stage/$id-$key"
        chmod -- "$mode" "$stage/$id-$key"
        set -- "$@" "$stage/$id-$key"
        ;;
      link)
        [ "$new" != - ] || continue
        stage_for "$path" || fail "the staging folder for $path is not root's own or on another file system"
        rm -f -- "$stage/$id-$key"
        ln -s -- "$new" "$stage/$id-$key"
        ;;
    esac
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

swap() {
  set_state APPLYING
  put_in_place new
  clear_stage
}

# put_in_place new|gone: renames what is new into its place, or removes what shall be gone.
put_in_place() {
  part=$1
  set --
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    if [ "$new" = - ]; then own=gone; else own=new; fi
    [ "$own" = "$part" ] || continue
    keep_above_safe "$path"
    [ "$new" = - ] || stage_for "$path" || fail "the staging folder for $path is gone"
    hash_of "$path"
    target_of "$path"
    if [ "$op" = file ]; then found=$hash; else found=$target; fi
    [ "$found" = "$old" ] || fail "conflict: $path was changed while this transaction ran"
    if [ "$new" = - ]; then
      rm -f -- "$path"
    else
      mv -fT -- "$stage/$id-$key" "$path"
    fi
    set -- "$@" "${path%/*}"
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

act() {
  recorded=0
  while next_line; do
    [ "$op" = action ] || continue
    if [ "$verb" = remove ]; then
      put_in_place gone
      continue
    fi
    if [ "$verb" = daemon-reload ]; then
      printf 'daemon-reload\t-\n' >>"$txn/acted"
      timeout -k 5 120 systemctl "$scope" daemon-reload 9>&- </dev/null || fail "daemon-reload ended with $?"
      continue
    fi
    if [ "$verb" = sysctl ]; then
      set_values "$on" "$seconds"
      continue
    fi
    if [ "$verb" = tmpfiles ]; then
      make_paths "$on" "$seconds"
      continue
    fi
    if [ "$verb" = settle ]; then
      settle "$on" "$seconds"
      continue
    fi
    printf '%s\t%s\n' "$verb" "$on" >>"$txn/acted"
    durable "$txn/acted"
    case $verb in
      start | restart) systemctl "$scope" reset-failed -- "$on" 9>&- </dev/null 2>/dev/null || : ;;
    esac
    timeout -k 5 "$seconds" systemctl "$scope" "$verb" --job-mode=replace -- "$on" 9>&- </dev/null ||
      fail "systemctl $verb $on ended with $?"
    [ "$verb" = stop ] || settle_record "$on"
  done <"$txn/plan"
}

# What the kernel has of every key that is about to be set. A boot sets them as soon as the file is there, so it is on the disk before.
record_values() {
  recorded=0
  while next_line; do
    [ "$op" = action ] || continue
    [ "$verb" = sysctl ] || continue
    content_of "$on"
    each_value "$content" has_value
    [ -d "$txn/settings" ] || mkdir -- "$txn/settings"
    each_value "$content" record_value
    durable "$txn/settings" "$txn"
    recorded=$number
  done <"$txn/plan"
}

# content_of FILE: sets content to where what it is to say is now.
content_of() {
  content=$1
  while next_line; do
    [ "$op" = file ] || continue
    if [ "$path" = "$1" ]; then content=$txn/new/$key; fi
  done <"$txn/plan"
}

# set_values FILE SECONDS: the kernel has the values that the file says, and no others.
set_values() {
  ended=0
  PATH=$PATH:/usr/lib/systemd:/lib/systemd timeout -k 5 "$2" systemd-sysctl "$1" </dev/null || ended=$?
  # It takes it for no failure that a value cannot be written.
  unmet=''
  each_value "$1" is_in_force
  [ -z "$unmet" ] || fail "$unmet"
  [ "$ended" -eq 0 ] || fail "systemd-sysctl $1 ended with $ended"
  recorded=$number
}

# each_value FILE FUNCTION: calls it with name, path, wanted and record set. The first separator tells how a name is spelled (sysctl.d(5)).
each_value() {
  number=$recorded
  while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    name=${line%% = *} wanted=${line#* = } path=${line%% = *}
    case ${name#"${name%%[./]*}"} in .*) path=$(printf '%s' "$name" | tr ./ /.) ;; esac
    path=/proc/sys/$path
    number=$((number + 1))
    record=$txn/settings/$number
    "$2"
  done <"$1"
}

has_value() {
  [ -f "$path" ] || fail "$name cannot be set: this host has no $path; is a kernel module missing?"
}

record_value() {
  rm -rf -- "$record.tmp"
  mkdir -- "$record.tmp"
  cat -- "$path" >"$record.tmp/old"
  printf '%s\n' "$wanted" >"$record.tmp/new"
  printf '%s\n' "$path" >"$record.tmp/path"
  durable "$record.tmp/old" "$record.tmp/new" "$record.tmp/path" "$record.tmp"
  mv -T -- "$record.tmp" "$record"
}

# The undo leaves what others set, so it has to know what the kernel made of a value that it did not take as it is.
is_in_force() {
  found=$(cat -- "$path")
  if same_words "$wanted" "$found"; then return 0; fi
  if [ -w "$path" ]; then why='the kernel did not take it'; else why='it is read-only here, as all of /proc/sys in many containers'; fi
  replace "$record/new" "$found"
  unmet=${unmet:-"$name is $words, not $wanted: $why"}
}

# make_paths FILE SECONDS: what the file says is there. What is made stays, whatever comes of the transaction.
make_paths() {
  ended=0
  said=$(timeout -k 5 "$2" systemd-tmpfiles --create "$1" 2>&1 </dev/null) || ended=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  [ "$ended" -eq 0 ] || fail "systemd-tmpfiles --create $1 ended with $ended: $(printf '%s\n' "$said" | tail -n 1)"
}

# settle UNIT SECONDS: the first of several instances stays as it is now, or the others are never touched.
settle() {
  look_at "$1"
  first=$process
  uptime_seconds
  settled=$((now + $2))
  while :; do
    case $live in active | reloading) ;; *) not_stayed "$1" "it is ${live:-unknown}" ;; esac
    [ "$process" = "$first" ] || not_stayed "$1" 'its process is another one'
    [ ! -e "$txn/rollback" ] || fail 'the controller took the transaction back'
    uptime_seconds
    [ "$now" -le "$settled" ] || return 0 # whole seconds: one more than asked for, never less
    sleep 0.5
    look_at "$1"
  done
}

# look_at UNIT: sets live to its state and process to what makes its process this one.
look_at() {
  live='' process=''
  for pair in $(systemctl "$scope" show -p ActiveState -p InvocationID -p MainPID -p NRestarts -- "$1" 9>&- </dev/null); do
    case $pair in
      ActiveState=*) live=${pair#*=} ;;
      *) process="$process $pair" ;;
    esac
  done
}

not_stayed() { fail "$1 did not stay up: $2; its other instances were not touched"; }

settle_record() {
  while next_line; do
    if [ "$op.$unit" = "record.$1" ]; then record_unit "$unit" "$restart" "$reload"; fi
  done <"$txn/plan"
}

# The controller renews the lease; it confirms or takes back by renaming the token. One rename wins.
await_word() {
  while next_line; do
    [ "$op" != window ] || window=$seconds
  done <"$txn/plan"
  uptime_seconds
  ends=$((now + window))
  while :; do
    [ ! -e "$txn/confirmed" ] || return 0
    [ ! -e "$txn/rollback" ] || fail 'the controller took the transaction back'
    uptime_seconds
    renewed=0
    if [ -r "$txn/lease" ]; then read -r renewed <"$txn/lease" || :; fi
    if [ $((now - renewed)) -gt 20 ]; then give_up 'no controller has renewed the lease for 20 s'; fi
    if [ "$now" -gt "$ends" ]; then give_up "no confirmation within $window s"; fi
    sleep 0.2
  done
}

give_up() {
  if mv -T -- "$txn/token" "$txn/rollback" 2>/dev/null; then fail "$1"; fi
}

main
