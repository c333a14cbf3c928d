# extract-corpus.sh FOLDER: hands every tar of FOLDER to release.sh as if a controller had sent it, and says "refused NAME", "taken NAME" or "left NAME".
# FOLDER also holds journal.sh, words.sh, tree.sh and release.sh. Standard input: DIGEST, the one that a taken tree must have.
set -u
read -r wanted
here=$1
base=$here/base
txn=$base/txn/0
scope=--system
mkdir -p "$txn" "$base/upload" /opt/corpus/releases
for name in journal.sh words.sh tree.sh release.sh; do
  # shellcheck source=/dev/null
  . "$here/$name"
done
fail() { exit 1; }

for archive in "$here"/*.tar; do
  name=${archive##*/}
  path=/opt/corpus/releases/${name%.tar}
  mv -- "$archive" "$base/upload/$name"
  if (set -e; make_tree "$wanted" "$name") >/dev/null 2>&1 </dev/null; then end=taken; else end=refused; fi
  if [ "$end" = refused ] && [ -e "$path" ]; then end=left; fi
  printf '%s %s\n' "$end" "${name%.tar}"
  rm -rf -- "$path.tmp"
done
