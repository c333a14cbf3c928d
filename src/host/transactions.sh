# transactions.sh: what has begun on the host and not ended, for the scripts that say so; they have it before them.
# open_transactions: a line each. Of the caller: base, scope and first_line; globbing is on afterwards.
open_transactions() {
  set +f
  first_line /proc/uptime; now=${value%%.*}
  for folder in "$base"/txn/*/; do
    folder=${folder%/}
    [ -r "$folder/state" ] || continue
    first_line "$folder/state"; state=${value%% *}
    case $state in CONFIRMED | ROLLEDBACK | REFUSED) continue ;; esac
    id=${folder##*/}
    active=$(systemctl "$scope" show -p ActiveState "svcdeploy-$id.service" 2>/dev/null)
    lease=- age=-
    first_line "$folder/lease"; [ -n "$value" ] && lease=$((now - value))
    arrived=$(stat -c %Y -- "$folder/owner" 2>/dev/null) && age=$(($(date +%s) - arrived))
    first_line "$folder/owner"; owner=$value
    first_line "$folder/project"
    printf 'transaction\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$id" "$state" "${active#ActiveState=}" "$lease" "$age" "$owner" "$value"
  done
}
