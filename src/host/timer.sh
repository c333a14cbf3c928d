# timer.sh: looks whether this machine can run drift by itself, and installs or removes a service and its timer; undoes what it could not finish.
set -u
LC_ALL=C LANGUAGE='' SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_URLIFY=0
PATH=$PATH:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_URLIFY PATH
IFS= read -r nonce || exit 64
IFS= read -r verb || exit 64
IFS= read -r scope || exit 64
IFS= read -r folder || exit 64
IFS= read -r name || exit 64
IFS= read -r first || exit 64
IFS= read -r second || exit 64

say() { printf '%s %s\n' "$nonce" "$*"; }
refuse() { say refused "$@"; exit 0; }
timer=$folder/$name.timer
service=$folder/$name.service
old=''

look() {
  say fact uid "$(id -u)"
  say fact home "${HOME:-}"
  [ -d /run/systemd/system ] && say fact systemd yes
  node=$(command -v node) && say fact node "$node" && say fact version "$("$node" --version 2>/dev/null | head -n 1)"
  program=$(command -v svcdeploy) && say fact program "$program"
  [ -n "${node:-}" ] && [ -n "${program:-}" ] && say fact answers "$("$node" "$program" --version 2>/dev/null </dev/null | head -n 1)"
  [ -f "$first/svcdeploy.yaml" ] && say fact project yes
  [ -f "$first/inventory/$second.yaml" ] && say fact environment yes
  return 0
}

# Only what carries our first line is ours; a link may be systemd's mask or somebody's own arrangement.
refuse_foreign() {
  for file in "$service" "$timer"; do
    [ ! -L "$file" ] || refuse "$file is a link"
    [ -e "$file" ] || continue
    [ -f "$file" ] || refuse "$file is there and is not a file"
    line=''
    IFS= read -r line <"$file"
    case $line in '# Written by svcdeploy install-timer'*) ;; *) refuse "$file is there and was not written by install-timer" ;; esac
  done
}

run() {
  output=$("$@" 2>&1 </dev/null) && say ran "$*" && return 0
  say failed "$*: $(printf '%s' "$output" | tail -n 1)"
  return 1
}

put() {
  printf '%s' "$2" | base64 -d >"$1.part" && chmod 0644 "$1.part" && mv -f "$1.part" "$1" && say wrote "$1" && return 0
  say failed "$1 could not be written"
  return 1
}

# What an unfinished install leaves is what stood there before it, running or not.
undo() {
  trap - EXIT
  trap '' HUP INT TERM PIPE
  for file in "$service" "$timer"; do
    rm -f "$file.part"
    if [ -f "$old/${file##*/}" ]; then
      mv -f "$old/${file##*/}" "$file"
    else
      case $file in *.timer) systemctl "$scope" disable --now "$name.timer" >/dev/null 2>&1 </dev/null ;; esac
      rm -f "$file"
    fi
  done
  systemctl "$scope" daemon-reload >/dev/null 2>&1 </dev/null
  [ "$running" = no ] || systemctl "$scope" restart "$name.timer" >/dev/null 2>&1 </dev/null
  rm -rf "$old"
  say undone
}

install_pair() {
  [ -d /run/systemd/system ] || refuse "systemd does not run here"
  refuse_foreign
  mkdir -p "$folder" 2>/dev/null
  [ -w "$folder" ] || refuse "nothing can be written in $folder"
  old=$(mktemp -d) || refuse "there is no place for a temporary folder"
  for file in "$service" "$timer"; do
    [ ! -f "$file" ] || cp -p "$file" "$old/" || refuse "$file cannot be copied"
  done
  running=no
  systemctl "$scope" is-active --quiet "$name.timer" 2>/dev/null </dev/null && running=yes
  trap undo EXIT
  trap 'exit 1' HUP INT TERM PIPE
  put "$service" "$first" && put "$timer" "$second" && run systemctl "$scope" daemon-reload &&
    run systemctl "$scope" enable "$name.timer" && run systemctl "$scope" restart "$name.timer" || exit 0
  trap - EXIT
  rm -rf "$old"
  say finished
}

remove_pair() {
  refuse_foreign
  if [ ! -e "$service" ] && [ ! -e "$timer" ]; then
    say absent
    exit 0
  fi
  if [ -e "$timer" ] && [ -d /run/systemd/system ]; then run systemctl "$scope" disable --now "$name.timer" || exit 0; fi
  for file in "$timer" "$service"; do
    [ -e "$file" ] || continue
    if rm -f "$file"; then say removed "$file"; else say failed "$file could not be removed"; exit 0; fi
  done
  if [ ! -d /run/systemd/system ]; then
    say finished
    exit 0
  fi
  run systemctl "$scope" daemon-reload || exit 0
  # A last run that found drift has left the service failed.
  systemctl "$scope" reset-failed "$name.service" >/dev/null 2>&1 </dev/null
  say finished
}

case $verb in
  look) look && say finished ;;
  install) install_pair ;;
  remove) remove_pair ;;
  *) exit 64 ;;
esac
