/** Says what is wrong with a host, and with what was reported, after two controllers were at work on it. */
import type { HostReport } from "../../src/core/model/run.ts";
import { stateFolder } from "../../src/host/frames.ts";
import type { TestHost } from "../support/hosts.ts";
import type { Run } from "../support/project-folder.ts";

/** One controller's run: what it brought, the number of its run, and its report of the host. */
export type Side = {
  readonly greeting: string;
  readonly run: Run;
  readonly id: string;
  readonly report: HostReport | undefined;
};

/** Everything that has to agree, a line each: what it is, a blank, its value. */
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
  [ ! -e "$t/boot" ] || echo "span $(basename $t) $(stat -c %.9Y $t/boot) $(stat -c %.9Y $t/state) $(cat $t/state)"
done
tail -n 4 ${stateFolder}/runs | sed -n 's/^run=\\([^ ]*\\) .* txn=\\([^ ]*\\) .* result=/record-of \\1 \\2 /p'
ls -d /.svcdeploy-stage ${stateFolder}/txn/*.tmp 2>/dev/null | sed 's/^/left /'
true`;

/** What is wrong; empty: nothing. */
export async function judgeHost(host: TestHost, sides: readonly Side[]): Promise<readonly string[]> {
  const rows = (await host.shell(LOOK)).split("\n").map((line) => line.split(" "));
  const all = (name: string): readonly (readonly string[])[] =>
    rows.flatMap(([first, ...rest]) => (first === name ? [rest] : []));
  const one = (name: string): string => all(name)[0]?.[0] ?? "";
  const records = all("record-of");
  const confirmed = records.filter((row) => row[2] === "confirmed");
  const last = sides.find(({ id }) => id === confirmed.at(-1)?.[0]);
  const wrong: string[] = [];
  if (last === undefined) wrong.push("the last transaction that was confirmed is of neither run");
  for (const name of ["environment", "file", "process"])
    if (one(name) !== last?.greeting) wrong.push(`${name} is of ${one(name)}, not of ${last?.greeting}`);
  for (const [name, due] of [
    ["active", "active"],
    ["record", "own"],
    ["manifest", "own"],
    ["generation", "own"],
  ] as const)
    for (const [found] of all(name)) if (found !== due) wrong.push(`${name}: ${found}`);
  if (one("current") !== confirmed.at(-1)?.[1]) wrong.push(`current is ${one("current")}`);
  for (const [path] of all("left")) wrong.push(`${path} is left`);
  return [...wrong, ...overlaps(all("span")), ...sides.flatMap((side) => judgeSide(side, sides, confirmed))];
}

/** From the moment that a transaction is armed to its end no other one is. */
function overlaps(spans: readonly (readonly string[])[]): readonly string[] {
  const sorted = spans.toSorted((a, b) => Number(a[1]) - Number(b[1]));
  return sorted.flatMap(([id, from, , state = ""], index) => {
    const earlier = sorted[index - 1];
    const open = /^(?:CONFIRMED|ROLLEDBACK|REFUSED)$/.test(state) ? [] : [`${id} is ${state}`];
    return earlier !== undefined && Number(earlier[2]) > Number(from)
      ? [...open, `${id} began at ${from}, before ${earlier[0]} ended at ${earlier[2]}`]
      : open;
  });
}

/** What a run says of itself is what the host says of it. */
function judgeSide(
  { greeting, run, id, report }: Side,
  sides: readonly Side[],
  confirmed: readonly (readonly string[])[],
): readonly string[] {
  const is = confirmed.some(([each]) => each === id);
  const said = `${greeting}: exit ${run.code}, ${report?.status}: ${report?.message ?? run.stderr}`;
  if (report?.status === "changed") return run.code === 0 && is ? [] : [`${said}; the host knows of no such`];
  if (is) return [`${said}; the host has confirmed it`];
  const winner = sides.find((side) => side.id !== id && side.report?.status === "changed");
  const isConflict = run.code === 1 && report?.status === "failed" && report.cause === "conflict";
  if (!isConflict) return [`${said}; that is no conflict`];
  if (winner === undefined) return [`${said}; nothing was changed by the other either`];
  return `${report.message} ${report.hint ?? ""}`.includes(winner.id)
    ? []
    : [`${said}; ${winner.id} is not named`];
}
