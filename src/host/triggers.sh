# triggers.sh: what timers, paths and sockets of a transaction start by themselves, sourced by apply.sh and finish.sh behind journal.sh.

is_trigger() { case $1 in *.timer | *.path | *.socket) ;; *) return 1 ;; esac; }

# note_triggered UNIT [STATE]: what it starts, and what that is before: STATE, or as it is now. One a line in triggered.
note_triggered() {
  is_trigger "$1" || return 0
  triggers=$(systemctl "$scope" show -p Triggers -- "$1" 9>&- </dev/null) || return 0
  for each in ${triggers#Triggers=}; do
    before=${2:-}
    if [ -z "$before" ]; then
      before=$(systemctl "$scope" show -p ActiveState -- "$each" 9>&- </dev/null) || continue
      before=${before#ActiveState=}
    fi
    printf '%s\t%s\n' "$each" "$before" >>"$txn/triggered"
  done
}

# stop_trigger: of what was acted on, before its file changes: it starts nothing from files that are half the old ones.
stop_trigger() {
  is_trigger "$unit" || return 0
  # A boot may have started it from the new files; whatever failed, failed since.
  if rebooted; then note_triggered "$unit" inactive; fi
  timeout -k 5 "$(step_limit)" systemctl "$scope" stop -- "$unit" 9>&- </dev/null 2>/dev/null || stopped || trouble "systemctl stop $unit failed"
}

# settle_triggered: what was started by what is gone does not run on without a file, and nothing has failed that had not before.
settle_triggered() {
  [ -e "$txn/triggered" ] || return 0
  while IFS="$tab" read -r unit before; do
    found=$(systemctl "$scope" show -p LoadState -p ActiveState -- "$unit" 9>&- </dev/null)
    case $before.$found in
      inactive.*=not-found*=active* | inactive.*=not-found*=activating* | inactive.*=active*=not-found*)
        timeout -k 5 120 systemctl "$scope" stop -- "$unit" 9>&- </dev/null 2>/dev/null || stopped || trouble "systemctl stop $unit failed"
        ;;
    esac
    forget_failure
  done <"$txn/triggered"
}

# forget_failure: of unit, which was before.
forget_failure() {
  [ "$before" != failed ] || return 0
  found=$(systemctl "$scope" show -p ActiveState -- "$unit" 9>&- </dev/null)
  [ "$found" = ActiveState=failed ] || return 0
  systemctl "$scope" reset-failed -- "$unit" 9>&- </dev/null 2>/dev/null
}
