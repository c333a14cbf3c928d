# apply-acts.sh: what a transaction does once its files are in place, sourced by apply.sh.

act() {
  recorded=0
  while next_line; do
    [ "$op" = action ] || continue
    if [ "$verb" = remove ]; then
      put_in_place gone
      continue
    fi
    if [ "$verb" = daemon-reload ]; then
      printf 'daemon-reload\t-\n' >>"$txn/acted"
      timeout -k 5 120 systemctl "$scope" daemon-reload 9>&- </dev/null || fail "daemon-reload ended with $?"
      continue
    fi
    if [ "$verb" = sysctl ]; then
      set_values "$on" "$seconds"
      continue
    fi
    if [ "$verb" = tmpfiles ]; then
      make_paths "$on" "$seconds"
      continue
    fi
    if [ "$verb" = settle ]; then
      settle "$on" "$seconds"
      continue
    fi
    printf '%s\t%s\n' "$verb" "$on" >>"$txn/acted"
    durable "$txn/acted"
    case $verb in
      start | restart)
        note_triggered "$on"
        systemctl "$scope" reset-failed -- "$on" 9>&- </dev/null 2>/dev/null || :
        ;;
    esac
    timeout -k 5 "$seconds" systemctl "$scope" "$verb" --job-mode=replace -- "$on" 9>&- </dev/null ||
      fail "systemctl $verb $on ended with $?"
    [ "$verb" = stop ] || settle_record "$on"
  done <"$txn/plan"
}

# What the kernel has of every key that is about to be set. A boot sets them as soon as the file is there, so it is on the disk before.
record_values() {
  recorded=0
  while next_line; do
    [ "$op" = action ] || continue
    [ "$verb" = sysctl ] || continue
    content_of "$on"
    each_value "$content" has_value
    [ -d "$txn/settings" ] || mkdir -- "$txn/settings"
    each_value "$content" record_value
    durable "$txn/settings" "$txn"
    recorded=$number
  done <"$txn/plan"
}

# content_of FILE: sets content to where what it is to say is now.
content_of() {
  content=$1
  while next_line; do
    [ "$op" = file ] || continue
    if [ "$path" = "$1" ]; then content=$txn/new/$key; fi
  done <"$txn/plan"
}

# set_values FILE SECONDS: the kernel has the values that the file says, and no others.
set_values() {
  ended=0
  PATH=$PATH:/usr/lib/systemd:/lib/systemd timeout -k 5 "$2" systemd-sysctl "$1" </dev/null || ended=$?
  # It takes it for no failure that a value cannot be written.
  unmet=''
  each_value "$1" is_in_force
  [ -z "$unmet" ] || fail "$unmet"
  [ "$ended" -eq 0 ] || fail "systemd-sysctl $1 ended with $ended"
  recorded=$number
}

# each_value FILE FUNCTION: calls it with name, path, wanted and record set. The first separator tells how a name is spelled (sysctl.d(5)).
each_value() {
  number=$recorded
  while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    name=${line%% = *} wanted=${line#* = } path=${line%% = *}
    case ${name#"${name%%[./]*}"} in .*) path=$(printf '%s' "$name" | tr ./ /.) ;; esac
    path=/proc/sys/$path
    number=$((number + 1))
    record=$txn/settings/$number
    "$2"
  done <"$1"
}

has_value() {
  [ -f "$path" ] || fail "$name cannot be set: this host has no $path; is a kernel module missing?"
}

record_value() {
  rm -rf -- "$record.tmp"
  mkdir -- "$record.tmp"
  cat -- "$path" >"$record.tmp/old"
  printf '%s\n' "$wanted" >"$record.tmp/new"
  printf '%s\n' "$path" >"$record.tmp/path"
  durable "$record.tmp/old" "$record.tmp/new" "$record.tmp/path" "$record.tmp"
  mv -T -- "$record.tmp" "$record"
}

# The undo leaves what others set, so it has to know what the kernel made of a value that it did not take as it is.
is_in_force() {
  found=$(cat -- "$path")
  if same_words "$wanted" "$found"; then return 0; fi
  if [ -w "$path" ]; then why='the kernel did not take it'; else why='it is read-only here, as all of /proc/sys in many containers'; fi
  replace "$record/new" "$found"
  unmet=${unmet:-"$name is $words, not $wanted: $why"}
}

# make_paths FILE SECONDS: what the file says is there. What is made stays, whatever comes of the transaction.
make_paths() {
  ended=0
  said=$(timeout -k 5 "$2" systemd-tmpfiles --create "$1" 2>&1 </dev/null) || ended=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  [ "$ended" -eq 0 ] || fail "systemd-tmpfiles --create $1 ended with $ended: $(printf '%s\n' "$said" | tail -n 1)"
}

# settle UNIT SECONDS: the first of several instances stays as it is now, or the others are never touched.
settle() {
  look_at "$1"
  first=$process
  uptime_seconds
  settled=$((now + $2))
  while :; do
    case $live in active | reloading) ;; *) not_stayed "$1" "it is ${live:-unknown}" ;; esac
    [ "$process" = "$first" ] || not_stayed "$1" 'its process is another one'
    [ ! -e "$txn/rollback" ] || fail 'the controller took the transaction back'
    uptime_seconds
    [ "$now" -le "$settled" ] || return 0 # whole seconds: one more than asked for, never less
    sleep 0.5
    look_at "$1"
  done
}

# look_at UNIT: sets live to its state and process to what makes its process this one.
look_at() {
  live='' process=''
  for pair in $(systemctl "$scope" show -p ActiveState -p InvocationID -p MainPID -p NRestarts -- "$1" 9>&- </dev/null); do
    case $pair in
      ActiveState=*) live=${pair#*=} ;;
      *) process="$process $pair" ;;
    esac
  done
}

not_stayed() { fail "$1 did not stay up: $2; its other instances were not touched"; }

settle_record() {
  while next_line; do
    if [ "$op.$unit" = "record.$1" ]; then record_unit "$unit" "$restart" "$reload"; fi
  done <"$txn/plan"
}
