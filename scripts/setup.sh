#!/bin/sh
# Prepares this machine, and skips what is already there:  setup.sh [--unit]
#   --unit: only the npm packages; otherwise also the Docker engine, the host images and the demo's programs.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
mkdir -p .cache

# Parallel runs wait for each other, if the system has flock.
exec 9>.cache/setup.lock
! command -v flock >/dev/null 2>&1 || flock 9

for command in node npm; do
  command -v "$command" >/dev/null 2>&1 && continue
  echo "$command is missing: install Node.js 20 or newer, which brings npm." >&2
  exit 1
done

# Node 24 comes as an npm package, so the system's own Node may be older; its install script is the only one that runs.
stamp=node_modules/.installed-from
lock_hash=$(sha256sum package-lock.json)
if [ "$(cat "$stamp" 2>/dev/null)" != "$lock_hash" ] || ! node_modules/.bin/node --version >/dev/null 2>&1; then
  echo "Installing the npm packages (log: .cache/npm.log)"
  if ! { npm ci --ignore-scripts && npm rebuild node; } >.cache/npm.log 2>&1; then
    tail -n 20 .cache/npm.log >&2
    echo "The npm packages could not be installed." >&2
    exit 1
  fi
  echo "$lock_hash" >"$stamp"
fi

[ "${1:-}" != --unit ] || exit 0

sh scripts/setup-packages.sh openssh-client:ssh-keygen
sh docker/engine.sh
sh docker/images.sh
sh docker/artifacts.sh
