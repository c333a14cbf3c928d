# restore.sh: restore ROOT FROM: everything is as it was at the moment of FROM, the clock and the kernel's values as well.
restore() {
  cd "$1" || exit 1
  rm -rf etc opt var srv run tmp home root stand/host .svcdeploy-stage
  cd / || exit 1
  cp -a "$2/." "$1/"
  while IFS=' ' read -r path value; do printf '%s\n' "$value" >"$1$path"; done <"$1/stand/host/values"
  printf '00000000-0000-4000-8000-000000000001\n' >"$1/stand/boot"
}
