# ports.sh: prints who listens on TCP ports of this host: the processes that hold the socket, with their groups.
# Standard input, one line each: a random mark, the ports, the word `end`.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

IFS= read -r nonce || exit 64
wanted=' '
while IFS= read -r port; do
  [ "$port" != end ] || break
  wanted="$wanted$(printf %04X "$port") " || exit 64
done

# group_of PID: sets group to where systemd has it; the unified hierarchy counts where there is no other.
group_of() {
  group=''
  while IFS= read -r line; do
    case $line in
      *:name=systemd:*) group=${line#*:name=systemd:} && return ;;
      0::*) group=${line#0::} ;;
    esac
  done 2>/dev/null <"/proc/$1/cgroup"
}

# holders SOCKET INODE: a line for each process that has it open, or one without where none can be seen.
holders() {
  seen=' '
  fds=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$2\]" 2>/dev/null)
  for fd in $fds; do
    pid=${fd#/proc/} pid=${pid%%/*}
    case $seen in *" $pid "*) continue ;; esac
    seen="$seen$pid "
    name=''
    IFS= read -r name 2>/dev/null <"/proc/$pid/comm"
    group_of "$pid"
    printf 'listener\t%s\t%s\t%s\t%s\n' "$1" "$pid" "$group" "$name"
  done
  [ "$seen" != ' ' ] || printf 'listener\t%s\t-\t\t\n' "$1"
}

printf '%s begin\n' "$nonce"
group_of 1
printf 'manager\t%s\n' "$group"
for table in /proc/net/tcp /proc/net/tcp6; do
  [ -r "$table" ] || continue
  # State 0A is LISTEN (proc(5)).
  while read -r _ socket _ state _ _ _ _ _ inode _; do
    [ "$state" = 0A ] || continue
    case $wanted in *" ${socket#*:} "*) holders "$socket" "$inode" ;; esac
  done <"$table"
done
printf '%s end\n' "$nonce"
