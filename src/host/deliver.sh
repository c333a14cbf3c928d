# deliver.sh: takes a transaction from standard input, checks every byte's hash, publishes it by one rename and launches it.
# Until the rename nothing counts; a folder that was cut off is removed by the next run.
set -eu
umask 077
LC_ALL=C SYSTEMD_COLORS=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS PATH
tab=$(printf '\t')

IFS= read -r nonce
IFS= read -r base
IFS= read -r scope
IFS="$tab" read -r id owner project run_seconds stop_seconds
tmp=$base/txn/$id.tmp txn=$base/txn/$id

make_base() {
  for folder in "$base" "$base/txn" "$base/units" "$base/projects" "$base/targets" "$base/blobs" "$base/gen" "$base/upload"; do
    [ -d "$folder" ] && continue
    mkdir -m 0700 -- "$folder" || [ -d "$folder" ] # another run may be quicker
    timeout 120 sync -- "${folder%/*}"
  done
  # Until it holds the lock of its own folder: otherwise another would take that for one that was cut off.
  take_turn
  # Folders of uploads that were cut off: their lock went with the process that held it.
  for old in "$base"/txn/*.tmp; do
    [ -d "$old" ] || continue
    if flock -n "$old/uploading" true 2>/dev/null; then rm -rf -- "$old"; fi
  done
  for old in "$base"/txn/*/; do
    old=${old%/}
    [ -r "$old/state" ] || continue
    read -r state _ <"$old/state" || :
    case $state in CONFIRMED | ROLLEDBACK | REFUSED) forget "$old" ;; esac
  done
  find "$base/upload" -type f -mtime +7 -exec rm -f -- {} +
}

# One run at a time, until descriptor 7 is closed.
take_turn() {
  exec 7<"$base/txn"
  flock -w 60 7 || { printf '%s has been locked by another run for 60 s\n' "$base/txn" >&2; exit 1; }
}

# forget TXN: its controller may still have to read how it ended, and comes back for 90 s after its connection broke.
forget() {
  read -r now _ </proc/uptime
  renewed=0
  if [ -r "$1/lease" ]; then read -r renewed <"$1/lease" || :; fi
  age=$((${now%%.*} - ${renewed:-0}))
  if [ "$age" -lt 0 ] || [ "$age" -gt 180 ]; then rm -rf -- "$1"; fi
}

receive() {
  mkdir -- "$tmp" "$tmp/new"
  exec 8>"$tmp/uploading"
  flock -n 8
  exec 7<&-
  printf '%s\n' "$owner" >"$tmp/owner"
  printf '%s\n' "$project" >"$tmp/project"
  : >"$tmp/sums"
  while IFS="$tab" read -r kind name size sum; do
    case $kind in
      file)
        head -c "$size" >"$tmp/$name"
        printf '%s  %s\n' "$sum" "$tmp/$name" >>"$tmp/sums"
        ;;
      end) complete=yes && break ;;
    esac
  done
  [ "${complete:-no}" = yes ]
  sha256sum --check --status --strict -- "$tmp/sums"
}

publish() {
  printf 'STAGED\n' >"$tmp/state"
  # A later boot will never start it: its unit is lost.
  cat -- /proc/sys/kernel/random/boot_id >"$tmp/boot"
  # What is to be said when the disk is full: room for a line of each, and a line for where not even that can be written.
  mkdir -- "$tmp/words"
  for word in REFUSED RESTARTING AWAIT COMMITTING CONFIRMED ROLLINGBACK ROLLEDBACK ROLLBACK_FAILED failure; do
    printf '%s the disk was full\n%1100s\n' "$word" '' >"$tmp/words/$word"
  done
  printf '%1100s\n' '' >"$tmp/words/conflicts"
  for file in "$tmp"/* "$tmp"/new/* "$tmp"/words/*; do
    if [ -f "$file" ]; then set -- "$@" "$file"; fi
  done
  timeout 120 sync -- "$@" "$tmp/new" "$tmp/words" "$tmp"
  # What all runs share is replaced under names that they share, up to the launch.
  take_turn
  replace_if_other "$tmp/recover.sh" "$base/recover.sh"
  read -r now _ </proc/uptime
  printf '%s\n' "${now%%.*}" >"$tmp/lease"
  mv -T -- "$tmp" "$txn"
  timeout 120 sync -- "$base/txn"
}

replace_if_other() {
  if cmp -s -- "$1" "$2"; then return 0; fi
  cp -- "$1" "$2.tmp"
  timeout 120 sync -- "$2.tmp"
  mv -fT -- "$2.tmp" "$2"
  timeout 120 sync -- "${2%/*}"
}

# The unit that settles what a crash of the host, or of the undo itself, left behind. Its file comes last: where that is right the link is.
install_recovery() {
  unit=/etc/systemd/system/svcdeploy-recover.service wants=/etc/systemd/system/multi-user.target.wants
  [ "$scope" = --system ] || return 0
  if cmp -s -- "$txn/svcdeploy-recover.service" "$unit" && is_enabled; then return 0; fi
  [ -d "$wants" ] || mkdir -m 0755 -- "$wants" || return 1
  rm -f -- "$unit.tmp" || return 1
  is_enabled || { ln -s -- "$unit" "$unit.tmp" && mv -fT -- "$unit.tmp" "$wants/${unit##*/}"; } || return 1
  cp -- "$txn/svcdeploy-recover.service" "$unit.tmp" || return 1
  chmod 0644 "$unit.tmp" || return 1
  timeout 120 sync -- "$unit.tmp" || return 1
  mv -fT -- "$unit.tmp" "$unit" || return 1
  timeout 120 sync -- "$wants" "${unit%/*}" || return 1
  timeout 120 systemctl daemon-reload
}

is_enabled() { [ "$(readlink -- "$wants/${unit##*/}")" = "$unit" ]; }

# Not Type=exec: PID 1 of systemd 247 aborts when such a unit is killed between its fork and its exec.
launch() {
  exec 7<&-
  systemd-run "$scope" --quiet --collect --unit="svcdeploy-$id" \
    -p Type=simple -p RuntimeMaxSec="$run_seconds" -p TimeoutStopSec="$stop_seconds" \
    -p KillMode=control-group -p KillSignal=SIGKILL -p SyslogIdentifier=svcdeploy \
    -p OnFailure=svcdeploy-recover.service -p "ExecStopPost=/bin/sh $txn/finish.sh $txn $scope" \
    /bin/sh "$txn/apply.sh" "$txn" "$scope" </dev/null
}

# systemd-run may fail after all, for example when PID 1 took longer than D-Bus waits: then the unit is ended, and what it has come to counts.
is_under_way() {
  timeout 100 systemctl "$scope" stop -- "svcdeploy-$id.service" </dev/null 2>/dev/null || :
  read -r state _ <"$txn/state" || :
  [ "$state" != STAGED ]
}

make_base
receive
publish
printf '%s published\n' "$nonce"
# Published but never started: nothing live was touched, so it may go.
if ! install_recovery || { ! launch && ! is_under_way; }; then
  rm -rf -- "$txn"
  printf '%s unlaunched\n' "$nonce"
  exit 1
fi
printf '%s launched\n' "$nonce"
