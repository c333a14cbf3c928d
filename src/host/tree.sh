# tree.sh: what probe.sh and apply.sh share: one digest over everything in a folder. core/artifact/tree-digest.ts says what it is made of.
# tree_digest FOLDER UID: sets digest to the tree's digest; what does not belong to this user and group number spoils it.
tree_digest() {
  digest=$(cd -- "$1" 2>/dev/null && {
    find -P . \( -type l -printf 'l\t%P\t%l\0' -o -printf '%y\t%m\t%P\0' \) , \( ! -uid "$2" -o ! -gid "$2" \) -printf 'owner\t%P\0'
    find -P . -type f -print0 | xargs -0 -r sha256sum -z --
  } 2>/dev/null | LC_ALL=C sort -z | sha256sum)
  digest=${digest%% *}
}
