# versions.sh: what programs say of themselves, for the script that says so; it has it before it.
# ask_versions LINES: a line each of service, user, release and words, parted by tabs. Of the caller: tab, newline, first_line; IFS is newline.
ask_versions() {
  first_line /proc/uptime; deadline=$((${value%%.*} + 10))
  for asked in $1; do
    first_line /proc/uptime
    [ "${value%%.*}" -lt "$deadline" ] || return 0
    IFS=$tab
    # shellcheck disable=SC2086 # words of our own, parted by tabs; globbing is off
    set -- $asked
    IFS=$newline
    service=$1 user=$2 release=$3
    shift 3
    current=$(cd -P -- "/opt/$service/current" 2>/dev/null && pwd) || current=''
    said_in "$current" "$@"
    printf 'version\t%s\tcurrent\t%s\n' "$service" "$said"
    [ "$release" = "$current" ] || said_in "$release" "$@"
    printf 'version\t%s\trelease\t%s\n' "$service" "$said"
  done
}

# said_in FOLDER WORD...: sets said to what the words print in a folder of a release, in base64; nothing where it is not there. Run as the service's
# user; without root's rights as the login itself.
said_in() {
  said=''
  [ -n "$1" ] || return 0
  cd -P -- "$1" 2>/dev/null || return 0
  shift
  if [ "$(id -u)" -eq 0 ]; then
    group=$(id -g -- "$user" 2>/dev/null) || return 0
    set -- setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs "$@"
  fi
  # What it leaves running may keep the pipe open: neither end waits for that.
  said=$(env -i PATH="$PATH" LC_ALL=C HOME=/nonexistent timeout -k 1 2 "$@" </dev/null 2>&1 | timeout 4 head -c 4096 | base64 -w 0)
  cd /
}
