# logs.sh: prints what the journal has of some units, a JSON object a line: once, or from some entry on for as long as somebody listens.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
tab=$(printf '\t')
newline='
'
units='' lines=all ago='' moment='' priority='' cursor='' mode=once
IFS= read -r nonce || exit 64
IFS= read -r scope || exit 64
while IFS="$tab" read -r kind first; do
  case $kind in
    mode) mode=$first ;;
    lines) lines=$first ;;
    ago) ago=$first ;;
    moment) moment=$first ;;
    priority) priority=$first ;;
    cursor) cursor=$first ;;
    unit) units=$units$first$newline ;;
    end) break ;;
  esac
done
set -f

clock=$(date +%s)
printf '%s clock %s\n' "$nonce" "$clock"
printf '%s login %s %s\n' "$nonce" "$(id -u)" "$(id -Gn)"
printf '%s journald %s\n' "$nonce" "$(systemctl "$scope" is-active systemd-journald.service 2>/dev/null)"
if [ "$mode" = once ]; then
  # What a process has just said may not have been written yet.
  timeout 5 journalctl --sync </dev/null >/dev/null 2>&1
fi

IFS=$newline
set --
for unit in $units; do
  set -- "$@" -u "$unit"
  [ "$mode" = once ] || continue
  invocation=$(systemctl "$scope" show -p InvocationID -- "$unit" 2>/dev/null)
  invocation=${invocation#InvocationID=}
  case $invocation in '' | *[!0-9a-f]*) continue ;; esac
  first=$(journalctl --no-pager -q -o short-unix "INVOCATION_ID=$invocation" + "_SYSTEMD_INVOCATION_ID=$invocation" </dev/null 2>/dev/null | head -n 1)
  printf '%s start %s %s\n' "$nonce" "$unit" "${first%% *}"
done
# A cursor's parts are joined by commas on the way here.
joined=''
IFS=,
for part in $cursor; do joined="$joined${joined:+;}$part"; done
unset IFS
[ -z "$joined" ] || set -- "$@" "--cursor=$joined"
[ -z "$ago" ] || set -- "$@" "--since=@$((clock - ago))"
[ -z "$moment" ] || set -- "$@" "--since=@$moment"
[ -z "$priority" ] || set -- "$@" "--priority=$priority"
[ "$lines" = all ] || set -- "$@" "--lines=$lines"
fields=MESSAGE,PRIORITY,UNIT,COREDUMP_UNIT,OBJECT_SYSTEMD_UNIT,_SYSTEMD_UNIT,_PID
set -- --no-pager -q -o json --all "--output-fields=$fields" "$@"

if [ "$mode" = once ]; then
  exec journalctl "$@" </dev/null
fi

# The end of standard input, or a minute without a beat, says that nobody listens any more; a quiet journal would never notice.
exec 3<&0
journalctl --follow --no-tail "$@" </dev/null 3<&- &
journal=$!
{
  while timeout 60 sh -c 'IFS= read -r beat' <&3; do :; done
  kill "$journal"
} >/dev/null 2>&1 &
listener=$!
code=0
wait "$journal" || code=$?
kill "$listener" 2>/dev/null
exit "$code"
