#!/bin/sh
# Asks one URL from the host itself, with curl. Standard input, one line each: a random mark, the URL, the limit in seconds, the limit in bytes.
# Prints "MARK STATUS SECONDS CURLEXIT" (STATUS 000: no answer), then the body's first bytes; curl's complaint goes to standard error.
# Exit: 0 asked, whatever came of it; 64 bad input; 69 the host cannot do it.
export LC_ALL=C
umask 077
IFS= read -r mark || exit 64
IFS= read -r url || exit 64
IFS= read -r seconds || exit 64
IFS= read -r bytes || exit 64
if ! command -v curl >/dev/null; then
  echo "curl is not installed" >&2
  exit 69
fi
work=$(mktemp -d) || exit 69
trap 'rm -rf "$work"' EXIT
# A body without end stops at the file size limit; ignored, the signal becomes an error that curl reports itself.
trap '' XFSZ
ulimit -f $((bytes / 512)) || exit 69
answer=$(curl -q --silent --show-error --globoff --noproxy '*' --proto '=http,https' --max-redirs 0 --max-time "$seconds" \
  --user-agent svcdeploy --output "$work/body" --write-out '%{http_code} %{time_total}' --url "$url" </dev/null)
status=$?
printf '%s %s %s\n' "$mark" "$answer" "$status"
if [ -f "$work/body" ]; then
  head -c "$bytes" "$work/body"
fi
exit 0
