# apply-files.sh: how a transaction makes accounts, folders, releases, files and links, sourced by apply.sh.

# is_unsafe_above PATH: others decide what root writes there, by a folder above it that they can write or a link in its place. Sets unsafe to it.
# The plan's own look at them is in core/plan/notices/path-notices.ts. What is not there yet is made by this transaction.
is_unsafe_above() {
  above=${1%/*}
  set -- /
  while [ -n "$above" ]; do
    set -- "$@" "$above"
    above=${above%/*}
  done
  unsafe=$(stat -c '%A %u %g %n' -- "$@" 2>/dev/null | while read -r bits user_id group_id folder; do
    case "$bits $user_id $group_id" in d????-??-?' 0 '* | d????w??-?' 0 0') ;; *) printf '%s' "$folder" && break ;; esac
  done)
  [ -n "$unsafe" ]
}

keep_above_safe() {
  ! is_unsafe_above "$1" || fail "conflict: $unsafe is no longer a folder that root alone can write; it was changed while this transaction ran"
}

folder_state() {
  found=-
  if [ -L "$1" ]; then found='?'
  elif [ -d "$1" ]; then found=$(stat -c %a:%U:%G -- "$1")
  elif [ -e "$1" ]; then found='?'; fi
}

# They are on the disk, as names in their folders as well, before a state says so.
make_accounts_and_folders() {
  set --
  while next_line; do
    case $op in directory | release | tree) keep_above_safe "$path" ;; esac
    case $op in
      account)
        make_account "$user" "$group" "$home" "$groups"
        set -- "$@" /etc
        ;;
      directory)
        folder_state "$path"
        [ "$found" = "$old" ] || fail "conflict: $path was changed while this transaction ran"
        set -- "$@" "$path"
        if [ "$old" = - ]; then
          mkdir -m 0700 -- "$path"
          set -- "$@" "${path%/*}/"
        fi
        chown -h -- "$owner:$group" "$path"
        # Five digits: with fewer a folder keeps its setgid bit.
        chmod -- "00$mode" "$path"
        ;;
      release)
        rm -rf -- "$path.tmp"
        mkdir -m 0755 -- "$path.tmp"
        cp -- "$base/upload/$sha256" "$path.tmp/$name"
        chown -- 0:0 "$path.tmp/$name"
        chmod -- 0755 "$path.tmp" "$path.tmp/$name"
        durable "$path.tmp/$name" "$path.tmp"
        keep_above_safe "$path"
        mv -T -- "$path.tmp" "$path"
        durable "${path%/*}"
        ;;
      tree) make_tree "$sha256" "$upload" </dev/null ;;
    esac
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

# make_account USER GROUP HOME GROUPS: additive; what exists stays as it is.
make_account() {
  getent group "$2" >/dev/null || groupadd --system -- "$2"
  getent passwd "$1" >/dev/null || useradd --system --gid "$2" --home-dir "$3" --no-create-home --shell /usr/sbin/nologin -- "$1"
  [ "$4" = - ] || usermod --append --groups "$4" -- "$1"
}

# All new content is on the disk, with its mode and owner, before the first name changes.
stage_files() {
  set --
  while next_line; do
    case $op in
      file)
        [ "$new" != - ] || continue
        stage_for "$path" || fail "the staging folder for $path is not root's own or on another file system"
        rm -f -- "$stage/$id-$key"
        cp -- "$txn/new/$key" "$stage/$id-$key"
        chown -- "$owner:$group" "$stage/$id-$key"
        chmod -- "$mode" "$stage/$id-$key"
        set -- "$@" "$stage/$id-$key"
        ;;
      link)
        [ "$new" != - ] || continue
        stage_for "$path" || fail "the staging folder for $path is not root's own or on another file system"
        rm -f -- "$stage/$id-$key"
        ln -s -- "$new" "$stage/$id-$key"
        ;;
    esac
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

swap() {
  set_state APPLYING
  put_in_place new
  clear_stage
}

# put_in_place new|gone: renames what is new into its place, or removes what shall be gone.
put_in_place() {
  part=$1
  set --
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    if [ "$new" = - ]; then own=gone; else own=new; fi
    [ "$own" = "$part" ] || continue
    keep_above_safe "$path"
    [ "$new" = - ] || stage_for "$path" || fail "the staging folder for $path is gone"
    hash_of "$path"
    target_of "$path"
    if [ "$op" = file ]; then found=$hash; else found=$target; fi
    [ "$found" = "$old" ] || fail "conflict: $path was changed while this transaction ran"
    if [ "$new" = - ]; then
      rm -f -- "$path"
    else
      mv -fT -- "$stage/$id-$key" "$path"
    fi
    set -- "$@" "${path%/*}"
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}
