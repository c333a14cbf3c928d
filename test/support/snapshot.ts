/**
 * What a transaction on the tests' web service changes, read back from a host: to tell old from new from
 * anything in between.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHost } from "./hosts.ts";

/**
 * Everything a transaction touches: files with mode and owner, links, what the manager loaded, what the
 * process runs from, record and leftovers.
 */
const LOOK = `
for f in /etc/systemd/system/web.service /etc/svcdeploy/env/web.env /etc/web/web.conf /var/lib/svcdeploy/projects/workshop/web; do
  stat -c '%n %a %U:%G' "$f" 2>&1 && sha256sum <"$f"
done
for l in /opt/web/current /etc/systemd/system/multi-user.target.wants/web.service; do echo "$l -> $(readlink "$l")"; done
test -x /opt/web/current/web.pl && echo program
systemctl show -p ActiveState,UnitFileState,NeedDaemonReload,SyslogIdentifier,NRestarts web.service
pid=$(systemctl show -p MainPID --value web.service)
[ "$pid" = 0 ] || tr '\\0' '\\n' </proc/$pid/environ | grep ^GREETING
curl -s --max-time 3 http://127.0.0.1:18080/; echo
read -r invocation boot restart reload </var/lib/svcdeploy/units/web.service
echo "digests $restart $reload"
[ "$invocation" = "$(systemctl show -p InvocationID --value web.service)" ] && echo 'the record is of this process'
ls -d /.svcdeploy-stage /*/.svcdeploy-stage 2>/dev/null
true`;

/** States of transactions that are not at their end, one a line; empty when there are none. */
const UNFINISHED = `for s in /var/lib/svcdeploy/txn/*/state; do
  [ -r "$s" ] || continue
  read -r w _ <"$s"
  case $s in *.tmp/state) continue ;; esac
  case $w in CONFIRMED|ROLLEDBACK|REFUSED) ;; *) echo "$w" ;; esac
done; systemctl list-units --plain --no-legend --state=active,activating,deactivating 'svcdeploy-*'`;

/** The state of the web service as text; equal texts mean an equal state. */
export async function snapshot(host: TestHost): Promise<string> {
  return (await host.shell(LOOK)).trim();
}

/** A snapshot without the word on whether the unit's record is of the process that runs. */
export function exceptRecord(text: string): string {
  return text.replace("the record is of this process", "").trim();
}

/** What of svcdeploy is still under way on the host; empty when nothing is. */
export async function underWay(host: TestHost): Promise<string> {
  return (await host.shell(UNFINISHED)).trim();
}

/** Waits until nothing is under way; answers with the seconds that took, null when they were not enough. */
export async function settleAlone(host: TestHost, seconds: number): Promise<number | null> {
  const start = performance.now();
  for (;;) {
    const left = await underWay(host);
    const took = (performance.now() - start) / 1000;
    if (left === "") return took;
    if (took > seconds) return null;
    await sleep(500);
  }
}

/** Makes every lease on the host as old as if its controller had been gone for half a minute. */
export async function ageLease(host: TestHost): Promise<void> {
  await host.shell(
    'now=$(cut -d. -f1 /proc/uptime); for t in /var/lib/svcdeploy/txn/*/lease; do [ -e "$t" ] && echo $((now - 30)) >"$t"; done; true',
  );
}
