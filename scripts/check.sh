#!/bin/sh
# npm run check: everything that must pass before a commit. Fast and without Docker: npm run check -- --unit
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH
export PATH

tsc --noEmit
biome check .
vitest run --project unit test/layers.test.ts
exec sh scripts/test.sh "$@"
