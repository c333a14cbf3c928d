# die-early.sh COUNT: delivers the transaction /var/early/body COUNT times and kills each within its first milliseconds, half of them while the unit's
# start job may still be open. Prints for each "STATE ANSWER STARTED": the transaction's state, whether PID 1 still answers (0: yes), what it had done.
set -u
base=/var/lib/svcdeploy work=/var/early
mkdir -p "$work/bin"
cat >"$work/bin/systemd-run" <<'END'
#!/bin/sh
read -r block delay </var/early/when
if [ "$block" = no-block ]; then set -- --no-block "$@"; fi
PATH=/usr/bin:/bin systemd-run "$@"
[ "$delay" = 0 ] || sleep "$delay"
until PATH=/usr/bin:/bin systemctl kill --signal=KILL 'svcdeploy-*.service' 2>/dev/null; do :; done
END
chmod 0755 "$work/bin/systemd-run"

deliver() {
  { printf 'nonce\n%s\n--system\n%s\tme@here\tdemo\t300\t120\n' "$base" "$id" && cat "$work/body"; } |
    PATH=$work/bin:$PATH sh "$work/deliver.sh" >/dev/null 2>&1
}

await_end() {
  tries=0
  while [ "$tries" -lt 100 ]; do
    active=$(timeout 20 systemctl show -p ActiveState "svcdeploy-$id.service") || return 1
    case $active in
      ActiveState=inactive | ActiveState=failed)
        job=$(timeout 20 systemctl show -p Job "svcdeploy-$id.service") || return 1
        case ${job#Job=} in '' | 0) return 0 ;; esac
        ;;
      # A kill that came before the unit had a process hit nothing.
      ActiveState=active) systemctl kill --signal=KILL --kill-who=main "svcdeploy-$id.service" 2>/dev/null ;;
    esac
    sleep 0.1
    tries=$((tries + 1))
  done
  return 1
}

number=0
while [ "$number" -lt "$1" ]; do
  block=block
  if [ $((number % 2)) = 1 ]; then block=no-block; fi
  echo "$block 0.00$((number / 2 % 5))" >"$work/when"
  id=$(printf '%032x' "$number")
  deliver
  await_end
  answer=$?
  state=GONE
  if [ -r "$base/txn/$id/state" ]; then read -r state <"$base/txn/$id/state"; fi
  started=untouched
  if [ -e /etc/die-early ]; then started=touched; fi
  echo "$state $answer $started"
  rm -rf "$base/txn/$id" /etc/die-early
  systemctl reset-failed
  number=$((number + 1))
done
