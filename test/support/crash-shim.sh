#!/bin/sh
# Stands in the manager's PATH for each external command of apply.sh and finish.sh, counts them, and strikes at the commands that
# /var/crash/faults names, one "PHASE NUMBER MODE" a line. Modes: kill-before, kill-after, kill-during, fail.
work=/var/crash
name=${0##*/}
for real in "/usr/bin/$name" "/bin/$name" "/usr/sbin/$name" "/sbin/$name"; do
  [ ! -x "$real" ] || break
done
[ -e "$work/armed" ] || exec "$real" "$@"

caller=''
IFS= read -r caller <"/proc/$PPID/cmdline"
case $caller in
  *apply.sh*) phase=apply ;;
  *finish.sh*) phase=finish ;;
  *) exec "$real" "$@" ;;
esac

count=0
[ ! -r "$work/count-$phase" ] || read -r count <"$work/count-$phase"
# How often apply.sh asks for its own start job depends on the load; only the first question has a number.
case $count.$phase.$* in [1-9]*.apply.*' -p Job -- svcdeploy-'*) exec "$real" "$@" ;; esac
count=$((count + 1))
echo "$count" >"$work/count-$phase"
printf '%s %s %s %s\n' "$phase" "$count" "$name" "$*" >>"$work/trace"

die() {
  echo 1 >"$work/struck"
  /bin/systemctl kill --signal=KILL 'svcdeploy-*.service'
  /bin/sleep 60
}

while read -r where number mode; do
  [ "$where.$number" = "$phase.$count" ] || continue
  case $mode in
    kill-before) die ;;
    kill-after)
      "$real" "$@"
      die
      ;;
    kill-during)
      { /bin/sleep 0.3 && die; } >/dev/null 2>&1 9>&- &
      exec "$real" "$@"
      ;;
    fail)
      echo 1 >"$work/struck"
      exit 7
      ;;
  esac
done <"$work/faults"
exec "$real" "$@"
