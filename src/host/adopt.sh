# adopt.sh: reads which units to look at from standard input and gives their files and those that stand around them. Reads only; changes nothing.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
newline='
'
units=''
while IFS= read -r unit; do
  [ "$unit" != end ] || break
  units=$units$unit$newline
done
printf '%s begin\n' "$nonce"

seen=$newline
# give PATH: the file with its content, where it points, and whose it is; a path that we could not have made is passed over.
give() {
  case $1 in
    /*) ;;
    *) return ;;
  esac
  case $1 in
    *[!A-Za-z0-9._@:+=,~/\\%-]*) return ;;
  esac
  case $seen in *"$newline$1$newline"*) return ;; esac
  seen=$seen$1$newline
  if [ ! -e "$1" ]; then printf 'unread\t%s\tmissing\n' "$1"; return; fi
  if [ ! -f "$1" ]; then printf 'unread\t%s\tnofile\n' "$1"; return; fi
  if [ ! -r "$1" ]; then printf 'unread\t%s\tdenied\n' "$1"; return; fi
  size=$(wc -c <"$1")
  if [ "$size" -gt 262144 ]; then printf 'unread\t%s\tlarge\n' "$1"; return; fi
  printf 'file\t%s\t%s\n' "$1" "$(base64 -w 0 <"$1")"
  if [ -L "$1" ]; then printf 'link\t%s\t%s\n' "$1" "$(readlink -- "$1" | base64 -w 0)"; fi
  grep -rlF -- " $1 " "$base/projects" 2>/dev/null | while IFS= read -r manifest; do
    printf 'owner\t%s\t%s\n' "$1" "${manifest#"$base/projects/"}"
  done
}
# around NAME: a unit's own file in /etc and its drop-ins there.
around() {
  [ ! -e "/etc/systemd/system/$1" ] || give "/etc/systemd/system/$1"
  for file in "/etc/systemd/system/$1.d"/*.conf "/etc/systemd/system.control/$1.d"/*.conf; do
    [ ! -e "$file" ] || give "$file"
  done
}
ask='Id,LoadState,ActiveState,UnitFileState,FragmentPath,DropInPaths,TriggeredBy,Slice,EnvironmentFiles'
# tell UNIT: what the manager says of it, and its files. Leaves what triggers it in $triggers.
tell() {
  triggers=''
  IFS=$newline
  set -f
  for line in $(systemctl "$scope" show -p "$ask" -- "$1" 2>/dev/null); do
    value=${line#*=}
    case $line in
      LoadState=* | ActiveState=* | UnitFileState=*) printf 'is\t%s\t%s\t%s\n' "$1" "${line%%=*}" "$value" ;;
      FragmentPath=*)
        printf 'is\t%s\tFragmentPath\t%s\n' "$1" "$value"
        give "$value"
        ;;
      DropInPaths=* | TriggeredBy=*)
        IFS=' '
        for word in $value; do
          printf 'is\t%s\t%s\t%s\n' "$1" "${line%%=*}" "$word"
          case $line in
            DropInPaths=*) give "$word" ;;
            *) triggers=$triggers$word$newline ;;
          esac
        done
        IFS=$newline
        ;;
      Slice=*)
        case $value in
          '' | *[!A-Za-z0-9._@:-]*) ;;
          *) set +f; around "$value"; set -f ;;
        esac
        ;;
      EnvironmentFiles=*) give "${value% (ignore_errors=*}" ;;
    esac
  done
  set +f
}
told=$newline
count=0
# beside UNIT: one that may belong to a unit that was asked for, when its file is the host's own.
beside() {
  case $1 in
    '' | -* | *[!A-Za-z0-9._@:\\-]*) return ;;
  esac
  [ -f "/etc/systemd/system/$1" ] || return 0
  case $told in *"$newline$1$newline"*) return ;; esac
  told=$told$1$newline
  count=$((count + 1))
  [ "$count" -le 200 ] || return 0
  printf 'beside\t%s\n' "$1"
  tell "$1"
}
# companions STEM TRIGGERS: sockets, timers and paths that start the unit or bear its name, and the jobs of the latter two.
companions() {
  IFS=$newline
  for companion in $2 "/etc/systemd/system/$1".socket "/etc/systemd/system/$1".timer "/etc/systemd/system/$1".path \
    "/etc/systemd/system/$1"-*.socket "/etc/systemd/system/$1"-*.timer "/etc/systemd/system/$1"-*.path; do
    companion=${companion##*/}
    beside "$companion"
    case $companion in *.timer | *.path) beside "${companion%.*}.service" ;; esac
  done
}
IFS=$newline
for unit in $units; do
  case $unit in
    /*) give "$unit" ;;
    *)
      tell "$unit"
      case $unit in *@*) ;; *) companions "${unit%.service}" "$triggers" ;; esac
      ;;
  esac
done
for mount in /etc/systemd/system/*.mount; do
  [ ! -f "$mount" ] || around "${mount##*/}"
done
for file in /etc/logrotate.d/*; do
  [ ! -f "$file" ] || give "$file"
done
give /etc/passwd
give /etc/group
printf '%s end\n' "$nonce"
