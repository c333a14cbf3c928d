# case.sh: runs transactions on this host, each with its faults, and says what the host is like afterwards.
# Standard input: "fault", PHASE, OCCURRENCE, MODE and COMMAND, divided by tabs, for each fault of the case whose line follows, "run ID BODY", BODY a
# file of /var/crash as deliver.sh takes it after its first lines; "trace ID BODY" has the commands reported, too; "old WORLD" makes a world anew.
# Answers: "state …", "struck …", "point PHASE<tab>COMMAND" for each command, "snap …", "end".
set -u
LC_ALL=C
export LC_ALL
umask 022
work=/var/crash base=/var/lib/svcdeploy
tab=$(printf '\t')
accounts='passwd|group|shadow|gshadow|subuid|subgid|\.pwd\.lock'

make_old() {
  systemctl stop 'cr?.service' 'crt@*.service' 2>/dev/null
  remove_account
  rm -rf /run/cra-made /etc/sysctl.d/svcdeploy-cra.conf /etc/tmpfiles.d/svcdeploy-cra.conf
  # Of this container's own network alone.
  echo 123 >/proc/sys/net/core/somaxconn
  echo 4096 131072 6291456 >/proc/sys/net/ipv4/tcp_rmem
  rm -rf /etc/cra /etc/crb /etc/svcdeploy /etc/systemd/system/cr* /etc/systemd/system/multi-user.target.wants/cr?.service /opt/cr? /.svcdeploy-stage
  rm -rf "$base/txn" "$base/gen" "$base/blobs" "$base/projects" "$base/targets" "$base/units" "$base/upload" "$base/current" "$base/stable"
  (umask 077 && mkdir -p "$base/gen/1" "$base/blobs" "$base/projects/demo" "$base/targets/demo" "$base/units" "$base/upload" "$base/txn")
  echo before >"$base/gen/1/id"
  "old_$1"
  systemctl daemon-reload
  systemctl reset-failed
  for name in $units; do
    systemctl start "$name.service"
  done
  for name in $recorded_units; do
    (umask 077 && echo "$(systemctl show -p InvocationID --value "$name.service") $boot_id a1 b1" >"$base/units/$name.service")
  done
}

# One service of ours that runs, one that is to go, a foreign one that stops along with it, and a program that was uploaded.
old_usual() {
  units='cra crd cre' recorded_units=cra looked_at='cra crb crd cre'
  mkdir -p /etc/cra /opt/cra/releases/1
  chmod 0755 /etc/cra
  echo hello=1 >/etc/cra/conf
  chmod 0640 /etc/cra/conf
  echo going=1 >/etc/cra/going
  ln -s conf /etc/cra/going-link
  echo right=1 >/etc/cra/right
  printf '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/cra.service
  printf '[Unit]\nPartOf=cra.service\nAfter=cra.service\n[Service]\nExecStart=/bin/sleep 4000\n' >/etc/systemd/system/crd.service
  printf '[Service]\nExecStart=/bin/sleep 5000\n' >/etc/systemd/system/cre.service
  ln -s releases/1 /opt/cra/current
  cp "$work/upload" "$base/upload/$(sha256sum <"$work/upload" | cut -d' ' -f1)"
  (umask 077 && echo 'its manifest' >"$base/projects/demo/cre" && echo '{}' >"$base/targets/demo/cre")
  point_at 1
}

# Two instances that run from a tree, a service that is to go, a unit of others, and an archive that was uploaded. The next commit
# is past the fifth generation, so that what a service left behind goes with the first one.
old_trees() {
  units='crt@a crt@b crf crg' recorded_units='crt@a crt@b' looked_at=$units
  mkdir -p /etc/svcdeploy/credentials
  for tree in crt/releases/0-bbbbbbbbbbbb crt/releases/1-aaaaaaaaaaaa crg/releases/5-dddddddddddd crz/releases/9-cccccccccccc; do
    mkdir -p "/opt/$tree" && tar -x -m -f "$work/tree" -C "/opt/$tree" --no-same-owner
  done
  touch -d 2020-01-01 /opt/crt/releases/0-bbbbbbbbbbbb
  ln -s releases/1-aaaaaaaaaaaa /opt/crt/current
  ln -s releases/5-dddddddddddd /opt/crg/current
  printf '[Service]\nExecStart=/opt/crt/current/bin/run old\n' >/etc/systemd/system/crt@.service
  printf '[Service]\nExecStart=/bin/sleep 4000\n' >/etc/systemd/system/crf.service
  printf '[Service]\nExecStart=/bin/sleep 5000\n' >/etc/systemd/system/crg.service
  cp "$work/tree" "$base/upload/$(sha256sum <"$work/tree" | cut -d' ' -f1)"
  umask 077
  echo 'release /opt/crt/releases/1-aaaaaaaaaaaa x' >"$base/projects/demo/crt"
  echo 'its manifest' >"$base/projects/demo/crg"
  echo '{}' | tee "$base/targets/demo/crt" >"$base/targets/demo/crg"
  for number in 2 3 4 5; do
    mkdir "$base/gen/$number"
    echo before >"$base/gen/$number/id"
    cp -R "$base/projects" "$base/targets" "$base/gen/$number"
  done
  cp -R "$base/projects" "$base/targets" "$base/gen/1"
  echo 'release /opt/crz/releases/9-cccccccccccc x' >"$base/gen/1/projects/demo/crz"
  umask 022
  point_at 5
}

point_at() {
  ln -s "gen/$1" "$base/current"
  ln -s "gen/$1" "$base/stable"
}

# An undo leaves the account, and the commands that make it would then have no number.
remove_account() {
  if getent passwd crauser >/dev/null; then userdel crauser; fi
  if getent group crauser >/dev/null; then groupdel crauser; fi
}

# Whatever a transaction may touch, without what differs from run to run: process numbers, invocations, the transaction's id.
snapshot() {
  find /etc /opt "$base/units" "$base/projects" "$base/targets" "$base/gen" "$base/blobs" "$base/upload" -printf 'snap %p %y %m %u:%g %l\n' |
    grep -Ev " /etc/($accounts)-? |$base/upload/" | sort
  find "$base/upload" -printf 'snap %p %y\n'
  find /etc /opt "$base/projects" "$base/targets" "$base/gen" "$base/blobs" "$base/upload" -type f | grep -Ev "^/etc/($accounts)-?\$|/gen/[0-9]+/id\$" |
    sort | xargs sha256sum | sed 's/^/snap /'
  find / "$base" -maxdepth 1 -printf 'snap %p\n' | sort
  for generation in "$base"/gen/*/; do
    by=other
    if [ "$(cat "$generation/id" 2>/dev/null)" = "$id" ]; then by=this; fi
    echo "snap $generation by $by"
  done
  echo "snap current $(readlink "$base/current") stable $(readlink "$base/stable")"
  for value in core/somaxconn ipv4/tcp_rmem; do echo "snap $value $(cat "/proc/sys/net/$value")"; done
  for unit in $looked_at; do unit_state "$unit.service"; done
  if [ -e "$work/halves" ]; then sed 's/^/snap half /' "$work/halves"; fi
}

unit_state() {
  systemctl show -p LoadState -p ActiveState -p UnitFileState -p NeedDaemonReload -p Job -p MainPID -p InvocationID "$1" >"$work/show"
  invocation='' process=0
  while IFS='=' read -r name value; do
    case $name in
      InvocationID) invocation=$value ;;
      MainPID) process=$value ;;
      *) echo "snap $1 $name=$value" ;;
    esac
  done <"$work/show"
  if [ "$process" != 0 ]; then await_program && echo "snap $1 runs $(tr '\0' ' ' <"/proc/$process/cmdline")"; fi
  [ -r "$base/units/$1" ] || return 0
  read -r recorded boot restart reload <"$base/units/$1"
  echo "snap $1 recorded for $restart $reload, in sync: $([ "$recorded" = "$invocation" ] && echo yes) $([ "$boot" = "$boot_id" ] && echo yes)"
}

# A unit of Type=simple counts as started before its program is there.
await_program() {
  tries=0
  while [ "$tries" -lt 50 ]; do
    case $(readlink "/proc/$process/exe") in */systemd*) sleep 0.1 ;; *) return 0 ;; esac
    tries=$((tries + 1))
  done
}

uptime_seconds() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

# Confirms when it may, and waits until nothing works on the transaction: its unit and the recovery are gone.
await_end() {
  uptime_seconds
  ends=$((now + 240)) confirmed=no looks=0
  while [ "$now" -lt "$ends" ]; do
    uptime_seconds
    state=NONE
    if [ -r "$base/txn/$id/state" ]; then IFS= read -r state <"$base/txn/$id/state"; fi
    if [ "$state.$confirmed" = AWAIT.no ]; then
      confirmed=yes
      printf 'nonce\n%s\n%s\nconfirmed\n0\n' "$base" "$id" | sh "$work/decide.sh" >/dev/null
    fi
    looks=$((looks + 1))
    case $state.$((looks % 5)) in
      CONFIRMED* | ROLLEDBACK* | ROLLBACK_FAILED* | REFUSED*) gone && return ;;
      *.0)
        renew_lease
        gone && return
        ;;
    esac
    sleep 0.1
  done
  state="STUCK $state"
}

# On a slow machine a transaction takes longer than the 20 s that it waits for its controller.
renew_lease() {
  [ -d "$base/txn/$id" ] || return 0
  echo "$now" >"$base/txn/$id/lease.test" && mv -fT "$base/txn/$id/lease.test" "$base/txn/$id/lease"
}

gone() {
  systemctl show -p ActiveState -p Job "svcdeploy-$id.service" svcdeploy-recover.service >"$work/show"
  while IFS= read -r line; do
    case $line in '' | ActiveState=inactive | ActiveState=failed | Job= | Job=0) ;; *) return 1 ;; esac
  done <"$work/show"
  if [ -r "$base/txn/$id/state" ]; then IFS= read -r state <"$base/txn/$id/state"; fi
}

run_case() {
  rm -rf "$base"/txn/*
  remove_account
  rm -f "$work"/met-* "$work/struck" "$work/halves"
  : >"$work/trace"
  mv "$work/next-faults" "$work/faults"
  echo "$id" >"$work/id"
  : >"$work/armed"
  { printf 'nonce\n%s\n--system\n%s\tme@here\tdemo\t300\t120\n' "$base" "$id" && cat "$work/$body"; } | sh "$work/deliver.sh" >"$work/delivered" 2>&1
  await_end
  rm -f "$work/armed"
}

report() {
  echo "state $state"
  if [ -e "$work/struck" ]; then echo 'struck yes'; else echo 'struck no'; fi
  if [ "$1" = trace ]; then sed 's/^/point /' "$work/trace"; fi
  snapshot
  echo end
}

looked_at=''
if [ -r "$work/looked-at" ]; then read -r looked_at <"$work/looked-at"; fi
read -r boot_id </proc/sys/kernel/random/boot_id
: >"$work/next-faults"
while IFS= read -r order; do
  case $order in
    "fault$tab"*)
      printf '%s\n' "${order#fault"$tab"}" >>"$work/next-faults"
      continue
      ;;
    'old '*)
      make_old "${order#old }"
      echo "$looked_at" >"$work/looked-at"
      id=old state=OLD
      rm -f "$work/struck" "$work/halves"
      ;;
    *)
      body=${order##* } id=${order#* }
      id=${id% *}
      systemctl reset-failed
      run_case </dev/null
      : >"$work/next-faults"
      ;;
  esac
  report "${order%% *}" </dev/null
done
