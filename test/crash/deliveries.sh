#!/bin/sh
# deliveries.sh LEFT RIGHT: two controllers deliver to one host, after so many seconds each (-: this one does not), and confirm what comes to AWAIT.
# Runs in the tree of the plain-sh world. /stand/left and /stand/right are what deliver.sh reads; its systemd-run starts what it is asked to.
set -u
base=/var/lib/svcdeploy
rm -rf /etc/app /etc/systemd "$base" /stand/host /.svcdeploy-stage
cp -a /stand/start/. /

# controller SIDE SECONDS: delivers, attends, confirms, and says what it was answered.
controller() {
  [ "$2" != - ] || return 0
  id=$(sed -n '4s/	.*//p' "/stand/$1")
  /usr/bin/sleep "$2"
  if ! /bin/sh /stand/deliver.sh <"/stand/$1" >"/stand/host/said-$1" 2>&1; then
    printf 'UNDELIVERED\n' >"/stand/host/answer-$1"
    return
  fi
  while :; do
    read -r state _ <"$base/txn/$id/state"
    case $state in AWAIT | CONFIRMED | ROLLEDBACK | REFUSED | ROLLBACK_FAILED) break ;; esac
    sleep 0.1
  done
  printf 'nonce\n%s\n%s\nconfirmed\n60\n' "$base" "$id" | /bin/sh /stand/decide.sh | sed -n 's/^nonce state //p' >"/stand/host/answer-$1"
}

controller left "$1" </dev/null &
controller right "$2" </dev/null &
wait
# What systemd-run started has ended with the last of its locks.
exec 9>"$base/lock"
flock -w 30 9
