#!/bin/sh
# Makes sure that a Docker engine answers. On Debian as root it installs and starts one if none does.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
log=$root/.cache/dockerd.log

engine_answers() { docker info >/dev/null 2>&1; }

give_up() {
  echo "No Docker engine answers here. $1" >&2
  exit 1
}

wait_for_engine() {
  tries=0
  until engine_answers; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || give_up "dockerd was started but does not answer; its log is $log."
    sleep 0.5
  done
}

engine_answers && exit 0

if [ ! -f /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
  give_up "Install Docker 20.10 or newer, start it, make 'docker info' work for this user, and run this again."
fi

if ! command -v dockerd >/dev/null 2>&1; then
  sh "$root/scripts/setup-packages.sh" docker.io:dockerd iptables:iptables
fi

engine_answers && exit 0 # the installation started it
echo "Starting a Docker engine (log: $log)"
mkdir -p "$root/.cache"
if [ -d /run/systemd/system ]; then
  systemctl start docker
else
  # A pid file that an engine left when its machine stopped would keep a new one from starting.
  pid_file=/var/run/docker.pid
  [ ! -f "$pid_file" ] || [ "$(cat "/proc/$(cat "$pid_file")/comm" 2>/dev/null)" = dockerd ] || rm -f "$pid_file"
  setsid dockerd >"$log" 2>&1 </dev/null 9>&- & # 9 is the set-up's lock, which would outlive it
fi
wait_for_engine
