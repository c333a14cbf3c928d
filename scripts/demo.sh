#!/bin/sh
# npm run demo: three systemd hosts in containers, then three real services delivered to two of them over SSH.
# npm run demo -- down: removes the hosts, their keys and the linked programs; the cache and the images stay.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
demo=$root/playbooks/demo
key=$demo/.demo/ssh/id_ed25519
known_hosts=$demo/.demo/ssh/known_hosts
secret=$demo/.demo/secrets/etcd-cluster-token
token_key=$demo/.demo/secrets/etcd-token-key
label=svcdeploy.demo=$root

# name, systemd version, port: as in playbooks/demo/inventory
hosts() {
  echo svcdeploy-demo-1 247 22011
  echo svcdeploy-demo-2 252 22012
  echo svcdeploy-demo-3 257 22013
}

down() {
  if command -v docker >/dev/null 2>&1; then
    sh "$root/docker/engine.sh"
    names=$(docker ps --all --filter "label=$label" --format '{{.Names}}')
    # shellcheck disable=SC2086 # names, split on purpose
    sh "$root/docker/host.sh" down $names
    # shellcheck disable=SC2086
    [ -z "$names" ] || echo "Removed" $names
  fi
  rm -rf "$demo/.demo" "$demo/artifacts"
  echo "Removed the demo's keys, secrets and programs; images and downloads stay for next time"
}

make_keys() {
  mkdir -p "$demo/.demo/ssh" "$demo/.demo/secrets"
  chmod 0700 "$demo/.demo" "$demo/.demo/ssh" "$demo/.demo/secrets"
  [ -f "$key" ] || ssh-keygen -q -t ed25519 -N '' -C svcdeploy-demo -f "$key"
  [ -f "$secret" ] || (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$secret")
  [ -f "$token_key" ] || ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -C '' -f "$token_key"
}

# A host that trusts another key (the folder .demo was deleted) or runs on an older image is created again.
host_is_ours() {
  [ "$(docker inspect --format '{{.Image}}' "$1")" = "$(docker image inspect --format '{{.Id}}' "svcdeploy-host:$2")" ] &&
    docker inspect --format '{{json .Config.Env}}' "$1" | grep -qF "$(cat "$key.pub")"
}

start_host() {
  name=$1 systemd=$2 port=$3
  state=$(docker inspect --format '{{.State.Status}}' "$name" 2>/dev/null) || state=missing
  if [ "$state" != missing ] && ! host_is_ours "$name" "$systemd"; then
    sh "$root/docker/host.sh" down "$name"
    state=missing
  fi
  case $state in
    running) ;;
    missing) echo "Starting $name: systemd $systemd, SSH on 127.0.0.1:$port" &&
      sh "$root/docker/host.sh" up "$name" "$systemd" "$port" "$key.pub" "$label" ;;
    *) echo "Starting $name again" && sh "$root/docker/host.sh" start "$name" ;;
  esac
}

start_hosts() {
  pids=''
  while read -r name systemd port; do
    start_host "$name" "$systemd" "$port" </dev/null &
    pids="$pids $!"
  done <<END
$(hosts)
END
  for pid in $pids; do
    wait "$pid"
  done
}

trust_hosts() {
  hosts | while read -r name _ port; do
    sh "$root/docker/host.sh" known-hosts "$name" 127.0.0.1 "$port" </dev/null
  done >"$known_hosts.new"
  mv "$known_hosts.new" "$known_hosts"
}

say_what_next() {
  cat <<'END'

Three hosts are up, and the two of production run prometheus, node-exporter and
etcd. All of it is in playbooks/demo, which is also the manual. To try next:

  # svcdeploy as a command of this shell
  cd playbooks/demo
  svcdeploy() { npm run -s svcdeploy -- "$@" --project "$PWD"; }

  # a second time: nothing is left to do
  svcdeploy apply --env prod --yes
  # the other environment: one host, other values
  svcdeploy apply --env staging
  # what would a change do?
  svcdeploy plan --env prod --set prometheus.retention=60d

  # an edit by hand: drift finds it, apply puts it right with a reload
  docker exec svcdeploy-demo-2 \
    sh -c 'echo "# by hand" >> /etc/prometheus/prometheus.yml'
  svcdeploy drift --env prod
  svcdeploy apply --env prod --yes

  # a file appears, systemd starts the job that snapshots etcd
  docker exec svcdeploy-demo-2 touch /var/lib/etcd-snapshots/wanted
  svcdeploy logs etcd --env prod

  # etcd's signing key is a credential: a file that only etcd can read
  docker exec svcdeploy-demo-2 ls -l /run/credentials/etcd.service
  # what its signer did not sign is not sent, and no host is contacted
  svcdeploy plan --env prod --set \
    nodeExporter.signature=signatures/node-exporter-arm64.minisig

  # two instances: the second restarts once the first is healthy; and back
  svcdeploy apply --env prod --yes --set nodeExporter.maxRequests=50
  svcdeploy rollback node-exporter --env prod --yes

  # a service that was stopped: verify names it
  docker exec svcdeploy-demo-3 systemctl stop etcd.service
  svcdeploy verify --env prod

  # a value that the service refuses: undone after half a minute
  svcdeploy apply --env prod --yes --set prometheus.scrapeInterval=often

  # an unreachable host: the plan of the other one, exit status 3
  docker stop svcdeploy-demo-3
  svcdeploy plan --env prod

  # starts what is stopped, puts everything right; or removes it all
  npm run demo
  npm run demo -- down
END
}

case ${1:-up} in
  up) ;;
  down)
    down
    exit 0
    ;;
  *) echo "npm run demo, or npm run demo -- down" >&2 && exit 64 ;;
esac

sh "$root/scripts/setup.sh"
make_keys
start_hosts
trust_hosts

PATH=$root/node_modules/.bin:$PATH
export PATH
cd "$demo"
set -- apply --env prod --yes
[ "$(docker image inspect --format '{{.Architecture}}' svcdeploy-host:247)" != arm64 ] || set -- "$@" --values values/arm64.yaml
echo "In playbooks/demo: svcdeploy $*"
node ../../src/main.ts "$@"
say_what_next
