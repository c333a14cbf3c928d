/** Says what is wrong with a host, and with what was reported, after two controllers were at work on it. */
import { type HostReport, shortRun } from "../../src/core/model/run.ts";
import type { TestHost } from "../support/hosts.ts";
import type { Run } from "../support/project-folder.ts";
import { confirmedOf, lookAt, unlike } from "./look.ts";

/** One controller's run: what it brought, the number of its run, and its report of the host. */
export type Side = {
  readonly greeting: string;
  readonly run: Run;
  readonly id: string;
  readonly report: HostReport | undefined;
};

/** What is wrong; empty: nothing. */
export async function judgeHost(host: TestHost, sides: readonly Side[]): Promise<readonly string[]> {
  const look = await lookAt(host);
  const confirmed = confirmedOf(look);
  const last = sides.find(({ id }) => id === confirmed.at(-1)?.[0]);
  const wrong = last === undefined ? ["the last transaction that was confirmed is of neither run"] : [];
  return [
    ...wrong,
    ...unlike(look, last?.greeting),
    ...overlaps(look("span")),
    ...sides.flatMap((side) => judgeSide(side, sides, confirmed)),
  ];
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
  return `${report.message} ${report.hint ?? ""}`.includes(shortRun(winner.id))
    ? []
    : [`${said}; ${winner.id} is not named`];
}
