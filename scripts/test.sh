#!/bin/sh
# npm test: the whole set-up, then every test; the last line counts them.  npm test -- [--unit] [VITEST ARGUMENTS]
#   --unit: only what needs no Docker.
set -eu
cd "$(dirname "$0")/.."

unit=''
if [ "${1:-}" = --unit ]; then
  unit=--unit
  shift
  set -- --project unit "$@"
else
  # A test with a host mostly waits for it.
  set -- --maxWorkers 3 "$@"
fi

started=$(date +%s)
# shellcheck disable=SC2086 # empty or one word
sh scripts/setup.sh $unit
# The host scripts run under more shells than a machine has; without these packages their tests report what they skip.
sh scripts/setup-packages.sh shellcheck:shellcheck busybox:busybox cron:cron || true
# Signatures and https are tested with the tools that sign; without these packages their tests fail.
sh scripts/setup-packages.sh openssh-client:ssh-keygen gpg:gpg gpgv:gpgv openssl:openssl || true
# Completion is tested in the real shells, the man page with its viewers; without these packages their tests fail.
sh scripts/setup-packages.sh zsh:zsh fish:fish groff-base:groff mandoc:mandoc less:less bsdutils:script || true

PATH=$PWD/node_modules/.bin:$PATH
export PATH
results=.cache/test-results.json
rm -f "$results"
status=0
ready=$(date +%s)
vitest run --reporter=default --reporter=./scripts/slow-files.ts --reporter=json --outputFile.json="$results" "$@" ||
  status=$?
echo "Set-up: $((ready - started)) s. Tests: $(($(date +%s) - ready)) s."
[ -n "$unit" ] || echo "Cgroups on this machine: $(sh docker/host.sh cgroup-mode)"
node scripts/test-counts.ts "$results"
exit "$status"
