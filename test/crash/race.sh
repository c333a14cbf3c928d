#!/bin/sh
# race.sh TXN KIND CONFIRM OTHER: a transaction in AWAIT that its controller confirms after CONFIRM seconds, and that something else takes back after
# OTHER seconds. Runs in the tree of the plain-sh world. KIND: lease, request, recovery, takeover or killed.
set -u
txn=$1 kind=$2 confirm=$3 other=$4
base=${txn%/txn/*} id=${txn##*/}

# Everything is as it was when the transaction came to AWAIT.
rm -rf /etc/app "$base" /stand/host /.svcdeploy-stage
cp -a /stand/awaiting/. /
read -r now _ </proc/uptime
now=${now%%.*}
case $kind in lease | takeover) now=$((now - 30)) ;; esac
printf '%s\n' "$now" >"$txn/lease"

# decide WORD SECONDS: the controller's word; it waits so long for what comes of it.
decide() { printf 'nonce\n%s\n%s\n%s\n%s\n' "$base" "$id" "$1" "$2" | /bin/sh /stand/decide.sh; }
await() { /bin/sh /stand/await.sh "$txn" --system; }
finish() { /bin/sh "$txn/finish.sh" "$txn" --system; }
wait_for() { /usr/bin/sleep "$1"; }

# As systemd does it: however the main process ends, ExecStopPost= follows.
against() {
  case $kind in
    lease)
      wait_for "$other"
      await
      finish
      ;;
    request)
      { wait_for "$other" && decide rollback 0; } &
      await
      finish
      wait
      ;;
    recovery)
      wait_for "$other"
      /bin/sh "$base/recover.sh" "$base" --system
      ;;
    takeover)
      printf 'active 1 1\n' >"/stand/host/units/svcdeploy-$id.service"
      wait_for "$other"
      printf 'nonce\n%s\n--system\n%s\n9\n' "$base" "$id" | /bin/sh /stand/takeover.sh
      finish
      ;;
    killed)
      setsid /bin/sh /stand/await.sh "$txn" --system &
      wait_for "$other"
      # It leads no group before setsid has run.
      until kill -s KILL -- "-$!" 2>/dev/null; do :; done
      wait "$!"
      finish
      ;;
  esac
  rm -f "/stand/host/units/svcdeploy-$id.service" /stand/host/units/svcdeploy-recover.service
}

against </dev/null >/stand/said 2>&1 &
{ wait_for "$confirm" && decide confirmed 60; } </dev/null >/stand/host/answer &
wait
IFS= read -r state <"$txn/state"
printf '%s\n' "$state" >/stand/host/then
for name in token confirmed rollback; do
  [ ! -e "$txn/$name" ] || printf '%s\n' "$name"
done
