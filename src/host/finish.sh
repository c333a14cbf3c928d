# finish.sh TXN SCOPE: ends a transaction whose apply.sh is gone: completes it when it was confirmed, undoes it otherwise.
# Runs as ExecStopPost= of the transient unit, and from recover.sh. It may be killed and run again at any point.
set -u
txn=$1 scope=$2
for part in journal words triggers commit prune undo-values undo-files undo-units; do
  # shellcheck source=/dev/null
  . "$txn/$part.sh"
done

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
    if is_acted_on && rebooted; then act_on_all; fi
    each_acted stop_trigger
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

rebooted() {
  read -r boot </proc/sys/kernel/random/boot_id
  armed=$boot
  if [ -r "$txn/boot" ]; then IFS= read -r armed <"$txn/boot" || :; fi
  [ "$armed" != "$boot" ]
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
