#!/bin/sh
# In the manager's PATH for each external command of apply.sh and finish.sh: writes each into /var/crash/trace and strikes those that
# /var/crash/faults names, a line each: PHASE, OCCURRENCE, MODE and the command, divided by tabs.
# Modes: kill-before, kill-after, kill-during, kill-partway, fail, lost (it is done, and says that it failed), hang (its time limit ends it).
work=/var/crash
tab='	'
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

# What a command is called: itself, without what differs from run to run.
read -r id <"$work/id"
text="$name${*:+ $*}"
while :; do
  case $text in
    *"$id"*) text=${text%%"$id"*}ID${text#*"$id"} ;;
    *) break ;;
  esac
done
case $text in
  # How many processes there are depends on what else runs.
  'readlink -- /proc/'*) exec "$real" "$@" ;;
  *' cancel '*) text="${text%% cancel *} cancel JOB" ;;
  *journalctl*) text=${text%% --since=*} text=${text%% --lines=*} text=${text%% INVOCATION_ID=*} ;;
esac
printf '%s\t%s\n' "$phase" "$text" >>"$work/trace"

# meets LINE OCCURRENCE: this is the one of all that are called the same. Commands of one pipeline start at the same time.
meets() {
  exec 7>>"$work/lock"
  /usr/bin/flock 7
  met=0
  [ ! -r "$work/met-$1" ] || read -r met <"$work/met-$1"
  met=$((met + 1))
  echo "$met" >"$work/met-$1"
  exec 7>&-
  [ "$met" = "$2" ]
}

how='' line=0
while IFS="$tab" read -r where occurrence mode wanted; do
  line=$((line + 1))
  if [ "$where.$wanted" = "$phase.$text" ] && meets "$line" "$occurrence"; then how=$mode; fi
done <"$work/faults"

die() {
  echo 1 >"$work/struck"
  note_halves
  /bin/systemctl kill --signal=KILL 'svcdeploy-*.service'
  /bin/sleep 60
}

# Whole releases of the world of trees have three files.
note_halves() {
  for tree in /opt/cr[tgz]/releases/*-????????????/; do
    [ -d "$tree" ] || continue
    [ "$(/usr/bin/find "$tree" -type f | /usr/bin/wc -l)" = 3 ] || echo "${tree%/}" >>"$work/halves"
  done
}

# What extracts gets half of its archive; of what is removed one file is gone.
do_half() {
  case $name in
    setpriv) /usr/bin/head -c 6000 | "$real" "$@" ;;
    rm)
      for path in "$@"; do
        case $path in /opt/*) ;; *) continue ;; esac
        file=$(/usr/bin/find "$path" -type f -print -quit 2>/dev/null)
        if [ -n "$file" ]; then /bin/rm -f -- "$file"; return; fi
      done
      ;;
  esac
}

case $how in
  kill-before) die ;;
  kill-after)
    "$real" "$@"
    die
    ;;
  kill-during) { /bin/sleep 0.3 && die; } >/dev/null 2>&1 9>&- & ;;
  kill-partway)
    do_half "$@"
    die
    ;;
  fail)
    echo 1 >"$work/struck"
    exit 7
    ;;
  lost)
    "$real" "$@"
    echo 1 >"$work/struck"
    exit 7
    ;;
  hang)
    echo 1 >"$work/struck"
    exit 124
    ;;
esac
exec "$real" "$@"
