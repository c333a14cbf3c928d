/**
 * The lines above and below a rollback: which generation each service returns to, whose run that takes
 * back, and what the next apply will do.
 */
import { type HostReport, shortRun } from "../../core/model/run.ts";
import type { Generation, MadeBy, Step } from "../../core/rollback/generations.ts";
import { breakLine, hang, type Line, line, plainText, styled, wrap } from "../lines/text.ts";
import { foldSame, hostList } from "./plan-view.ts";

/** One service of one host that is rolled back. */
export type HostStep = { readonly host: string; readonly step: Step };

/** The lines above the plan, and an empty one below them; nothing where nothing is rolled back. */
export function rollbackPreface(steps: readonly HostStep[], columns: number): readonly Line[] {
  const groups = foldSame(
    steps,
    ({ host }) => host,
    ({ step }) => [line(sayWay(step)), line(sayMaker(step.undone))],
  );
  const lines = groups.flatMap(({ names, item: { step } }) => [
    ...hang(line(styled("strong", step.service), ` on ${hostList(names)}`), `: ${sayWay(step)}`, columns, 2),
    ...hang(line("  undoes "), `${sayMaker(step.undone)}, ${sayTime(step.undone.madeAt)}`, columns, 4),
  ]);
  return lines.length === 0 ? [] : [...lines, []];
}

/** What to know once hosts went back; nothing where none did. */
export function rollbackClosing(
  steps: readonly HostStep[],
  reports: readonly HostReport[],
  environment: string,
  columns: number,
): readonly Line[] {
  const changed = new Set(reports.filter(({ status }) => status === "changed").map(({ host }) => host));
  const done = steps.filter(({ host }) => changed.has(host));
  const groups = foldSame(
    done,
    ({ host }) => host,
    ({ step }) => [line(`${step.service} is ${sayState(step)}`)],
  );
  if (groups.length === 0) return [];
  const advice = [...new Set(done.map(({ step }) => sayAdvice(step)))];
  const pending =
    `Where the project declares otherwise, svcdeploy plan --env ${environment} shows ` +
    `that as pending, and the next apply applies it again.`;
  return [
    [],
    ...groups.flatMap(({ names, lines }) =>
      breakLine(line(styled("strong", `${hostList(names)}: ${plainText(lines).trim()}`)), columns),
    ),
    ...[pending, ...advice].flatMap((text) => wrap(text, columns).map((part) => line(part))),
  ];
}

/** "run 1a2b3c4d5e6f of root@ci, commit 12345678 (dirty tree)". */
export function sayMaker({ madeBy }: { readonly madeBy: MadeBy }): string {
  const { run, user, controller, commit, tree, rollbackOf } = madeBy;
  const of = rollbackOf === "" ? "" : `, a rollback of run ${shortRun(rollbackOf)}`;
  const from =
    commit === "" || commit === "none"
      ? ""
      : `, commit ${commit.slice(0, 12)}${tree === "dirty" ? " (dirty tree)" : ""}`;
  return (
    `run ${shortRun(run) || "unknown"} of ` + `${user || "unknown"}@${controller || "unknown"}${of}${from}`
  );
}

/** "2026-11-21 10:00:00 UTC" for seconds since the epoch. */
export function sayTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function sayWay({ now, earlier, from, to }: Step): string {
  return `from ${named(from?.version ?? null, now)} to ${named(to.version, earlier)}`;
}

function sayState({ earlier, to }: Step): string {
  return `what it was in ${named(to.version, earlier)}`;
}

function named(version: string | null, { number }: Generation): string {
  return version === null ? `generation ${number}` : `generation ${number} (version ${version})`;
}

function sayAdvice({ service, from, undone: { madeBy } }: Step): string {
  if (from === null)
    return (
      `A run had removed ${service}: if the project does not declare it, only svcdeploy apply ` +
      `--prune removes it again.`
    );
  if (madeBy.rollbackOf !== "")
    return `What was undone was itself a rollback of run ${shortRun(madeBy.rollbackOf)}.`;
  const { commit, tree } = madeBy;
  if (commit === "" || commit === "none")
    return `To keep it undone, remove the change of ${service} from the project.`;
  const dirty = tree === "dirty" ? " (its tree was dirty: not all of the change may be in that commit)" : "";
  return `To keep it undone, remove it from the project, e.g. git revert ${commit.slice(0, 12)}${dirty}`;
}
