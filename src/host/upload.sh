# upload.sh: takes one artifact into the host's upload folder, under its hash; says `have` where it is there already.
set -eu
umask 077
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
tab=$(printf '\t')
IFS= read -r nonce
IFS= read -r base
IFS="$tab" read -r id sum size
for folder in "$base" "$base/upload"; do
  [ -d "$folder" ] || mkdir -m 0700 -- "$folder" || [ -d "$folder" ] # another run may be quicker
done
check() {
  actual=$(sha256sum <"$1")
  [ "${actual%% *}" = "$sum" ]
}
if [ -f "$base/upload/$sum" ] && check "$base/upload/$sum"; then
  touch -- "$base/upload/$sum"
  printf '%s have\n' "$nonce"
  exit 0
fi
# One run at a time, until it holds the lock of its own part: otherwise another would take that for one that was cut off.
exec 7<"$base/upload"
flock -w 60 7 || { printf '%s has been locked by another run for 60 s\n' "$base/upload" >&2; exit 1; }
# Parts of uploads that were cut off: their lock went with the process that held it.
for part in "$base"/upload/*.part; do
  [ -f "$part" ] || continue
  if flock -n "$part" true; then rm -f -- "$part"; fi
done
part=$base/upload/$id-$sum.part
exec 8>"$part"
flock -n 8
exec 7<&-
printf '%s need\n' "$nonce"
cat >"$part"
received=$(stat -c %s -- "$part")
[ "$received" = "$size" ] || { rm -f -- "$part"; printf '%s cut %s\n' "$nonce" "$received"; exit 1; }
timeout 300 sync -- "$part"
check "$part" || { rm -f -- "$part"; printf '%s damaged\n' "$nonce"; exit 1; }
mv -fT -- "$part" "$base/upload/$sum"
timeout 120 sync -- "$base/upload"
printf '%s stored\n' "$nonce"
