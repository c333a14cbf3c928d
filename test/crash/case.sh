#!/bin/sh
# case.sh WORK FROM APPLY FINISH ON_STATE THEN RECOVER LOGGED: one transaction of the plain-sh world, with its faults.
# WORK has root (the host's tree), strike and logs; FROM is the host with the transaction delivered; APPLY and FINISH are faults
# as strike takes them. An APPLY of - says that FROM is how apply.sh left the host, by its end or by a kill; a FINISH of - says that
# FROM is how a kill of finish.sh left it.
# THEN: finish; recover, as where finish.sh never ran; reboot, a power cut behind apply.sh or finish.sh; shutdown, in order.
# LOGGED: of a finish.sh without faults each point is logged; otherwise it runs untraced, which takes half the time.
# Afterwards the boot's recovery runs, the first time with the faults of RECOVER, until nothing is left to do. Says the last state.
set -u
work=$1 from=$2 apply=$3 finish=$4 on_state=$5 then=$6 recover=$7 logged=$8 root=${1:?}/root
base=/var/lib/svcdeploy
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=test/crash/restore.sh
. "${0%/*}/restore.sh"
restore "$root" "$from"
: >"$work/log-finish"
: >"$work/log-recover"
for txn in "$root$base"/txn/*/; do txn=${txn%/}; done
txn=${txn#"$root"}

# As a unit: a private PATH, no terminal, nothing on standard input.
export PATH=/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset EXIT_CODE
status=137 ended=$root/stand/host/ended
if [ "$apply" = - ]; then
  if [ -r "$ended" ]; then read -r status <"$ended"; fi
else
  rm -f "$root"/stand/host/did-* "$root/stand/host/on-state" "$root/stand/host/answer" "$root/stand/host/then" "$ended"
  printf '100000.00 0.00\n' >"$root/stand/uptime"
  [ -z "$on_state" ] || printf '%b' "$on_state" >"$root/stand/host/on-state"
  # shellcheck disable=SC2086 # faults, split on purpose
  "$work/strike" "$root" "$work/log-apply" $apply -- /bin/sh "$txn/apply.sh" "$txn" --system </dev/null >"$work/said" 2>&1
  status=$?
  printf '%s\n' "$status" >"$ended"
fi
EXIT_CODE=exited
[ "$status" -lt 128 ] || EXIT_CODE=killed
export EXIT_CODE
[ "$then" != shutdown ] || : >"$root/stand/host/stopping"
if [ -z "$finish$logged" ]; then
  chroot "$root" /bin/sh "$txn/finish.sh" "$txn" --system </dev/null >>"$work/said" 2>&1
elif [ "$finish" != - ]; then
  # shellcheck disable=SC2086 # faults, split on purpose
  "$work/strike" "$root" "$work/log-finish" $finish -- /bin/sh "$txn/finish.sh" "$txn" --system </dev/null >>"$work/said" 2>&1
fi
unset EXIT_CODE
case $then in
  reboot | shutdown)
    rm -rf "$root/stand/host/stopping" "${root:?}"/run/*
    printf '5.00 0.00\n' >"$root/stand/uptime"
    printf '00000000-0000-4000-8000-000000000002\n' >"$root/stand/boot"
    chroot "$root" boot >>"$work/said" 2>&1
    ;;
esac
rounds=0
while [ "$rounds" -lt 5 ]; do
  state=NONE
  if [ -r "$root$txn/state" ]; then read -r state _ <"$root$txn/state"; fi
  case $state.$then in
    PREPARED.* | APPLYING.* | RESTARTING.* | AWAIT.* | COMMITTING.* | ROLLINGBACK.* | STAGED.reboot | STAGED.shutdown) ;;
    *) break ;;
  esac
  rounds=$((rounds + 1))
  if [ "$rounds" = 1 ] && [ "$then" != finish ]; then
    # shellcheck disable=SC2086 # faults, split on purpose
    "$work/strike" "$root" "$work/log-recover" $recover -- /bin/sh "$base/recover.sh" "$base" --system </dev/null >>"$work/said" 2>&1
  else
    chroot "$root" /bin/sh "$base/recover.sh" "$base" --system </dev/null >>"$work/said" 2>&1
  fi
done
chroot "$root" drift >"$root/stand/host/drift"
printf '%s %s\n' "$status" "$rounds"
cat "$root$txn/state" 2>/dev/null
