# sample.sh: prints the properties of units several times, at a steady pace, and at the end which programs their main processes run.
set -u
LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
tab=$(printf '\t')
newline='
'
IFS= read -r nonce || exit 64
IFS= read -r scope || exit 64
IFS= read -r count || exit 64
IFS= read -r pause || exit 64
IFS= read -r properties || exit 64
units=''
while IFS= read -r unit; do
  [ "$unit" != end ] || break
  units=$units$unit$newline
done
set -f
IFS=$newline
while [ "$count" -gt 0 ]; do
  # shellcheck disable=SC2086 # one unit a line: IFS is newline and globbing is off
  shown=$(systemctl "$scope" show -p "$properties" -- $units 2>/dev/null)
  printf '%s\n%s sample\n' "$shown" "$nonce"
  count=$((count - 1))
  [ "$count" -eq 0 ] || sleep "$pause"
done
exes=''
for line in $shown; do
  case $line in
    MainPID=0) ;;
    MainPID=*) exes=$exes/proc/${line#MainPID=}/exe$newline ;;
  esac
done
# shellcheck disable=SC2086
[ -z "$exes" ] || stat -c "program$tab%N" -- $exes 2>/dev/null
printf '%s end\n' "$nonce"
