# encrypt.sh: has systemd encrypt credentials with the host's own key and sends them back; a file that is here already with the hash that is wanted it
# sends as it is. What they hold passes through and is written nowhere; where the host has no key yet, systemd-creds makes one.
set -u
LC_ALL=C SYSTEMD_COLORS=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS PATH
tab=$(printf '\t')

IFS= read -r nonce || exit 64
IFS= read -r base || exit 64

# present SHA256 FILE...: sets found to the first file with this hash.
present() {
  found='' wanted=$1
  shift
  for file in "$@"; do
    if [ -L "$file" ] || [ ! -f "$file" ]; then continue; fi
    case $(sha256sum -- "$file" 2>/dev/null) in "$wanted "*) found=$file && return ;; esac
  done
}

# encrypt NAME SIZE SHA256: prints what the next bytes of standard input become, once it was read back.
encrypt() {
  text=$(head -c "$2" | systemd-creds encrypt --with-key=host --name="$1" - -) || return 1
  held=$({ printf 'encrypted credential\n'; printf '%s\n' "$text" | systemd-creds decrypt --name="$1" - -; } | sha256sum) || return 1
  case $held in "$3 "*) ;; *) return 1 ;; esac
  printf '%s\n' "$text" | base64 -w 0
}

printf '%s begin\n' "$nonce"
while IFS="$tab" read -r kind path wanted held size; do
  [ "$kind" = credential ] || break
  present "$wanted" "$path" "$base/blobs/$wanted"
  if [ -n "$found" ]; then
    head -c "$size" >/dev/null
    text=$(base64 -w 0 -- "$found") || exit 1
  else
    text=$(encrypt "${path##*/}" "$size" "$held") || { printf 'refused\t%s\n' "$path" && exit 1; }
  fi
  printf 'encrypted\t%s\t%s\n' "$path" "$text"
done
printf '%s end\n' "$nonce"
