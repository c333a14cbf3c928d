# attend.sh: says each new state of a transaction and renews its lease for every line that the controller sends.
# Ends with the transaction, or with the connection.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 077
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
IFS= read -r id || exit 64
txn=$base/txn/$id

watch() {
  last=''
  while :; do
    state=GONE
    if [ -r "$txn/state" ]; then IFS= read -r state <"$txn/state" || state=$last; fi
    if [ "$state" != "$last" ]; then
      last=$state
      printf '%s state %s\n' "$nonce" "$state"
    fi
    case $state in CONFIRMED* | ROLLEDBACK* | ROLLBACK_FAILED* | REFUSED* | GONE*) return ;; esac
    sleep 0.1
  done
}

# renew: where there is no room for another file, in place.
renew() {
  if printf '%s\n' "${now%%.*}" >"$txn/lease.tmp"; then
    mv -fT -- "$txn/lease.tmp" "$txn/lease"
  else
    rm -f -- "$txn/lease.tmp"
    printf '%s\n' "${now%%.*}" 1<>"$txn/lease"
  fi
}

# has_state STATE: the word before the detail.
has_state() { [ -r "$txn/state" ] && read -r state _ <"$txn/state" && [ "$state" = "$1" ]; }

# What was published before this boot and had not begun never will: finish.sh refuses it, and no lease keeps it.
if has_state STAGED; then
  EXIT_CODE='' /bin/sh "$txn/finish.sh" "$txn" "$scope" </dev/null >/dev/null
  if has_state REFUSED; then watch && exit 0; fi
fi

watch </dev/null &
watcher=$!
while read -r word; do
  [ "$word" = renew ] || break
  read -r now _ </proc/uptime
  if [ -d "$txn" ]; then renew; fi
  kill -0 "$watcher" 2>/dev/null || break
done
kill "$watcher" 2>/dev/null
exit 0
