#!/bin/sh
# Runs one command without a shell in between. Standard input, one line each: a random mark, the limit in seconds, the number of arguments, the
# arguments. Prints the last 8 KiB of what the command printed on either output and a line "MARK EXITSTATUS" (124: the time was up).
# Exit: 0 it ran, whatever came of it; 64 bad input.
export LC_ALL=C
IFS= read -r mark || exit 64
IFS= read -r seconds || exit 64
IFS= read -r count || exit 64
set --
while [ "$#" -lt "$count" ]; do
  IFS= read -r argument || exit 64
  set -- "$@" "$argument"
done
exec 3>&1
# Only the command's own output may pass the pipe: what it leaves running would keep descriptor 3 open.
{
  timeout -k 2 "$seconds" "$@" </dev/null 2>&1 3>&-
  printf '%s %s\n' "$mark" "$?" >&3
} | tail -c 8192
exit 0
