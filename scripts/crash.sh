#!/bin/sh
# npm run crash: transactions struck at every point at which they change something.  npm run crash -- --help
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH
export PATH
exec node test/crash/crash.ts "$@"
