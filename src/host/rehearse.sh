# rehearse.sh: lays what a plan writes into a folder of its own and lets systemd-analyze and logrotate read it there, beside what is on the host.
# Writes nothing but that folder in /run, which goes with it; nothing is loaded, rotated or kept.
set -u
umask 022
# shellcheck disable=SC3045 # dash, bash and busybox have it
ulimit -c 0
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
tab=$(printf '\t')
rotating=/etc/logrotate.d

IFS= read -r nonce || exit 64
# What a killed run left.
find /run -maxdepth 1 -name 'svcdeploy-rehearse.*' -mmin +10 -exec rm -rf -- {} + 2>/dev/null
stage=$(mktemp -d /run/svcdeploy-rehearse.XXXXXXXXXX) || exit 73
trap 'rm -rf -- "$stage"' EXIT
trap 'exit 75' HUP INT TERM PIPE
mkdir -- "$stage/units" "$stage/logrotate.d" && cd "$stage" || exit 73
# A connection that is gone without a word must not keep the folder.
timeout 60 cat >"$stage/input" || exit 75

# copy_rotation: what logrotate reads of the folder, with owners and modes, since it goes by them.
copy_rotation() {
  for file in "$rotating"/*; do
    if [ -f "$file" ]; then cp -pL -- "$file" "$stage/logrotate.d/"; fi
  done
}

rotates=no complete=no
set --
while IFS="$tab" read -r kind name text; do
  case $name in /* | .. | ../* | */.. | */../*) exit 65 ;; esac
  if [ "$rotates" = no ]; then
    case $kind in logrotate | gone) rotates=yes && copy_rotation ;; esac
  fi
  case $kind in
    unit)
      case $name in */*) mkdir -p -- "$stage/units/${name%/*}" ;; esac
      printf '%s' "$text" | base64 -d >"$stage/units/$name" || exit 65
      ;;
    logrotate)
      rm -f -- "$stage/logrotate.d/$name"
      printf '%s' "$text" | base64 -d >"$stage/logrotate.d/$name" || exit 65
      ;;
    gone) rm -f -- "$stage/logrotate.d/$name" ;;
    verify) set -- "$@" "$name" ;;
    end) complete=yes && break ;;
  esac
done <"$stage/input"
[ "$complete" = yes ] || exit 75

# is_worse STATUS: true when there is something to compare; what did not come to its end would not do so a second time.
is_worse() { [ "$1" -ne 124 ] && { [ -s "$stage/said" ] || [ "$1" -ne 0 ]; }; }

# said KIND STATUS: passes on what a program said, bounded, with the places that the files are for.
said() {
  printf '%s\t%s\n' "$1-status" "$2"
  head -c 131072 "$stage/said" | sed "s|$stage/units/|/etc/systemd/system/|g; s|$stage/logrotate.d|$rotating|g; s|$stage/conf|/etc/logrotate.conf|g; s|^|$1$tab|"
  printf '\n'
}

# try_units PATHS UNIT…: sets status.
try_units() {
  look=$1
  shift
  SYSTEMD_UNIT_PATH=$look timeout 30 systemd-analyze verify --man=no -- "$@" >"$stage/said" 2>&1 </dev/null
  status=$?
}

# try_rotation CONF: keeps only what is wrong, with status.
try_rotation() {
  timeout 30 logrotate -d -s "$stage/state" "$1" >"$stage/all" 2>&1 </dev/null
  status=$?
  grep -E '^(error|warning): ' "$stage/all" | grep -v 'logrotate in debug mode' >"$stage/said"
}

# Where else a log is named that logrotate found twice.
name_doubles() {
  sed -n 's/.*duplicate log entry for //p' "$stage/said" | sort -u | head -n 20 | while IFS= read -r log; do
    grep -lF -- "$log" "$stage/logrotate.d"/* 2>/dev/null | head -n 5 | while IFS= read -r file; do printf 'named\t%s\t%s\n' "$log" "${file##*/}"; done
  done
}

rehearse_rotation() {
  if ! command -v logrotate >/dev/null 2>&1; then
    printf 'lacks\tlogrotate\n'
    return
  fi
  sed "s|^[[:space:]]*include[[:space:]=]\{1,\}[\"']\{0,1\}$rotating/\{0,1\}[\"']\{0,1\}[[:space:]]*\$|include $stage/logrotate.d|" /etc/logrotate.conf >"$stage/conf" 2>/dev/null
  if ! grep -qF "include $stage/logrotate.d" "$stage/conf"; then
    printf 'lacks\tinclude\n'
    return
  fi
  : >"$stage/state"
  chmod 600 "$stage/state"
  try_rotation "$stage/conf"
  said rotate "$status"
  if is_worse "$status"; then
    name_doubles
    try_rotation /etc/logrotate.conf
    said rotate-before "$status"
  fi
  if [ -e /etc/cron.hourly/logrotate ]; then printf 'hourly\n'; fi
  systemctl show -p ActiveState -p TimersCalendar logrotate.timer 2>/dev/null | while IFS= read -r line; do printf 'timer\t%s\n' "$line"; done
}

printf '%s begin\n' "$nonce"
if [ $# -gt 0 ]; then
  if command -v systemd-analyze >/dev/null 2>&1; then
    # In the manager's own order, so that generated units are found as well.
    known=$(systemctl show -p UnitPath --value 2>/dev/null | tr ' ' ':')
    try_units "$stage/units:$known" "$@"
    said verify "$status"
    if is_worse "$status"; then
      try_units "$known" "$@"
      said verify-before "$status"
    fi
  else
    printf 'lacks\tsystemd-analyze\n'
  fi
fi
if [ "$rotates" = yes ]; then rehearse_rotation; fi
printf '%s end\n' "$nonce"
