# words.sh: how apply.sh and finish.sh say why they end, also where no byte can be written any more. The caller has set txn and id.

# keep_text FILE TEXT: a file of the transaction has this one line. Where there is no room, what was set aside for it at the delivery takes
# the line in place: its blocks and its inode are there already, and a rename needs neither.
keep_text() {
  replace "$txn/$1" "$2" || from_reserve "${3:-$1}" "$txn/$1" "$2"
}

# from_reserve WORD FILE TEXT. Where not even that can be written, it has a line of its own.
from_reserve() {
  [ -f "$txn/words/$1" ] || return 1
  printf '%.1000s\n%40s\n' "$3" '' 1<>"$txn/words/$1" || :
  durable "$txn/words/$1" || :
  mv -fT -- "$txn/words/$1" "$2" && durable "$txn"
}

# say_room FOLDER: on standard error, that it is full: a shell's own printf only says that it cannot write.
say_room() {
  left=$(stat -f -c '%f %d %c' -- "$1") || return 0
  case $left in
    '0 '*) printf '%s: No space left on device\n' "$1" >&2 ;;
    # A file system that does not count its inodes has none of none.
    *' 0 0') ;;
    *' 0 '*) printf '%s: No space left on device: no inode is free\n' "$1" >&2 ;;
  esac
}

# last_words: sets said to why apply.sh ended, in the words of the command that failed. To be called before finish.sh prints anything.
last_words() {
  timeout 10 journalctl --sync 9>&- </dev/null >/dev/null 2>&1 # what was said last may not have been read yet
  said=$(timeout 10 journalctl --no-pager -q -n 50 -o cat -t svcdeploy -u "svcdeploy-$id.service" 9>&- </dev/null 2>/dev/null)
  telling_line "$said"
}

# telling_line TEXT: sets said to the line that says why: the first that tells of a disk, otherwise the first of those that the same program
# ended with. tar, find and the shell end with lines that say only that there was something.
telling_line() {
  said=$(
    printf '%s\n' "$1" | {
      told='' program=''
      while IFS= read -r each; do
        case $each in
          '' | *'/finish.sh: '*) continue ;;
          *'No space left on device'* | *'Disk quota exceeded'* | *'Read-only file system'* | *'Input/output error'*) told=$each && break ;;
        esac
        if [ -z "$told" ] || [ "${each%%: *}" != "$program" ]; then told=$each program=${each%%: *}; fi
      done
      printf '%s' "$told"
    }
  )
}
