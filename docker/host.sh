#!/bin/sh
# Starts and removes one systemd host in a container.
#   host.sh up NAME SYSTEMD PORT PUBLIC_KEY_FILE [LABEL]   port 22 at 127.0.0.1:PORT; waits until sshd and systemd are ready
#   host.sh start NAME                                     starts a stopped host again and waits as well
#   host.sh down NAME…                                     removes hosts; ignores those that are not there
#   host.sh known-hosts NAME ADDRESS PORT                  prints its host keys as known_hosts lines
#   host.sh cgroup-mode                                    prints cgroup2fs (v2) or tmpfs (v1)
set -eu

cgroup_mode() {
  if [ "$(uname)" = Linux ] && [ -d /sys/fs/cgroup ]; then
    stat -fc %T /sys/fs/cgroup
  elif [ "$(docker info --format '{{.CgroupVersion}}')" = 2 ]; then
    echo cgroup2fs
  else
    echo tmpfs
  fi
}

up() {
  name=$1 systemd=$2 port=$3 key_file=$4 label=${5:-svcdeploy.host}
  set -- --detach --name "$name" --hostname "$name" --label "$label" --env "AUTHORIZED_KEY=$(cat "$key_file")" \
    --publish "127.0.0.1:$port:22" --sysctl net.ipv4.ip_unprivileged_port_start=1024 \
    --tmpfs /run --tmpfs /run/lock --tmpfs /tmp
  if [ "$(cgroup_mode)" = cgroup2fs ]; then
    set -- "$@" --privileged --cgroupns=private
  else
    set -- "$@" --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
      --volume /sys/fs/cgroup:/sys/fs/cgroup:ro
    # From 256 on systemd accepts cgroup v1 only with this on its kernel command line (which is faked here).
    legacy=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1
    [ "$systemd" -lt 256 ] ||
      set -- "$@" --env "$legacy" --env "SYSTEMD_PROC_CMDLINE=systemd.unified_cgroup_hierarchy=0 $legacy"
  fi
  docker run "$@" "svcdeploy-host:$systemd" >/dev/null
  wait_until_ready "$name"
}

# Waits for up to a minute inside the container: an exec costs far more than the check itself.
wait_until_ready() {
  # shellcheck disable=SC2016 # expanded inside the container
  if docker exec "$1" sh -c '
    tries=0
    until case $(systemctl is-system-running 2>/dev/null) in running | degraded) ;; *) false ;; esac &&
      systemctl --quiet is-active ssh.service && ss -Hltn "sport = :22" | grep -q .; do
      tries=$((tries + 1))
      [ "$tries" -lt 600 ] || exit 1
      sleep 0.1
    done' >/dev/null 2>&1; then
    return
  fi
  docker exec "$1" systemctl list-jobs --no-pager >&2 || docker logs --tail 20 "$1" >&2 || true
  echo "Host $1 did not become ready within a minute." >&2
  return 1
}

down() {
  for name in "$@"; do
    docker container inspect "$name" >/dev/null 2>&1 || continue
    docker rm --force --volumes "$name" >/dev/null
  done
}

known_hosts() {
  # shellcheck disable=SC2016 # awk's own $1 and $2
  docker exec "$1" sh -c 'cat /etc/ssh/ssh_host_*_key.pub' | awk -v at="[$2]:$3" '{ print at, $1, $2 }'
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  up) up "$@" ;;
  start) docker start "$1" >/dev/null && wait_until_ready "$1" ;;
  down) down "$@" ;;
  known-hosts) known_hosts "$@" ;;
  cgroup-mode) cgroup_mode ;;
  *) sed -n '2,7s/^# *//p' "$0" >&2 && exit 64 ;;
esac
