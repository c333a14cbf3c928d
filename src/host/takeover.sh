# takeover.sh: ends a transaction that no controller looks after any more, and says what became of it.
set -u
LC_ALL=C SYSTEMD_COLORS=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
IFS= read -r id || exit 64
IFS= read -r seconds || exit 64
txn=$base/txn/$id

say() {
  state=GONE
  if [ -r "$txn/state" ]; then IFS= read -r state <"$txn/state" || :; fi
  printf '%s state %s\n' "$nonce" "$state"
}

unfinished() {
  [ -r "$txn/state" ] || return 1
  IFS= read -r state <"$txn/state" || :
  case $state in CONFIRMED* | ROLLEDBACK* | REFUSED* | ROLLBACK_FAILED*) return 1 ;; esac
}

# leave_alone: ends here when the controller is still there.
leave_alone() {
  if [ "$age" -ge 0 ] && [ "$age" -le 20 ]; then
    printf '%s alive %s\n' "$nonce" "$age"
    exit 0
  fi
}

age=0
if [ -r "$txn/lease" ]; then
  read -r renewed <"$txn/lease" || renewed=0
  read -r now _ </proc/uptime
  age=$((${now%%.*} - renewed))
fi
active=$(systemctl "$scope" show -p ActiveState -- "svcdeploy-$id.service")
case $active in
  ActiveState=inactive | ActiveState=failed)
    # Published and not launched yet: whoever sent it may be about to.
    if unfinished && [ "${state%% *}" = STAGED ]; then leave_alone; fi
    ;;
  *)
    leave_alone
    mv -T -- "$txn/token" "$txn/rollback" 2>/dev/null
    timeout "$seconds" systemctl "$scope" stop -- "svcdeploy-$id.service" </dev/null
    ;;
esac
if unfinished; then
  if [ "${state%% *}" = STAGED ]; then
    rm -rf -- "$txn"
  else
    timeout "$seconds" systemctl "$scope" start -- svcdeploy-recover.service </dev/null
  fi
fi
say
