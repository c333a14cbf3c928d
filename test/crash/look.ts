/** What a host is like whose one service says its greeting: everything that has to agree, read in one go. */
import { stateFolder } from "../../src/host/frames.ts";
import type { TestHost } from "../support/hosts.ts";

/** A line each: what it is, a blank, its value. */
const LOOK = `
echo "environment $(sed -n 's/^GREETING=//p' /etc/svcdeploy/env/app.env | tr -d '"')"
echo "file $(sed -n 's/^greeting=//p' /etc/app/app.conf)"
echo "process $(tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value app.service)/environ | sed -n 's/^GREETING=//p')"
echo "active $(systemctl is-active app.service)"
echo "record $(read -r i _ <${stateFolder}/units/app.service; [ "$i" = "$(systemctl show -p InvocationID --value app.service)" ] && echo own)"
for f in /etc/app/app.conf /etc/svcdeploy/env/app.env; do
  sum=$(sha256sum <$f); grep -q "$f \${sum%% *}" ${stateFolder}/projects/workshop/app && echo "manifest own" || echo "manifest other:$f"
done
cmp -s ${stateFolder}/projects/workshop/app ${stateFolder}/current/projects/workshop/app && echo 'generation own' || echo 'generation other'
echo "current $(cat ${stateFolder}/current/id)"
for t in ${stateFolder}/txn/*/; do
  from=$t/units # of a transaction that has the lock; one that waits for it, or is refused before, holds nothing
  [ -e "$from" ] || from=$t/state
  echo "span $(basename $t) $(stat -c %.9Y $from) $(stat -c %.9Y $t/state) $(cat $t/state)"
done
tail -n 4 ${stateFolder}/runs | sed -n 's/^run=\\([^ ]*\\) .* txn=\\([^ ]*\\) .* result=/record-of \\1 \\2 /p'
ls -d /.svcdeploy-stage /*/.svcdeploy-stage ${stateFolder}/txn/*.tmp ${stateFolder}/upload/* 2>/dev/null | sed 's/^/left /'
systemctl list-units --plain --no-legend --state=failed app.service 'svcdeploy-*' | sed 's/ .*//;s/^/failed /'
true`;

/** The values of each line with this name, in order. */
export type Look = (name: string) => readonly (readonly string[])[];

/** Looks at the host. */
export async function lookAt(host: TestHost): Promise<Look> {
  return readLook(await host.shell(LOOK));
}

/** Reads what was printed. */
export function readLook(text: string): Look {
  const rows = text.split("\n").map((line) => line.split(" "));
  return (name) => rows.flatMap(([first, ...rest]) => (first === name ? [rest] : []));
}

/** The first value of a line; empty: there is none. */
export function theOne(look: Look, name: string): string {
  return look(name)[0]?.[0] ?? "";
}

/** Its transactions that were confirmed, by its own record, the newest last: the run and the transaction. */
export function confirmedOf(look: Look): readonly (readonly string[])[] {
  return look("record-of").filter((row) => row[2] === "confirmed");
}

/** What is not of this greeting, or does not agree with the rest; empty: nothing. */
export function unlike(look: Look, greeting: string | undefined): readonly string[] {
  const wrong: string[] = [];
  for (const name of ["environment", "file", "process"])
    if (theOne(look, name) !== greeting)
      wrong.push(`${name} is of ${theOne(look, name)}, not of ${greeting}`);
  for (const [name, due] of [
    ["active", "active"],
    ["record", "own"],
    ["manifest", "own"],
    ["generation", "own"],
  ] as const)
    for (const [found] of look(name)) if (found !== due) wrong.push(`${name}: ${found}`);
  const current = theOne(look, "current");
  if (current !== confirmedOf(look).at(-1)?.[1]) wrong.push(`current is ${current}`);
  for (const [path] of look("left")) wrong.push(`${path} is left`);
  for (const [unit] of look("failed")) wrong.push(`${unit} is failed`);
  return wrong;
}
