# undo-units.sh: how an undo brings back units and their records, sourced by finish.sh.

# Units that ran before run again, from the old files; units that did not run before do not run. What was in a crash loop may go on in it.
undo_units() {
  if is_acted_on; then
    each_acted stop_unless_ran
    each_acted close_socket
    timeout -k 5 120 systemctl "$scope" daemon-reload 9>&- </dev/null || trouble 'daemon-reload failed'
    each_acted bring_back_first
    each_acted bring_back
    revive
    settle_triggered
  fi
}

is_acted_on() { [ -s "$txn/acted" ] || [ "$state" != PREPARED ]; }

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
    before=$was
    [ "$was" = active ] || { forget_failure; continue; }
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
