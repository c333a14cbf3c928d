# result.sh: what a transaction came to: its state, why it failed, what is in conflict, and what the failed units said.
set -u
LC_ALL=C SYSTEMD_COLORS=0
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL SYSTEMD_COLORS PATH
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r id || exit 64
txn=$base/txn/$id
for name in state failure conflicts; do
  [ -r "$txn/$name" ] || continue
  IFS= read -r line <"$txn/$name" || :
  printf '%s %s %s\n' "$nonce" "$name" "$line"
done
for file in "$txn"/evidence/*; do
  [ -f "$file" ] || continue
  text=$(tail -c 16385 -- "$file" | base64 -w 0) # one more than is shown tells that something is missing
  printf '%s evidence %s %s\n' "$nonce" "${file##*/}" "$text"
done
printf '%s end\n' "$nonce"
