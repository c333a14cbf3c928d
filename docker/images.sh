#!/bin/sh
# Builds those of the host images svcdeploy-host:247, :252 and :257 (Debian 11, 12 and 13) that are missing or out of
# date. With version numbers as arguments, only those.
set -eu
docker_folder=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$docker_folder/.." && pwd)/.cache
mkdir -p "$cache"

recipe=$(cat "$docker_folder/Dockerfile" "$docker_folder/host-init.sh" | sha256sum | cut -c1-64)

release_of() {
  case $1 in
    247) echo 11 bullseye ;;
    252) echo 12 bookworm ;;
    257) echo 13 trixie ;;
    *) echo "No host image has systemd $1; there are 247, 252 and 257." >&2 && return 1 ;;
  esac
}

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

is_current() {
  [ "$(docker image inspect --format '{{index .Config.Labels "svcdeploy.recipe"}}' "$1" 2>/dev/null)" = "$recipe" ]
}

# Prints the image to start from: Debian's own if a registry answers, otherwise one made with mmdebstrap.
base_image() {
  registry=debian:$1 bootstrapped=svcdeploy-base:$1
  if image_exists "$bootstrapped"; then
    echo "$bootstrapped"
  elif image_exists "$registry" || docker pull -q "$registry" >/dev/null 2>&1; then
    echo "$registry"
  else
    sh "$docker_folder/../scripts/setup-packages.sh" mmdebstrap:mmdebstrap >&2
    bootstrap "$2" | docker import - "$bootstrapped" >/dev/null
    echo "$bootstrapped"
  fi
}

# A release that has left Debian's mirrors is in its archive.
bootstrap() {
  mmdebstrap --quiet --variant=minbase "$1" - ||
    mmdebstrap --quiet --variant=minbase "$1" - http://archive.debian.org/debian
}

build() {
  image=svcdeploy-host:$1
  is_current "$image" && return 0
  release=$(release_of "$1")
  echo "Building $image"
  base=$(base_image "${release% *}" "${release#* }") || return 1
  DOCKER_BUILDKIT=0 docker build --network host --build-arg "BASE=$base" --label "svcdeploy.recipe=$recipe" \
    --tag "$image" "$docker_folder"
}

build_or_explain() {
  log=$cache/image-$1.log
  build "$1" >"$log" 2>&1 && return 0
  tail -n 20 "$log" >&2
  echo "The host image for systemd $1 could not be built; the whole log is $log." >&2
  return 1
}

[ $# -gt 0 ] || set -- 247 252 257
pids=''
for version in "$@"; do
  is_current "svcdeploy-host:$version" && continue
  echo "Building the host image for systemd $version (log: $cache/image-$version.log)"
  build_or_explain "$version" &
  pids="$pids $!"
done
failed=0
for pid in $pids; do
  wait "$pid" || failed=1
done
exit "$failed"
