#!/bin/sh
# delivery.sh WORK FROM FAULTS: deliver.sh in the plain-sh world, with its faults. WORK has root, strike, logs, and delivery: what the
# script reads. Says what it answered; ends with its status, 137 where it was killed.
set -u
work=$1 from=$2 faults=$3 root=${1:?}/root
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=test/crash/restore.sh
. "${0%/*}/restore.sh"
restore "$root" "$from"
printf '100000.00 0.00\n' >"$root/stand/uptime"
export PATH=/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck disable=SC2086 # faults, split on purpose
exec "$work/strike" "$root" "$work/log-deliver" $faults -- /bin/sh /stand/deliver.sh <"$work/delivery" 2>"$work/said"
