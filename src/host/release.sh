# release.sh: how a tree that was uploaded becomes a release, sourced by apply.sh. The caller has set base, path, id and fail.
# Who extracts can write nowhere but into the one folder, and nothing of it counts before everything in it was looked at (SEC-10).

# make_tree DIGEST UPLOAD: path is there with exactly the tree of this digest, root's own, or nothing is.
make_tree() {
  rm -rf -- "$path.tmp"
  mkdir -m 0700 -- "$path.tmp"
  lonely_uid || fail 'no user number is free to extract the release with'
  chown -- "$lonely:$lonely" "$path.tmp"
  extract_tree "$path.tmp" "$base/upload/$2" "$lonely" || fail "$path could not be extracted: $said"
  [ -z "$(processes_of "$lonely")" ] || fail "something that extracted $path is still running"
  chmod -- 0755 "$path.tmp"
  look_into "$path.tmp" || fail "what was extracted for $path is no release: $said"
  # One file system, not all of them; file by file would take a journal's turn for each.
  timeout 300 sync -f -- "$path.tmp"
  tree_digest "$path.tmp" "$lonely"
  [ "$digest" = "$1" ] || fail "what was extracted for $path is not what the plan has"
  find -P "$path.tmp" -exec chown -h -- 0:0 {} +
  timeout 300 sync -f -- "$path.tmp"
  mv -T -- "$path.tmp" "$path"
  durable "${path%/*}"
}

# lonely_uid: sets lonely to a number that is nobody's, so that no process but ours can touch what is being extracted.
lonely_uid() {
  lonely=65519
  while getent passwd "$lonely" >/dev/null || [ -n "$(processes_of "$lonely")" ]; do
    lonely=$((lonely - 1))
    [ "$lonely" -gt 61183 ] || return 1
  done
}

processes_of() { find /proc -maxdepth 1 -name '[0-9]*' -uid "$1" -print -quit 2>/dev/null; }

# extract_tree FOLDER TAR UID: tar sees the open archive and the folder it stands in, no more; a file cannot become larger than the archive is.
extract_tree() {
  said=$(
    exec 2>&1
    blocks=$(($(stat -c %s -- "$2") / 512 + 1))
    cd -- "$1" && umask 022 && ulimit -f "$blocks" && unset TAR_OPTIONS POSIXLY_CORRECT &&
      setpriv --reuid "$3" --regid "$3" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- \
        tar -x -m -k --no-same-owner --no-same-permissions -f - <"$2"
  ) || { telling_line "$said"; clean_line "$said"; return 1; }
}

# look_into FOLDER: only files of one name, folders and links that stay inside; no bits beyond rwx.
look_into() {
  said=$(find -P "$1" \( ! -type f ! -type d ! -type l \) -o \( ! -type l -perm /7000 \) -o \( -type f -links +1 \) -o \( -type l -lname '/*' \) | head -n 1)
  [ -z "$said" ] || { clean_line "$said has a type or a mode that no release has"; return 1; }
  said=$(cd -- "$1" && find -P . -type l -print0 | xargs -0 -r realpath -z -m --relative-base=. -- | tr '\n\0' '?\n' | grep -m 1 '^/')
  [ -z "$said" ] || { clean_line "a link in it leads to $said"; return 1; }
}

clean_line() { said=$(printf '%s\n' "$1" | tr -cd ' -~' | cut -c 1-200); }
