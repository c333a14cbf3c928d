# journal.sh: what apply.sh and finish.sh share: the state file, the lines of the plan, the stage and the restart records.
# The caller has set txn (the transaction's folder) and scope (systemctl's scope, e.g. --system).
LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
umask 077
base=${txn%/txn/*}
id=${txn##*/}
tab=$(printf '\t')

# durable FILE…: content is on the disk. Never a bare sync: it flushes every file system.
durable() { timeout 120 sync -- "$@"; }

# replace FILE TEXT: the file has this one line, or what it had before.
replace() {
  if printf '%s\n' "$2" >"$1.tmp" && durable "$1.tmp" && mv -fT -- "$1.tmp" "$1" && durable "${1%/*}"; then return 0; fi
  say_room "${1%/*}"
  rm -f -- "$1.tmp"
  return 1
}

set_state() { keep_text state "$1" "${1%% *}"; }

read_state() {
  state=NONE
  if [ -r "$txn/state" ]; then
    IFS= read -r state <"$txn/state" || [ -n "$state" ]
    state=${state%% *}
  fi
}

uptime_seconds() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

# hash_of PATH: sets hash to the file's sha256, to - where nothing is, to ? for anything but a regular file.
hash_of() {
  hash=-
  if [ -L "$1" ]; then hash='?'
  elif [ -f "$1" ]; then
    hash=$(sha256sum <"$1")
    hash=${hash%% *}
    [ "${#hash}" -eq 64 ]
  elif [ -e "$1" ]; then hash='?'; fi
}

# target_of PATH: sets target to the link's target, to - where nothing is, to ? for anything but a link.
target_of() {
  target=-
  if [ -L "$1" ]; then target=$(readlink -- "$1")
  elif [ -e "$1" ]; then target='?'; fi
}

# leads_elsewhere PATH: the folder above it is reached through a link: what is done to it is done elsewhere.
leads_elsewhere() {
  really=$(cd -P -- "${1%/*}/" 2>/dev/null && pwd -P) || return 1
  [ "${really%/}" != "${1%/*}" ]
}

# same_words TEXT TEXT: they differ in blanks alone; sets words to those of the second.
same_words() {
  words_of "$1"
  first_words=$words
  words_of "$2"
  [ "$words" = "$first_words" ]
}

# words_of TEXT: sets words to TEXT with one blank between its words: the kernel parts those of a value by tabs.
words_of() {
  set -f
  # shellcheck disable=SC2086 # split on purpose
  set -- $1
  set +f
  words=$*
}

# next_line: the next line of the plan, each column under the name that it has in core/model/transaction-line.ts.
next_line() {
  IFS="$tab" read -r op c1 c2 c3 c4 c5 c6 c7 || return 1
  case $op in
    account) user=$c1 group=$c2 home=$c3 groups=$c4 ;;
    directory) key=$c1 path=$c2 mode=$c3 owner=$c4 group=$c5 old=$c6 ;;
    release) key=$c1 path=$c2 name=$c3 sha256=$c4 ;;
    tree) key=$c1 path=$c2 sha256=$c3 upload=$c4 ;;
    file) key=$c1 path=$c2 mode=$c3 owner=$c4 group=$c5 new=$c6 old=$c7 ;;
    link) key=$c1 path=$c2 new=$c3 old=$c4 ;;
    manifest) key=$c1 path=$c2 old=$c3 ;;
    target) key=$c1 path=$c2 ;;
    blob) sha256=$c1 path=$c2 ;;
    keep) folder=$c1 count=$c2 ;;
    gone) unit=$c1 ;;
    unit) unit=$c1 ;;
    action) verb=$c1 on=$c2 seconds=$c3 ;;
    record) unit=$c1 restart=$c2 reload=$c3 ;;
    window) seconds=$c1 ;;
  esac
}

# stage_for PATH: sets stage to a folder on PATH's own file system, private to root and outside any *.d folder.
stage_for() {
  mount_point=$(stat -c %m -- "${1%/*}/")
  stage=${mount_point%/}/.svcdeploy-stage
  [ -d "$stage" ] || mkdir -- "$stage"
  holder=$(stat -c '%F %u %d' -- "$stage")
  device=$(stat -c %d -- "${1%/*}/")
  [ "$holder" = "directory $(id -u) $device" ]
}

clear_stage() {
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    [ -d "${path%/*}/" ] || continue
    mount_point=$(stat -c %m -- "${path%/*}/")
    rm -f -- "${mount_point%/}/.svcdeploy-stage/$id-$key"
    rmdir -- "${mount_point%/}/.svcdeploy-stage" 2>/dev/null || :
  done <"$txn/plan"
}

# record_unit UNIT RESTART RELOAD: the running process started from these inputs.
record_unit() {
  invocation=$(systemctl "$scope" show -p InvocationID -- "$1" 9>&-) || return 1
  invocation=${invocation#InvocationID=}
  read -r boot </proc/sys/kernel/random/boot_id
  replace "$base/units/$1" "${invocation:-none} $boot $2 $3" || record_in_room "$1" "${invocation:-none} $boot $2 $3"
}

# record_in_room UNIT LINE: where there is none, in what was set aside for it before the transaction was armed.
record_in_room() {
  for room in "$txn/records/$1".room?; do
    [ -f "$room" ] || continue
    if printf '%s\n' "$2" 1<>"$room" && durable "$room" && mv -fT -- "$room" "$base/units/$1" && durable "$base/units"; then return 0; fi
  done
  return 1
}

# note RESULT: one line in the journal (standard output is journald's) and the same in the host's own record.
note() {
  IFS= read -r about <"$txn/about"
  at=$(date +%s) || at=-
  line="$about txn=$id at=$at result=$1"
  printf '%s\n' "$line"
  # The journal has it as well: a full disk is no reason to end otherwise than was said.
  { printf '%s\n' "$line" >>"$base/runs" && durable "$base/runs"; } || return 0
}
