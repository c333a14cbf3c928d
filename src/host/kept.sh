# kept.sh: gives files that svcdeploy keeps on this host, by their names in its own folder; of an encrypted credential, whose name stands behind it, also
# what it holds. Reads only; what is not there, or cannot be decrypted, is not told.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
printf '%s begin\n' "$nonce"
tab=$(printf '\t')
while IFS="$tab" read -r name credential; do
  case $name in '') break ;; *..*) continue ;; esac
  if [ -L "$base/$name" ] || [ ! -f "$base/$name" ]; then continue; fi
  text=$(base64 -w 0 -- "$base/$name") && printf 'kept\t%s\t%s\n' "$name" "$text"
  [ -n "$credential" ] || continue
  # What fails before a pipe says so past it, by a character that base64 does not have.
  text=$({ { systemd-creds decrypt --name="$credential" -- "$base/$name" - 2>/dev/null || printf '!' >&3; } | base64 -w 0; } 3>&1)
  case $text in *!*) ;; *) printf 'held\t%s\t%s\n' "$name" "$text" ;; esac
done
printf '%s end\n' "$nonce"
