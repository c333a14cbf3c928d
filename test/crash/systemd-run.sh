#!/bin/sh
# A systemd-run that starts what it is asked to start, and ExecStopPost= behind it, without systemd: systemd-run OPTION… COMMAND…
for word in "$@"; do
  case $word in ExecStopPost=*) after=${word#ExecStopPost=} ;; esac
done
while [ "$1" != /bin/sh ]; do shift; done
{
  "$@"
  # shellcheck disable=SC2086 # a command and its words
  EXIT_CODE=exited ${after#-}
} </dev/null >/dev/null 2>&1 &
