# status.sh: reads which units to look at from standard input and says what runs and what it uses. Reads only; changes nothing.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
tab=$(printf '\t')
newline='
'
units='' links='' project='' properties=''
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
while IFS="$tab" read -r kind first; do
  case $kind in
    project) project=$first ;;
    properties) properties=$first ;;
    unit) units=$units$first$newline ;;
    link) links=$links$first$newline ;;
    end) break ;;
  esac
done
set -f
IFS=$newline

printf '%s begin\n' "$nonce"

fact() { printf 'fact\t%s\t%s\n' "$1" "$2"; }
first_line() { value=''; [ -r "$1" ] && { IFS= read -r value <"$1"; } 2>/dev/null; }
# plain TEXT: sets value to TEXT, or to nothing when it is no path that we could have made: a name may hold a line end.
plain() {
  case $1 in
    *[!A-Za-z0-9._@:+=,~/\ \(\)-]*) value='' ;;
    *) value=$1 ;;
  esac
}

if [ -n "$units" ]; then
  # shellcheck disable=SC2086 # one unit a line: IFS is newline and globbing is off
  shown=$(systemctl "$scope" show -p "$properties" -- $units 2>/dev/null)
  printf 'units\n%s\n%s units-end\n' "$shown" "$nonce"
  for line in $shown; do
    case $line in
      MainPID=0) continue ;;
      MainPID=*) pid=${line#MainPID=} ;;
      *) continue ;;
    esac
    plain "$(readlink -- "/proc/$pid/exe" 2>/dev/null)"
    exe=$value count='' limit=''
    set +f
    set -- "/proc/$pid/fd"/*
    set -f
    # Without the right to look there the pattern stays as it is.
    if [ -L "$1" ]; then count=$#; fi
    while IFS=' ' read -r word second third soft _; do
      if [ "$word $second $third" = 'Max open files' ]; then limit=$soft; fi
    done 2>/dev/null <"/proc/$pid/limits"
    printf 'process\t%s\t%s\t%s\t%s\n' "$pid" "$exe" "$count" "$limit"
  done
fi
first_line /etc/machine-id; fact machine-id "$value"
first_line /proc/sys/kernel/random/boot_id; fact boot-id "$value"
# After the units were asked, so that none of them is younger than this moment.
first_line /proc/uptime; fact uptime "${value%% *}"
fact clock "$(date +%s)"
fact uid "$(id -u)"

for link in $links; do
  changed=$(stat -c %Z -- "$link" 2>/dev/null) || continue
  plain "$(readlink -- "$link" 2>/dev/null)"
  printf 'link\t%s\t%s\t%s\n' "$link" "$changed" "$value"
done

# The host's record has no times: the file's own is that of its last line, a generation's that of the run which made it.
if [ -r "$base/runs" ]; then
  lines=$(tail -c 65536 -- "$base/runs")
  own='' last=''
  for line in $lines; do
    last=$line
    case $line in *" project=$project "*) own=$line ;; esac
  done
  at=''
  if [ "$own" = "$last" ]; then at=$(stat -c %Y -- "$base/runs"); fi
  set +f
  for folder in "$base"/gen/*/; do
    [ -z "$at" ] || break
    first_line "$folder/about"
    case $own in "$value "*) [ -z "$value" ] || at=$(stat -c %Y -- "$folder/id") ;; esac
  done
  [ -z "$own" ] || printf 'run\t%s\t%s\n' "$at" "$own"
fi
open_transactions
printf '%s end\n' "$nonce"
