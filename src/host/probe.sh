# probe.sh: reads what to look at from standard input and says what is there. Reads only; changes nothing.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
tab=$(printf '\t')
newline='
'
paths='' files='' encrypted='' trees='' versions='' programs='' units='' users='' groups='' mounts='' wanted=$newline project='' properties=''
selected=' ' leave=' ' unasked=leave

IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r scope || exit 64
while IFS="$tab" read -r kind first second; do
  case $kind in
    project) project=$first ;;
    properties) properties=$first ;;
    path) paths=$paths$first$newline wanted=$wanted$first$tab$second$newline ;;
    unit) units=$units$first$newline ;;
    user) users=$users$first$newline ;;
    group) groups=$groups$first$newline ;;
    mount) mounts=$mounts$first$newline ;;
    selected) selected="$selected$first " ;;
    leave) leave="$leave$first " ;;
    rest) unasked=$first ;;
    encrypted) encrypted=$encrypted$first$newline ;;
    tree) trees=$trees$first$newline ;;
    version) versions=$versions$first$tab$second$newline ;;
    programs) programs=asked ;;
    end) break ;;
  esac
done
backslash=$(printf '\134')
set -f
IFS=$newline

# unescape TEXT: sets path to TEXT with each doubled backslash as one.
unescape() {
  path='' rest=$1
  while :; do
    case $rest in *"$backslash$backslash"*) ;; *) break ;; esac
    path=$path${rest%%"$backslash$backslash"*}$backslash
    rest=${rest#*"$backslash$backslash"}
  done
  path=$path$rest
}

# drop_in PATH: sends a drop-in, once.
sent=' '
drop_in() {
  case $sent in *" $1 "*) return ;; esac
  sent="$sent$1 "
  [ -f "$1" ] || return
  size=$(stat -L -c %s -- "$1" 2>/dev/null)
  text=''
  [ "${size:-999999999}" -le 65536 ] && text=$(base64 -w 0 -- "$1" 2>/dev/null)
  printf 'dropin\t%s\t%s\t%s\n' "$1" "$(stat -c %Z -- "$1" 2>/dev/null)" "$text"
}

# drop_ins_on_disk UNIT: sends those that systemd would read, in the load path's order; of one name the first counts, a link to /dev/null masks it.
drop_ins_on_disk() {
  names=/
  drop_ins_in "$1"
  # Those of an instance's template come after its own.
  case $1 in *@*) drop_ins_in "${1%%@*}@.${1##*.}" ;; esac
}

drop_ins_in() {
  set +f
  set -- /etc/systemd/system.control/"$1".d/*.conf /run/systemd/system.control/"$1".d/*.conf /run/systemd/transient/"$1".d/*.conf \
    /etc/systemd/system/"$1".d/*.conf /run/systemd/system/"$1".d/*.conf \
    /usr/local/lib/systemd/system/"$1".d/*.conf /usr/lib/systemd/system/"$1".d/*.conf
  set -f
  for path in "$@"; do
    [ -e "$path" ] || continue
    # DropInPaths is parted by blanks, so that such a name could not be found in it.
    case $path in *[!!-~]*) continue ;; esac
    case $names in *"/${path##*/}/"*) continue ;; esac
    names=$names${path##*/}/
    drop_in "$path"
  done
}

# left_unit UNIT: a unit of which nobody asked, once. systemctl show refuses a template.
left_unit() {
  case $1 in '' | -* | *@.* | *[!A-Za-z0-9:_.@"$backslash"-]*) return ;; esac
  case $newline$units in *"$newline$1$newline"*) return ;; esac
  units=$units$1$newline
  printf 'left\tunit\t%s\n' "$1"
}

# folders_above PATH: they are looked at as well, each once: who may write there decides what root removes. Above a known one all are known.
folders_above() {
  above=$1
  while [ -n "$above" ]; do
    above=${above%/*}
    case $wanted in *"$newline${above:-/}$tab"*) return ;; esac
    paths=$paths${above:-/}$newline wanted=$wanted${above:-/}$tab-$newline
    printf 'left\tpath\t%s\n' "${above:-/}"
  done
}

# left_behind FILE CONTENT: what a manifest owns and nobody asked for is looked at as well; content: x to send what is in its files, else -.
left_behind() {
  while IFS=' ' read -r kind path sum _ more; do
    content=$2
    case $more in *secret) content=- ;; esac
    case $kind.$path in
      file./* | link./*)
        case $path in *[!!-~]*) continue ;; esac
        case $wanted in *"$newline$path$tab"*) continue ;; esac
        # What takes a drop-in away from a unit of others has to know how that unit is, and what it loses.
        case $path in /etc/systemd/system/*.d/svcdeploy-*.conf)
          unit=${path#/etc/systemd/system/}
          left_unit "${unit%.d/*}"
          content=x
          ;;
        esac
        paths=$paths$path$newline wanted=$wanted$path$tab$content$newline
        printf 'left\tpath\t%s\n' "$path"
        folders_above "$path"
        ;;
      unit.*) left_unit "$path" ;;
    esac
  done <"$1"
}

# applied_sum PATH: sets applied to the hash that the project's manifests have of a file; empty: none.
applied_sum() {
  set +f
  applied=''
  for file in "$base/projects/$project"/*; do
    case $file in *.tmp) continue ;; esac
    [ -r "$file" ] || continue
    while IFS= read -r line; do
      case $line in "file $1 "*) applied=${line#"file $1 "} applied=${applied%% *} ;; esac
    done <"$file"
  done
  set -f
}

# decrypted WHICH PATH FILE: sends the hash of what an encrypted credential holds; nothing where this host cannot decrypt it.
decrypted() {
  [ -f "$3" ] || return
  sum=$({ { printf 'encrypted credential\n'; systemd-creds decrypt --name="${2##*/}" -- "$3" - 2>/dev/null; printf '%s\n' "$?" >&3; } | sha256sum; } 3>&1)
  case $sum in "0$newline"*) printf 'decrypted\t%s\t%s\t%.64s\n' "$1" "$2" "${sum#*"$newline"}" ;; esac
}

printf '%s begin\n' "$nonce"

set +f
for file in "$base/projects/$project"/*; do
  service=${file##*/}
  case $service in *.tmp) continue ;; esac
  [ -r "$file" ] || continue
  case $selected in *" $service "*)
    left_behind "$file" x
    continue
    ;;
  esac
  [ "$unasked" = look ] || continue
  case $leave in *" $service "*) continue ;; esac
  paths=$paths$file$newline wanted=$wanted$file$tab-$newline
  printf 'left\tpath\t%s\n' "$file"
  left_behind "$file" -
done
set -f

fact() { printf 'fact\t%s\t%s\n' "$1" "$2"; }
first_line() { value=''; [ -r "$1" ] && IFS= read -r value <"$1"; }
first_line /etc/machine-id; fact machine-id "$value"
first_line /proc/sys/kernel/random/boot_id; fact boot-id "$value"
first_line /proc/uptime; fact uptime "${value%% *}"
first_line /proc/sys/kernel/hostname; fact hostname "$value"
fact clock "$(date +%s)"
fact uid "$(id -u)"
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
manager=$(systemctl "$scope" show -p Version -p SystemState 2>/dev/null)
for line in $manager; do fact "${line%%=*}" "${line#*=}"; done
state_folder=$base
[ -d "$state_folder" ] || state_folder=/var
fact free "$(df -Pk -- "$state_folder" 2>/dev/null | tail -n 1)"

if [ -n "$paths" ]; then
  # shellcheck disable=SC2086 # one word a line: IFS is newline and globbing is off
  stat -c "stat$tab%n$tab%f$tab%a$tab%U$tab%G$tab%s$tab%Z$tab%h$tab%d" -- $paths 2>/dev/null
  links=''
  for path in $paths; do
    if [ -L "$path" ]; then links=$links$path$newline
    elif [ -f "$path" ]; then files=$files$path$newline; fi
  done
  # shellcheck disable=SC2086
  [ -n "$links" ] && stat -c "link$tab%N" -- $links 2>/dev/null
fi
sums=''
if [ -n "$files" ]; then
  # shellcheck disable=SC2086
  sums=$(sha256sum -- $files 2>/dev/null)
  for line in $sums; do
    printf 'sum\t%s\n' "$line"
    path=${line#*  }
    sum=${line%%  *}
    # sha256sum escapes a backslash in a name, and says so by a leading one.
    case $sum in [!0-9a-f]*) sum=${sum#?} && unescape "$path" ;; esac
    case $wanted in
      *"$newline$path$tab-$newline"* | *"$newline$path$tab$sum$newline"*) continue ;;
    esac
    size=$(stat -c %s -- "$path" 2>/dev/null)
    [ "${size:-999999999}" -le 262144 ] && printf 'content\t%s\t%s\n' "$path" "$(base64 -w 0 -- "$path" 2>/dev/null)"
  done
fi

for path in $encrypted; do
  decrypted live "$path" "$path"
  applied_sum "$path"
  case $newline$sums$newline in *"$newline$applied  $path$newline"*) continue ;; esac
  decrypted applied "$path" "$base/blobs/$applied"
done

for path in $trees; do
  if [ -L "$path" ] || [ ! -d "$path" ]; then continue; fi
  tree_digest "$path" 0
  newest=$(find -P "$path" -printf '%C@\t%P\0' 2>/dev/null | sort -zn | tail -zn 1 | tr '\n\0' '?\n')
  printf 'tree\t%s\t%s\t%s\n' "$path" "$digest" "$newest"
done

ask_versions "$versions"

# shellcheck disable=SC2086
[ -n "$users" ] && getent passwd $users | while IFS= read -r line; do printf 'user\t%s\n' "$line"; done
# shellcheck disable=SC2086
[ -n "$groups" ] && getent group $groups | while IFS= read -r line; do printf 'group\t%s\n' "$line"; done
if [ -n "$mounts" ]; then
  while IFS=' ' read -r _ point type options _; do
    case $newline$mounts in *"$newline$point$newline"*) printf 'mount\t%s\t%s\t%s\n' "$point" "$type" "$options" ;; esac
  done </proc/self/mounts
fi
if [ -n "$units" ]; then
  # shellcheck disable=SC2086
  shown=$(systemctl "$scope" show -p "$properties" -- $units 2>/dev/null)
  printf 'units\n%s\n%s units-end\n' "$shown" "$nonce"
  dropins='' exes=''
  for line in $shown; do
    case $line in
      DropInPaths=/*) dropins="$dropins ${line#*=}" ;;
      MainPID=0) ;;
      MainPID=*) exes="$exes /proc/${line#MainPID=}/exe" ;;
    esac
  done
  IFS=' '
  # shellcheck disable=SC2086
  if [ "$programs" = asked ] && [ -n "$exes" ]; then stat -c "program$tab%N" -- $exes 2>/dev/null; fi
  for path in $dropins; do
    # What a distribution gives to all units is nobody's edit.
    case $path in /lib/* | /usr/lib/*) continue ;; esac
    drop_in "$path"
  done
  IFS=$newline
  for unit in $units; do drop_ins_on_disk "$unit"; done
  for unit in $units; do
    [ -r "$base/units/$unit" ] && IFS= read -r line <"$base/units/$unit" && printf 'record\t%s\t%s\n' "$unit" "$line"
  done
fi

set +f
for file in "$base/projects/$project"/*; do
  case $file in *.tmp) continue ;; esac
  [ -r "$file" ] || continue
  while IFS= read -r line; do printf 'manifest\t%s\t%s\n' "${file##*/}" "$line"; done <"$file"
done
# Other projects' lines about a path that was asked for: `kind path sha256 mode [user:group]`.
for file in "$base"/projects/*/*; do
  other=${file#"$base/projects/"}
  case $other in "$project"/* | *.tmp) continue ;; esac
  [ -r "$file" ] || continue
  while IFS= read -r line; do
    case $line in "file "* | "link "*) rest=${line#* } ;; *) continue ;; esac
    case ${rest##* } in *:*) rest=${rest% *} ;; esac
    case $wanted in *"$newline${rest% * *}$tab"*) printf 'other\t%s\t%s\t%s\n' "${other%%/*}" "${other#*/}" "$line" ;; esac
  done <"$file"
done
open_transactions
printf '%s end\n' "$nonce"
