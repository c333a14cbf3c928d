#!/bin/sh
# Installs the missing ones of PACKAGE:COMMAND… on Debian as root; elsewhere reports them in one sentence.
set -eu
missing='' lacking=''
for pair in "$@"; do
  command -v "${pair#*:}" >/dev/null 2>&1 && continue
  missing="$missing ${pair%%:*}"
  lacking="$lacking ${pair#*:}"
done
[ -n "$missing" ] || exit 0

if [ ! -f /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
  echo "These commands are missing here, install them first:$lacking (on Debian: apt-get install$missing)" >&2
  exit 1
fi

mkdir -p "$(dirname "$0")/../.cache"
# Images are built in parallel and may lack the same package: the second checks again once the first has installed it.
if [ -z "${SVCDEPLOY_APT_TURN:-}" ] && command -v flock >/dev/null 2>&1; then
  SVCDEPLOY_APT_TURN=1
  export SVCDEPLOY_APT_TURN
  exec flock "$(dirname "$0")/../.cache/apt.lock" sh "$0" "$@"
fi
log=$(cd "$(dirname "$0")/.." && pwd)/.cache/apt.log
export DEBIAN_FRONTEND=noninteractive
echo "Installing:$missing (log: $log)"
# shellcheck disable=SC2086 # a list of package names, split on purpose
if ! { apt-get update -q && apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install:$missing" >&2
  exit 1
fi
