# restore.sh: restore ROOT FROM: everything is as it was at the moment of FROM, the clock and the kernel's values as well.
restore() {
  for entry in "$1"/* "$1"/.svcdeploy-stage "$1/stand/host"; do
    case ${entry##*/} in usr | bin | sbin | lib | lib64 | proc | sys | dev | stand) ;; *) rm -rf -- "$entry" ;; esac
  done
  cp -a "$2/." "$1/"
  while IFS=' ' read -r path value; do printf '%s\n' "$value" >"$1$path"; done <"$1/stand/host/values"
  printf '00000000-0000-4000-8000-000000000001\n' >"$1/stand/boot"
}
