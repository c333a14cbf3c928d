# decide.sh: the controller's word on a waiting transaction: confirmed or rollback. One rename wins; the answer is what the host says afterwards.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r id || exit 64
IFS= read -r word || exit 64
IFS= read -r seconds || exit 64
txn=$base/txn/$id
case $word in confirmed | rollback) ;; *) exit 64 ;; esac

state=GONE
read_state() {
  if [ -r "$txn/state" ]; then IFS= read -r state <"$txn/state" || :; else state=GONE; fi
}

read_state
if [ "$word" = rollback ] || [ "$state" = AWAIT ]; then
  mv -T -- "$txn/token" "$txn/$word" 2>/dev/null && sync -- "$txn"
fi
read -r start _ </proc/uptime
ends=$((${start%%.*} + seconds))
while :; do
  read_state
  case $state in CONFIRMED* | ROLLEDBACK* | ROLLBACK_FAILED* | REFUSED* | GONE*) break ;; esac
  read -r now _ </proc/uptime
  [ "${now%%.*}" -lt "$ends" ] || break
  sleep 0.1
done
generation=-
if [ -r "$base/current/id" ]; then IFS= read -r generation <"$base/current/id"; fi
printf '%s state %s\n' "$nonce" "$state"
printf '%s current %s\n' "$nonce" "$generation"
