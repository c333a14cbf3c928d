#!/bin/sh
# npm run crash: transactions struck at every system call that changes something, in a host of its own without systemd.
#   npm run crash -- [--world NAME] [--seed N] [--full] [--mutants] [--jobs N] [--case APPLY/FINISH]
set -eu
cd "$(dirname "$0")/.."
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ] || ! unshare -mpf true 2>/dev/null; then
  echo 'The crash suite needs Linux, root and namespaces of its own (unshare -mpf); nothing was struck.' >&2
  exit 1
fi
sh scripts/setup-packages.sh gcc:gcc patch:patch
# gcc alone brings no headers; they are no command, so this is asked for only where they are missing.
if [ ! -f /usr/include/stdio.h ] || [ ! -f /usr/include/linux/seccomp.h ]; then
  sh scripts/setup-packages.sh libc6-dev:headers-of-the-c-library
fi
exec node test/crash/crash.ts "$@"
