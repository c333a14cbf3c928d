# undo-files.sh: how an undo puts back files, links, folders and releases, sourced by finish.sh.

# Every file is again what it was, as a new inode; what somebody else wrote meanwhile stays and is named.
undo_files() {
  set --
  while next_line; do
    case $op in file | link) ;; *) continue ;; esac
    if leads_elsewhere "$path"; then
      conflict "$path"
      continue
    fi
    "undo_$op"
    [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
  done <"$txn/plan"
  if [ "$#" -gt 0 ]; then durable "$@" || trouble 'sync of restored folders failed'; fi
}

undo_file() {
  hash_of "$path" || { trouble "$path cannot be read"; return; }
  if [ "$hash" != "$new" ]; then
    [ "$hash" = "$old" ] || conflict "$path"
    return
  fi
  if [ "$old" = - ]; then
    rm -f -- "$path" || trouble "$path cannot be removed"
    return
  fi
  if stage_for "$path" && rm -f -- "$stage/$id-$key" && cp -p -- "$txn/old/$key" "$stage/$id-$key" && touch -- "$stage/$id-$key" &&
    durable "$stage/$id-$key"; then
    # Copying may take long: what was written meanwhile stays.
    hash_of "$path" || { trouble "$path cannot be read"; return; }
    [ "$hash" = "$new" ] || { conflict "$path"; return; }
    if mv -fT -- "$stage/$id-$key" "$path"; then return; fi
  fi
  put_back || trouble "$path cannot be restored"
}

# No room for a copy: the backup itself takes the place, where that is one rename.
put_back() {
  from=$(stat -c '%d %m' -- "$txn/old")
  to=$(stat -c '%d %m' -- "${path%/*}/")
  [ "$from" = "$to" ] && touch -c -- "$txn/old/$key" && mv -fT -- "$txn/old/$key" "$path"
}

undo_link() {
  target_of "$path" || { trouble "$path cannot be read"; return; }
  if [ "$target" != "$new" ]; then
    [ "$target" = "$old" ] || conflict "$path"
    return
  fi
  if [ "$old" = - ]; then
    rm -f -- "$path" || trouble "$path cannot be removed"
    return
  fi
  { stage_for "$path" && rm -f -- "$stage/$id-$key" && ln -s -- "$old" "$stage/$id-$key"; } || { trouble "$path cannot be restored"; return; }
  target_of "$path" || { trouble "$path cannot be read"; return; }
  [ "$target" = "$new" ] || { conflict "$path"; return; }
  mv -fT -- "$stage/$id-$key" "$path" || trouble "$path cannot be restored"
}

# Releases that we made go, and folders that we made when they are empty.
undo_folders() {
  set --
  while next_line; do
    case $op in directory | release | tree) ;; *) continue ;; esac
    if leads_elsewhere "$path"; then
      conflict "$path"
      continue
    fi
    case $op in
      release)
        # The upload stays under its hash, so that the next run need not send it again.
        for folder in "$path" "$path.tmp"; do
          rm -f -- "$folder/$name" || trouble "$folder cannot be emptied"
          [ ! -d "$folder" ] || rmdir -- "$folder" || conflict "$folder"
        done
        ;;
      tree)
        undo_tree || trouble "$path cannot be removed"
        ;;
      directory)
        if [ "$old" = - ]; then set -- "$path" "$@"; else undo_folder; fi
        ;;
    esac
  done <"$txn/plan"
  # A folder that somebody has filled meanwhile holds data that is not ours.
  for folder in "$@"; do
    if [ -L "$folder" ]; then
      conflict "$folder"
      continue
    fi
    [ ! -d "$folder" ] || rmdir -- "$folder" 2>/dev/null || [ -n "$(ls -A -- "$folder")" ] || trouble "$folder cannot be removed"
  done
  sync_folders || trouble 'sync of restored folders failed'
}

# What was made and what was removed, as names; folders that are there again as they were.
sync_folders() {
  set --
  while next_line; do
    case $op in
      release | tree) folder=${path%/*} ;;
      directory) if [ "$old" = - ]; then folder=${path%/*}/; else folder=$path; fi ;;
      *) continue ;;
    esac
    [ ! -d "$folder" ] || set -- "$@" "$folder"
  done <"$txn/plan"
  [ "$#" -eq 0 ] || durable "$@"
}

# A tree is root's own and says by its name what it holds, so nobody has put anything into it that is not lost with it. Half of one must
# not bear a whole one's name. While ours has the name it was made under, the other is somebody else's.
undo_tree() {
  if [ -e "$path.tmp" ]; then
    [ ! -e "$path" ] || conflict "$path"
  elif [ -e "$path" ]; then
    mv -T -- "$path" "$path.tmp" || return
  fi
  rm -rf -- "$path.tmp"
}

# Mode and owner are judged one by one: apply.sh may have ended between the two.
undo_folder() {
  found=$(stat -c %a:%U:%G -- "$path") || { if [ -d "$path" ]; then trouble "$path cannot be read"; else conflict "$path"; fi; return; }
  [ "$found" != "$old" ] || return
  case ${found%%:*} in "${mode#0}" | "${old%%:*}") ;; *) conflict "$path"; return ;; esac
  case ${found#*:} in "$owner:$group" | "${old#*:}") ;; *) conflict "$path"; return ;; esac
  { read -r was_mode was_owner <"$txn/old/$key" && chown -h -- "$was_owner" "$path" && chmod -- "00$was_mode" "$path"; } || trouble "$path cannot be restored"
}
