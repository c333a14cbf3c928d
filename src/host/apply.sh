# apply.sh TXN SCOPE: carries out a published transaction, line by line, and waits for the controller's word.
# Run as the main process of a transient unit whose ExecStopPost= is finish.sh: whatever ends this script early is undone there.
# It has no signal traps. Short commands keep the lock's descriptor, so that the undo's flock waits for them; systemctl does not.
set -eu
txn=$1 scope=$2
for part in journal words triggers commit prune tree release apply-files apply-acts; do
  # shellcheck source=/dev/null
  . "$txn/$part.sh"
done

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
        set -- "$@" "$txn/records/$unit.room1" "$txn/records/$unit.room2"
        [ -e "$base/units/$unit" ] || continue
        cp -p -- "$base/units/$unit" "$txn/records/$unit"
        cp -p -- "$base/units/$unit" "$txn/records/$unit.spare"
        set -- "$@" "$txn/records/$unit" "$txn/records/$unit.spare"
        ;;
      record)
        set_room_aside
        set -- "$@" "$txn/records/$unit.room1" "$txn/records/$unit.room2"
        ;;
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
