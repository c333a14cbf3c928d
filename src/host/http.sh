#!/bin/sh
# Asks one URL from the host itself, with curl. Standard input, one line each: a random mark, the URL, the limit in seconds, the limit in bytes.
# Prints "MARK STATUS SECONDS RECEIVED CURLEXIT KEPT" (STATUS 000: no answer; RECEIVED, KEPT: bytes of the body that came, and that could be written
# down: some versions of curl end with 0 where there was no room), then the body's first bytes; curl's complaint goes to standard error.
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
# Not below /tmp, which others can fill.
work=$(mktemp -d /run/svcdeploy-http.XXXXXX) || exit 69
trap 'rm -rf "$work"' EXIT
# A body without end stops at the file size limit; ignored, the signal becomes an error that curl reports itself.
trap '' XFSZ
ulimit -f $((bytes / 512)) || exit 69
answer=$(curl -q --silent --show-error --globoff --noproxy '*' --proto '=http,https' --max-redirs 0 --max-time "$seconds" \
  --user-agent svcdeploy --output "$work/body" --write-out '%{http_code} %{time_total} %{size_download}' --url "$url" </dev/null)
status=$?
size=0
if [ -f "$work/body" ]; then size=$(stat -c %s -- "$work/body"); fi
printf '%s %s %s %s\n' "$mark" "$answer" "$status" "$size"
if [ -f "$work/body" ]; then
  head -c "$bytes" "$work/body"
fi
exit 0
