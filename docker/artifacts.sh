#!/bin/sh
# Fetches the demo's programs (docker/artifacts.pins) inside a container, checks them, keeps them in .cache/artifacts
# and links them into playbooks/demo/artifacts. They are real programs from Debian 11's packages, and are never
# installed anywhere.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
image=svcdeploy-host:247
wanted=$root/playbooks/demo/artifacts

architecture=$(docker image inspect --format '{{.Architecture}}' "$image")
cache=$root/.cache/artifacts/$architecture
mkdir -p "$cache"

pins() { grep "^$architecture " "$root/docker/artifacts.pins"; }

if ! pins >/dev/null; then
  echo "The demo's programs are pinned for amd64 and arm64; this Docker engine runs $architecture." >&2
  exit 1
fi

# "sha256  name" lines, as sha256sum reads them.
sums() { pins | while read -r _ _ path sum _; do echo "$sum  ${path##*/}"; done; }

all_there() { (cd "$cache" && sums | sha256sum --check --status 2>/dev/null); }

fetch() {
  packages=$(pins | cut -d' ' -f2)
  paths=$(pins | cut -d' ' -f3)
  # shellcheck disable=SC2016 # expanded inside the container
  docker run --rm --network host --env "PACKAGES=$packages" --env "PATHS=$paths" "$image" sh -euc '
    cd "$(mktemp -d)"
    { apt-get update -q && apt-get download -q $PACKAGES; } >&2
    for package in *.deb; do dpkg-deb -x "$package" .; done
    mkdir out
    for path in $PATHS; do mv "$path" out/; done
    tar -C out -c .' >"$cache/fetched.tar" 2>"$cache/fetch.log"
  tar -C "$cache" -xf "$cache/fetched.tar"
  rm "$cache/fetched.tar"
}

if ! all_there; then
  echo "Fetching the demo's programs (log: $cache/fetch.log)"
  if ! fetch; then
    tail -n 20 "$cache/fetch.log" >&2
    echo "The demo's programs could not be fetched." >&2
    exit 1
  fi
  if ! all_there; then
    echo "The fetched programs in $cache are not the pinned ones (docker/artifacts.pins)." >&2
    exit 1
  fi
fi

pins | while read -r _ _ path _ name; do
  folder=$(dirname "$wanted/$name")
  [ -d "$folder" ] || rm -f "$folder" # etcd was a file once
  mkdir -p "$folder"
  ln -f "$cache/${path##*/}" "$wanted/$name"
done
