#!/bin/sh
# held.sh STATE WHEN WORD BEFORE AFTER DECIDE: asks decide.sh about the next transaction of this host: while it is held in
# STATE (WHEN held), or once it has ended as STATE (WHEN -, or a state that it is held in for BEFORE).
# BEFORE: what is done to the host while it is held. AFTER: at the end. Prints a line each: held, state, marks; or missed.
set -u
state=$1 when=$2 word=$3 before=$4 after=$5 decide=$6
base=/var/lib/svcdeploy
: >/run/held-ready

known=$(ls "$base/txn")
id=
until [ -n "$id" ]; do
  for folder in "$base"/txn/*; do
    case $folder in *.tmp) continue ;; esac
    case $known in *"${folder##*/}"*) ;; *) id=${folder##*/} ;; esac
  done
  sleep 0.01
done
txn=$base/txn/$id

now() { IFS=' ' read -r now _ <"$txn/state" || now=NONE; }
is_final() { case $now in CONFIRMED | ROLLEDBACK | ROLLBACK_FAILED | REFUSED) ;; *) return 1 ;; esac; }
# at_work: the shells that carry out the transaction, or its undo.
at_work() { pids=$(pgrep -f "^/bin/sh [^ ]*/$id/[a-z]*\.sh"); [ -n "$pids" ]; }

# hold STATE: they are stopped while the state is this one.
hold() {
  until now; [ "$now" = "$1" ] && at_work; do
    if is_final; then echo missed; exit 0; fi
    sleep 0.005
  done
  # shellcheck disable=SC2086 # numbers, split on purpose
  kill -STOP $pids
  now
  if [ "$now" != "$1" ]; then release; echo missed; exit 0; fi
  echo "held $now"
}

# shellcheck disable=SC2086 # numbers, split on purpose
release() { kill -CONT $pids; }

ask() {
  marks=
  printf '%s\n' nonce "$base" "$id" "$word" 0 | sh "$decide" | sed -n 's/^nonce state \([A-Z_]*\).*/state \1/p'
  for mark in token confirmed rollback; do
    if [ -e "$txn/$mark" ]; then marks="$marks $mark"; fi
  done
  echo "marks$marks"
}

if [ "$when" = held ]; then
  hold "$state"
  eval "$before"
  ask
  release
else
  if [ "$when" != - ]; then
    hold "$when"
    eval "$before"
    release
  fi
  until now; is_final; do sleep 0.1; done
  # Of a transaction that never was, while the other is at its end.
  if [ "$state" = GONE ]; then id=00000000000000000000000000000000 txn=$base/txn/$id now=GONE; fi
  if [ "$now" = "$state" ]; then ask; else echo "missed: it is $now"; fi
fi
eval "$after"
