# undo-values.sh: how an undo puts back what a transaction set in the kernel, sourced by finish.sh.

# While the file is there that says so, a reboot sets the values again, and this is done again.
# Which values others set is judged once, before any is written: one key can change others (net.ipv4.ip_forward those of all interfaces).
undo_values() {
  [ -d "$txn/settings" ] || return 0
  if ! IFS= read -r theirs 2>/dev/null <"$txn/settings/judged"; then
    theirs=' '
    each_record judge_value
    replace "$txn/settings/judged" "$theirs" || :
  fi
  each_record set_back
  each_record set_back
  each_record is_back
}

# each_record FUNCTION: calls it with record, path, old and new set. Half a record is none: nothing was set.
each_record() {
  for record in "$txn/settings"/[0-9]*; do
    case $record in *.tmp | *'*') continue ;; esac
    { IFS= read -r path <"$record/path" && old=$(cat -- "$record/old") && new=$(cat -- "$record/new"); } ||
      { [ "$1" != is_back ] || trouble "$record cannot be read"; continue; }
    "$1"
  done
}

judge_value() {
  if [ -e "$path" ]; then
    # A value that cannot be read may be someone's: it stays as it is.
    found=$(cat -- "$path") || { trouble "$path cannot be read"; found=''; }
    if same_words "$old" "$found" || same_words "$new" "$found"; then return; fi
  fi
  theirs="$theirs${record##*/} "
}

is_theirs() { case $theirs in *" ${record##*/} "*) ;; *) return 1 ;; esac; }

set_back() {
  if is_theirs || { found=$(cat -- "$path") && same_words "$old" "$found"; }; then return; fi
  printf '%s\n' "$old" >"$path"
}

is_back() {
  if is_theirs && [ ! -r "$path" ]; then conflict "$path"; return; fi
  found=$(cat -- "$path") || { trouble "$path cannot be read"; return; }
  if same_words "$old" "$found"; then return; fi
  if is_theirs; then conflict "$path"; else trouble "$path is $words and cannot be set back to $old"; fi
}

# The boot may have found the new files: what the old ones set and make is set and made before the units start.
set_and_make_again() {
  while next_line; do
    [ "$op" = file ] || continue
    [ -e "$path" ] || continue
    case $path in
      /etc/sysctl.d/*)
        PATH=$PATH:/usr/lib/systemd:/lib/systemd timeout -k 5 30 systemd-sysctl "$path" 9>&- </dev/null || trouble "systemd-sysctl $path failed"
        ;;
      /etc/tmpfiles.d/*) timeout -k 5 60 systemd-tmpfiles --create "$path" 9>&- </dev/null || trouble "systemd-tmpfiles $path failed" ;;
    esac
  done <"$txn/plan"
}
