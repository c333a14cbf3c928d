# finish.sh TXN SCOPE: ends a transaction whose apply.sh is gone: completes it when it was confirmed, undoes it otherwise.
# Runs as ExecStopPost= of the transient unit, and from recover.sh. It may be killed and run again at any point.
set -u
txn=$1 scope=$2
# shellcheck source=src/host/journal.sh
. "$txn/journal.sh"
# shellcheck source=src/host/words.sh
. "$txn/words.sh"
# shellcheck source=src/host/commit.sh
. "$txn/commit.sh"
# shellcheck source=src/host/prune.sh
. "$txn/prune.sh"

# commit_or_say: what was confirmed stays, also where the bookkeeping fails: then the state says why, and it is tried again.
commit_or_say() {
  said=$(/bin/sh "$txn/finish.sh" "$txn" "$scope" commit 2>&1)
  ended=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  [ "$ended" -ne 0 ] || exit 0
  telling_line "$said"
  read_state
  [ "$state" = CONFIRMED ] || set_state "COMMITTING ${said:-the bookkeeping ended with $ended}"
  exit 1
}

main() {
  read_state
  case $state in
    PREPARED | APPLYING | RESTARTING | AWAIT | COMMITTING | ROLLINGBACK) ;;
    STAGED) ended_early ;;
    *) exit 0 ;;
  esac
  exec 9>"$base/lock"
  flock -w 600 9 || exit 1
  read_state
  case $state in CONFIRMED | ROLLEDBACK) exit 0 ;; esac
  if [ ! -e "$txn/rollback" ]; then mv -T -- "$txn/token" "$txn/rollback" 2>/dev/null || :; fi
  if [ -e "$txn/confirmed" ]; then commit_or_say; fi
  if [ ! -e "$txn/failure" ]; then last_words; fi
  undo
}

# apply.sh gave up by itself before it armed the transaction: nothing was touched, and whoever attends it need not wait any longer.
# Where the host restarted, its unit is lost, and it will never begin.
ended_early() {
  if rebooted; then
    refused='the host restarted before anything was changed'
  elif [ "${EXIT_CODE:-}" = exited ]; then
    last_words
    refused="the transaction's script ended before it changed anything: ${said:-it said nothing}"
  else
    exit 0
  fi
  set_state "REFUSED $refused"
  note "refused: $refused"
  exit 0
}

undo() {
  set_state ROLLINGBACK || [ "$state" = ROLLINGBACK ] || exit 1
  troubles=''
  conflicts=''
  system=$(systemctl "$scope" is-system-running 9>&- </dev/null 2>/dev/null)
  if [ "$system" != stopping ]; then
    cancel_jobs
    keep_evidence
  fi
  undo_values
  undo_files
  clear_stage
  restore_records
  if [ "$system" = stopping ]; then
    undo_folders
    undo_end ROLLEDBACK 'rolled-back in a reboot'
    return
  fi
  if rebooted; then set_and_make_again; fi
  undo_units
  undo_folders
  undo_end ROLLEDBACK rolled-back
}

undo_end() {
  if [ -n "$troubles" ]; then
    set_state "ROLLBACK_FAILED $troubles"
    note "rollback-failed: $troubles"
    return
  fi
  if [ -n "$conflicts" ]; then keep_text conflicts "$conflicts"; fi
  set_state "$1"
  note "$2"
}

# A job that is queued in PID 1 outlives the systemctl that asked for it.
cancel_jobs() {
  while next_line; do
    [ "$op" = unit ] || continue
    job=$(systemctl "$scope" show -p Job -- "$unit" 9>&- </dev/null)
    case ${job#Job=} in '' | 0 | *[!0-9]*) continue ;; esac
    timeout 20 systemctl "$scope" cancel "${job#Job=}" 9>&- </dev/null 2>/dev/null
  done <"$txn/plan"
}

evidence=Id,LoadState,ActiveState,SubState,Result,Type,NRestarts,MainPID,ExecMainCode,ExecMainStatus,InvocationID,StatusText,ReloadResult,ConditionResult

# What the failed units say of themselves, before they are restarted.
keep_evidence() {
  if [ ! -e "$txn/failure" ] && [ -n "${said:-}" ]; then
    keep_text failure "the transaction's script ended early; its last words: $said"
  fi
  [ -d "$txn/evidence" ] || mkdir -- "$txn/evidence" || return
  timeout 10 journalctl --sync 9>&- </dev/null 2>/dev/null # what a process said last may not have been read yet
  while IFS="$tab" read -r verb unit; do
    if [ "$unit" = - ] || [ -e "$txn/evidence/$unit.journal" ]; then continue; fi
    timeout 10 systemctl "$scope" show -p "$evidence" -- "$unit" 9>&- </dev/null >"$txn/evidence/$unit.show" 2>/dev/null
    invocation=''
    while IFS= read -r line; do
      case $line in InvocationID=*) invocation=${line#InvocationID=} ;; esac
    done <"$txn/evidence/$unit.show"
    # What a process says just before it dies is often not attributed to its invocation any more: what counts is the unit and the time.
    first=''
    if [ -n "$invocation" ]; then
      first=$(timeout 10 journalctl --no-pager -q -o short-unix "INVOCATION_ID=$invocation" 9>&- </dev/null 2>/dev/null | head -n 1 9>&-)
    fi
    # Its line may be stamped some milliseconds before systemd's own first one: a second more is shown.
    case ${first%%.*} in '' | *[!0-9]*) first='' ;; *) first=$((${first%%.*} - 1)) ;; esac
    # Before systemd 255 -n counts from the front where there is a --since, but not in reverse; many lines may have one stamp.
    from=$(timeout 10 journalctl --no-pager -q -r -n 20 -o short-unix -u "$unit" ${first:+"--since=@$first"} \
      9>&- </dev/null 2>/dev/null | tail -n 1 9>&-)
    case ${from%% *} in '' | *[!0-9.]*) from=--lines=20 ;; *) from=--since=@${from%% *} ;; esac
    timeout 10 journalctl --no-pager -q -o cat -u "$unit" "$from" 9>&- </dev/null 2>/dev/null |
      tail -n 20 9>&- >"$txn/evidence/$unit.journal"
  done <"$txn/acted"
}

# While the file is there that says so, a reboot sets the values again, and this is done again.
# Which values others set is judged once, before any is written: one key can change others (net.ipv4.ip_forward those of all interfaces).
undo_values() {
  [ -d "$txn/settings" ] || return 0
  if ! IFS= read -r theirs 2>/dev/null <"$txn/settings/judged"; then
    theirs=' '
    each_record judge_value
    replace "$txn/settings/judged" "$theirs" || :
  fi
  each_record set_back
  each_record set_back
  each_record is_back
}

# each_record FUNCTION: calls it with record, path, old and new set. Half a record is none: nothing was set.
each_record() {
  for record in "$txn/settings"/[0-9]*; do
    case $record in *.tmp | *'*') continue ;; esac
    { IFS= read -r path <"$record/path" && old=$(cat -- "$record/old") && new=$(cat -- "$record/new"); } ||
      { [ "$1" != is_back ] || trouble "$record cannot be read"; continue; }
    "$1"
  done
}

judge_value() {
  if [ -e "$path" ] && found=$(cat -- "$path"); then
    if same_words "$old" "$found" || same_words "$new" "$found"; then return; fi
  fi
  theirs="$theirs${record##*/} "
}

is_theirs() { case $theirs in *" ${record##*/} "*) ;; *) return 1 ;; esac; }

set_back() {
  if is_theirs || { found=$(cat -- "$path") && same_words "$old" "$found"; }; then return; fi
  printf '%s\n' "$old" >"$path"
}

is_back() {
  if is_theirs && [ ! -r "$path" ]; then conflict "$path"; return; fi
  found=$(cat -- "$path") || { trouble "$path cannot be read"; return; }
  if same_words "$old" "$found"; then return; fi
  if is_theirs; then conflict "$path"; else trouble "$path is $words and cannot be set back to $old"; fi
}

# Every file is again what it was, as a new inode; what somebody else wrote meanwhile stays and is named.
undo_files() {
  set --
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    if leads_elsewhere "$path"; then
      conflict "$path"
      continue
    fi
    "undo_$op"
    [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
  done <"$txn/plan"
  if [ "$#" -gt 0 ]; then durable "$@" || trouble 'sync of restored folders failed'; fi
}

undo_file() {
  hash_of "$path" || { trouble "$path cannot be read"; return; }
  if [ "$hash" != "$new" ]; then
    [ "$hash" = "$old" ] || conflict "$path"
    return
  fi
  if [ "$old" = - ]; then
    rm -f -- "$path" || trouble "$path cannot be removed"
    return
  fi
  if stage_for "$path" && rm -f -- "$stage/$id-$key" && cp -p -- "$txn/old/$key" "$stage/$id-$key" && touch -- "$stage/$id-$key" &&
    durable "$stage/$id-$key"; then
    # Copying may take long: what was written meanwhile stays.
    hash_of "$path" || { trouble "$path cannot be read"; return; }
    [ "$hash" = "$new" ] || { conflict "$path"; return; }
    if mv -fT -- "$stage/$id-$key" "$path"; then return; fi
  fi
  put_back || trouble "$path cannot be restored"
}

# No room for a copy: the backup itself takes the place, where that is one rename.
put_back() {
  from=$(stat -c '%d %m' -- "$txn/old")
  to=$(stat -c '%d %m' -- "${path%/*}/")
  [ "$from" = "$to" ] && touch -c -- "$txn/old/$key" && mv -fT -- "$txn/old/$key" "$path"
}

undo_link() {
  target_of "$path" || { trouble "$path cannot be read"; return; }
  if [ "$target" != "$new" ]; then
    [ "$target" = "$old" ] || conflict "$path"
    return
  fi
  if [ "$old" = - ]; then
    rm -f -- "$path" || trouble "$path cannot be removed"
    return
  fi
  { stage_for "$path" && rm -f -- "$stage/$id-$key" && ln -s -- "$old" "$stage/$id-$key"; } || { trouble "$path cannot be restored"; return; }
  target_of "$path" || { trouble "$path cannot be read"; return; }
  [ "$target" = "$new" ] || { conflict "$path"; return; }
  mv -fT -- "$stage/$id-$key" "$path" || trouble "$path cannot be restored"
}

# The boot may have found the new files: what the old ones set and make is set and made before the units start.
set_and_make_again() {
  while next_line; do
    [ "$op" = file ] || continue
    [ -e "$path" ] || continue
    case $path in
      /etc/sysctl.d/*)
        PATH=$PATH:/usr/lib/systemd:/lib/systemd timeout -k 5 30 systemd-sysctl "$path" 9>&- </dev/null || trouble "systemd-sysctl $path failed"
        ;;
      /etc/tmpfiles.d/*) timeout -k 5 60 systemd-tmpfiles --create "$path" 9>&- </dev/null || trouble "systemd-tmpfiles $path failed" ;;
    esac
  done <"$txn/plan"
}

# Units that ran before run again, from the old files; units that did not run before do not run. What was in a crash loop may go on in it.
undo_units() {
  if [ -s "$txn/acted" ] || [ "$state" != PREPARED ]; then
    if rebooted; then act_on_all; fi
    each_acted stop_unless_ran
    each_acted close_socket
    timeout -k 5 120 systemctl "$scope" daemon-reload 9>&- </dev/null || trouble 'daemon-reload failed'
    each_acted bring_back_first
    each_acted bring_back
    revive
  fi
}

rebooted() {
  read -r boot </proc/sys/kernel/random/boot_id
  armed=$boot
  if [ -r "$txn/boot" ]; then IFS= read -r armed <"$txn/boot" || :; fi
  [ "$armed" != "$boot" ]
}

# The boot may have started any unit from the new files, before these were put back and whether or not it had been acted on.
act_on_all() {
  while next_line; do
    [ "$op" = action ] || continue
    case $on in - | /*) ;; *) printf 'restart\t%s\n' "$on" ;; esac # an act on a file is on no unit
  done <"$txn/plan" >"$txn/acted.tmp"
  mv -fT -- "$txn/acted.tmp" "$txn/acted" || trouble 'the list of units cannot be written'
}

# Units that stopped along with ours, or by a daemon-reload.
revive() {
  while IFS="$tab" read -r unit was; do
    [ "$was" = active ] || continue
    back=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null)
    # Where systemctl gave no answer it is started as well: what runs is left as it is by that.
    case $back in '' | ActiveState=inactive | ActiveState=failed | ActiveState=deactivating) ;; *) continue ;; esac
    systemctl "$scope" reset-failed -- "$unit" 9>&- </dev/null 2>/dev/null
    timeout -k 5 120 systemctl "$scope" start -- "$unit" 9>&- </dev/null || trouble "systemctl start $unit failed"
    renew_record
  done <"$txn/units"
}

each_acted() {
  done_units=' '
  while IFS="$tab" read -r verb unit; do
    [ "$unit" != - ] || continue
    case $done_units in *" $unit "*) continue ;; esac
    done_units="$done_units$unit "
    before=''
    while IFS="$tab" read -r name was; do
      if [ "$name" = "$unit" ]; then before=$was; fi
    done <"$txn/units"
    "$1"
  done <"$txn/acted"
}

stop_unless_ran() {
  case $before in active | activating | reloading) return ;; esac
  timeout -k 5 "$(step_limit)" systemctl "$scope" stop -- "$unit" 9>&- </dev/null 2>/dev/null || stopped || trouble "systemctl stop $unit failed"
  systemctl "$scope" reset-failed -- "$unit" 9>&- </dev/null 2>/dev/null
}

# systemd refuses to start a socket while its service runs; whoever connects meanwhile must not start the service again.
close_socket() {
  case $unit in *.socket) ;; *) return ;; esac
  service=$(systemctl "$scope" show -p Triggers -- "$unit" 9>&- </dev/null)
  # shellcheck disable=SC2086 # names of units, split on purpose
  timeout -k 5 "$(step_limit)" systemctl "$scope" stop -- "$unit" ${service#Triggers=} 9>&- </dev/null 2>/dev/null || trouble "systemctl stop $unit failed"
}

# Sockets, and mounts that went: what runs on them comes after them.
comes_first() {
  case $unit in
    *.socket) return 0 ;;
    *.mount) ;;
    *) return 1 ;;
  esac
  while IFS="$tab" read -r op its_verb its_on _; do
    if [ "$op.$its_on" = "action.$unit" ] && [ "$its_verb" != stop ]; then return 1; fi
  done <"$txn/plan"
}

bring_back_first() {
  if comes_first; then bring_back; fi
}

stopped() {
  back=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null)
  case $back in ActiveState=inactive | ActiveState=failed) ;; *) return 1 ;; esac
}

bring_back() {
  case $before in active | activating | reloading) ;; *) return ;; esac
  back=''
  if comes_first; then back=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null); fi
  # What comes first comes only once. Where an undo was cut off behind that, its record is still the old process's.
  if [ "$back" = ActiveState=active ]; then renew_record; return; fi
  back=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null)
  if [ "$verb" = reload ] && [ "$back" = ActiveState=active ] &&
    timeout -k 5 "$(step_limit)" systemctl "$scope" reload -- "$unit" 9>&- </dev/null; then
    renew_record
    return
  fi
  systemctl "$scope" reset-failed -- "$unit" 9>&- </dev/null 2>/dev/null
  timeout -k 5 "$(step_limit)" systemctl "$scope" restart --job-mode=replace -- "$unit" 9>&- </dev/null ||
    [ "$before" = activating ] || trouble "systemctl restart $unit failed"
  renew_record
}

step_limit() {
  limit=120
  while IFS="$tab" read -r op its_verb its_on its_seconds; do
    if [ "$op.$its_on" = "action.$unit" ] && [ "$its_verb" != settle ]; then limit=$its_seconds; fi
  done <"$txn/plan"
  printf '%s' "$limit"
}

# The old inputs, with the new process that was started from them. Without it the old record is there again: as it is of another process, the
# next plan goes by when this one started, which is behind everything that was put back.
renew_record() {
  [ -r "$txn/records/$unit" ] || return 0
  read -r _ _ restart reload <"$txn/records/$unit"
  record_unit "$unit" "$restart" "$reload" || record_unit "$unit" "$restart" "$reload" && return 0
  rm -f -- "$base/units/$unit.tmp"
  printf 'svcdeploy: the record of %s could not be renewed\n' "$unit" >&2
}

restore_records() {
  while next_line; do
    [ "$op" = unit ] || continue
    restore_record || trouble "the record of $unit cannot be restored"
  done <"$txn/plan"
  durable "$base/units" || trouble 'sync of restored records failed'
}

restore_record() {
  rm -f -- "$base/units/$unit.tmp" || return
  if [ -r "$txn/records/$unit" ]; then
    # A rename needs no room. Where an undo that was cut off has done it, what is there is the old record or what it renewed.
    [ ! -e "$txn/records/$unit.spare" ] || mv -fT -- "$txn/records/$unit.spare" "$base/units/$unit"
  else
    rm -f -- "$base/units/$unit"
  fi
}

# Releases that we made go, and folders that we made when they are empty.
undo_folders() {
  set --
  while next_line; do
    case $op in directory | release | tree) ;; *) continue ;; esac
    if leads_elsewhere "$path"; then
      conflict "$path"
      continue
    fi
    case $op in
      release)
        # The upload stays under its hash, so that the next run need not send it again.
        for folder in "$path" "$path.tmp"; do
          rm -f -- "$folder/$name" || trouble "$folder cannot be emptied"
          [ ! -d "$folder" ] || rmdir -- "$folder" || conflict "$folder"
        done
        ;;
      tree)
        undo_tree || trouble "$path cannot be removed"
        ;;
      directory)
        if [ "$old" = - ]; then set -- "$path" "$@"; else undo_folder; fi
        ;;
    esac
  done <"$txn/plan"
  # A folder that somebody has filled meanwhile holds data that is not ours.
  for folder in "$@"; do
    if [ -L "$folder" ]; then
      conflict "$folder"
      continue
    fi
    [ ! -d "$folder" ] || rmdir -- "$folder" 2>/dev/null || [ -n "$(ls -A -- "$folder")" ] || trouble "$folder cannot be removed"
  done
  sync_folders || trouble 'sync of restored folders failed'
}

# What was made and what was removed, as names; folders that are there again as they were.
sync_folders() {
  set --
  while next_line; do
    case $op in
      release | tree) folder=${path%/*} ;;
      directory) if [ "$old" = - ]; then folder=${path%/*}/; else folder=$path; fi ;;
      *) continue ;;
    esac
    [ ! -d "$folder" ] || set -- "$@" "$folder"
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

# A tree is root's own and says by its name what it holds, so nobody has put anything into it that is not lost with it. Half of one must
# not bear a whole one's name. While ours has the name it was made under, the other is somebody else's.
undo_tree() {
  if [ -e "$path.tmp" ]; then
    [ ! -e "$path" ] || conflict "$path"
  elif [ -e "$path" ]; then
    mv -T -- "$path" "$path.tmp" || return
  fi
  rm -rf -- "$path.tmp"
}

# Mode and owner are judged one by one: apply.sh may have ended between the two.
undo_folder() {
  found=$(stat -c %a:%U:%G -- "$path") || { if [ -d "$path" ]; then trouble "$path cannot be read"; else conflict "$path"; fi; return; }
  [ "$found" != "$old" ] || return
  case ${found%%:*} in "${mode#0}" | "${old%%:*}") ;; *) conflict "$path"; return ;; esac
  case ${found#*:} in "$owner:$group" | "${old#*:}") ;; *) conflict "$path"; return ;; esac
  { read -r was_mode was_owner <"$txn/old/$key" && chown -h -- "$was_owner" "$path" && chmod -- "00$was_mode" "$path"; } || trouble "$path cannot be restored"
}

trouble() { troubles="$troubles${troubles:+; }$1"; }
conflict() { conflicts="$conflicts${conflicts:+ }$1"; }

# It has the lock of the one that called it, and ends at the first error.
if [ "${3:-}" = commit ]; then
  set -e
  commit
else
  main
fi
