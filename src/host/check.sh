# check.sh: says what a first deployment to this host could trip over. Reads only; takes no lock and changes nothing.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
IFS= read -r trees || exit 64
IFS= read -r encrypted || exit 64

printf '%s begin\n' "$nonce"

fact() { printf 'fact\t%s\t%s\n' "$1" "$2"; }
first_line() { value=''; [ -r "$1" ] && { IFS= read -r value <"$1"; } 2>/dev/null; }
# First of all: the later it is asked, the less the controller knows how late it is.
fact clock "$(date +%s)"
first_line /etc/machine-id; fact machine-id "$value"
first_line /proc/sys/kernel/random/boot_id; fact boot-id "$value"
first_line /proc/uptime; fact uptime "${value%% *}"
first_line /proc/sys/kernel/hostname; fact hostname "$value"
uid=$(id -u)
fact uid "$uid"
os=''
if [ -r /etc/os-release ]; then
  while IFS= read -r line; do
    case $line in PRETTY_NAME=*) os=${line#PRETTY_NAME=} ;; esac
  done </etc/os-release
fi
fact os "$os"
cgroup=v1
[ -e /sys/fs/cgroup/cgroup.controllers ] && cgroup=v2
fact cgroup "$cgroup"
for command in base64 chmod chown cp flock getent groupadd head ln mkdir mv readlink rm sha256sum stat sync systemctl systemd-run timeout useradd; do
  command -v "$command" >/dev/null 2>&1 || fact missing "$command"
done
if [ -n "$trees" ]; then
  for command in find grep realpath setpriv sort tail tar tr xargs; do
    command -v "$command" >/dev/null 2>&1 || fact missing "$command"
  done
fi
if [ -n "$encrypted" ]; then
  command -v systemd-creds >/dev/null 2>&1 || fact missing systemd-creds
fi
systemctl "$scope" show -p Version -p SystemState 2>/dev/null | while IFS= read -r line; do fact "${line%%=*}" "${line#*=}"; done

# Free space: the folders that a deployment writes to, or what would hold them.
for folder in "$base" /etc /opt /run; do
  while [ ! -d "$folder" ]; do
    folder=${folder%/*}
    [ -n "$folder" ] || folder=/
  done
  writable=yes
  [ "$uid" -eq 0 ] && [ ! -w "$folder" ] && writable=no
  printf 'space\t%s\t%s\t%s\t%s\n' "$folder" "$writable" "$(df -Pk -- "$folder" 2>/dev/null | tail -n 1)" "$(df -Pi -- "$folder" 2>/dev/null | tail -n 1)"
done

# Who holds a package manager's lock. /proc/locks says the inode, the holder's open files say whether it is that file.
name_of() { first_line "/proc/$1/comm"; printf '%s' "$value"; }
for file in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock /var/lib/rpm/.rpm.lock \
  /usr/lib/sysimage/rpm/.rpm.lock; do
  inode=$(stat -c %i -- "$file" 2>/dev/null) || continue
  [ -r /proc/locks ] || break
  while read -r _ kind _ _ pid place _; do
    [ "$kind" != '->' ] || continue
    [ "${place##*:}" = "$inode" ] || continue
    for open in "/proc/$pid/fd"/*; do
      [ "$(readlink -- "$open" 2>/dev/null)" = "$file" ] || continue
      printf 'lock\t%s\t%s\t%s\n' "$file" "$pid" "$(name_of "$pid")"
      break
    done
  done </proc/locks
done
# These say by a file that they are at work; the file may outlive them.
for file in /run/zypp.pid /var/lib/pacman/db.lck /opt/puppetlabs/puppet/cache/state/agent_catalog_run.lock; do
  [ -e "$file" ] || continue
  first_line "$file"; pid=$value
  case $pid in
    '' | *[!0-9]*) printf 'lock\t%s\t-\t\n' "$file" ;;
    *) [ -d "/proc/$pid" ] && printf 'lock\t%s\t%s\t%s\n' "$file" "$pid" "$(name_of "$pid")" ;;
  esac
done
for file in /proc/[0-9]*/comm; do
  first_line "$file"
  case $value in
    apt | apt-get | aptitude | dpkg | dnf | dnf5 | yum | rpm | zypper | pacman | chef-client | salt-call | ansible-pull | cloud-init)
      pid=${file#/proc/}
      printf 'process\t%s\t%s\n' "${pid%/comm}" "$value"
      ;;
  esac
done

if [ -e /run/reboot-required ]; then fact reboot required; fi
if [ -e /run/systemd/shutdown/scheduled ]; then fact reboot scheduled; fi
systemctl "$scope" list-units --state=failed --plain --no-legend --full 2>/dev/null | head -n 50 | while read -r unit _; do
  printf 'failed\t%s\n' "$unit"
done

open_transactions
printf '%s end\n' "$nonce"
