#!/bin/sh
# npm run test:full: npm test with each file on every version of systemd, and what is too slow for every run. It takes hours; a sitting that ends early is taken up by the next.
set -eu
cd "$(dirname "$0")/.."

SVCDEPLOY_TEST_VERSIONS=all sh scripts/test.sh
# Each point in one mode and each command on one version, which adds to the tally.
sh scripts/crash.sh --full --turns 1
for part in races deliveries edits controllers links; do
  sh scripts/crash.sh --part "$part"
done
sh scripts/crash.sh --mutants
sh scripts/crash.sh --tally
