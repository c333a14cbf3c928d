/**
 * How a transaction ended, told truthfully: success only when the host says so, rolled-back only when it was
 * seen to be back.
 */

import type { SvcdeployError } from "../core/errors.ts";
import { HOST_FOLDER } from "../core/model/host-folder.ts";
import type { Plan } from "../core/model/plan.ts";
import type { UnitResource } from "../core/model/resource.ts";
import type { Difference, HostReport } from "../core/model/run.ts";
import type { Verdict } from "../core/model/verify.ts";
import { isUnitAction } from "../core/plan/acted-units.ts";
import { spawnFailure } from "../core/verify/spawn-failure.ts";
import { judgeUnit } from "../core/verify/verdict.ts";
import type { TransactionState } from "../host/frames.ts";
import { goneServices, secondsOf } from "../host/plan-lines.ts";
import { concernedUnits } from "../host/transaction.ts";
import type { Remote } from "../remote/remote.ts";
import { concludeKept } from "./conclude-kept.ts";
import type { DeployContext } from "./context.ts";
import { readResult, type TransactionResult } from "./decide.ts";
import { doings, makeReport } from "./host-report.ts";
import type { Judgement } from "./judge.ts";
import { settleUnits } from "./settle.ts";
import { sleep } from "./sleep.ts";
import type { Story } from "./story.ts";

/**
 * The report of a transaction in its final state. unjudged: why the controller could not judge it. Throws
 * ConnectError when the host can no longer be asked.
 */
export async function conclude(
  story: Story,
  end: TransactionState,
  judgement: Judgement | null,
  unjudged: SvcdeployError | null = null,
): Promise<HostReport> {
  const { target, plan, transaction } = story;
  const services = [...new Set([...target.services.map(({ name }) => name), ...goneServices(plan)])];
  const common = {
    transaction: transaction.id,
    services,
    ...doings(plan),
    verdicts: judgement?.verdicts ?? [],
    health: judgement?.health ?? [],
  };
  return (
    (await concludeKept(story, end, common)) ??
    (await concludeUndone(story, end, { judged: judgement, unjudged }, common))
  );
}

async function concludeUndone(
  story: Story,
  end: TransactionState,
  { judged, unjudged }: { readonly judged: Judgement | null; readonly unjudged: SvcdeployError | null },
  common: Partial<HostReport>,
): Promise<HostReport> {
  const { target, startedAt, context, transaction } = story;
  const remote = await context.connector.connect(target.host);
  try {
    const result = await readResult(remote, transaction.id, context);
    const judgement = judged !== null && isReason(judged, result) ? judged : null;
    const told = { ...common, ...whatWasSeen(story, result, judgement) };
    const blind = judged === null && result.failure !== "" ? unjudged : null;
    const why =
      blind === null
        ? whyUndone(story, end, result, judgement, told.verdicts)
        : `not confirmed, as it could not be judged: ${blind.message}`;
    if (end.name === "ROLLBACK_FAILED") {
      const message = `${why}\nThe host could not be restored: ${end.detail}`;
      const hint =
        `The backups are on the host in ${HOST_FOLDER}/txn/${transaction.id}/old; its ` +
        `journal: journalctl -t svcdeploy`;
      const how = { cause: "rollback-failed", message, hint } as const;
      return makeReport(target, "failed", startedAt, context, { ...told, ...how });
    }
    // They run the older release again: what was declared is no measure for them.
    const restored = unitsThatRan(story).map((unit) => ({ ...unit, restartInputs: {} }));
    const back = await settleAfterUndo(remote, restored, context);
    const { status, ...how } = howRestored(why, back, result, blind);
    return makeReport(target, status, startedAt, context, { ...told, ...how });
  } finally {
    remote.close();
  }
}

/**
 * An undo reloads as well: a program that a reload ends takes one more start, later than the first look.
 */
async function settleAfterUndo(
  remote: Remote,
  units: readonly UnitResource[],
  context: DeployContext,
): Promise<readonly Verdict[]> {
  const back = await settleUnits(remote, units, SECONDS_AFTER_UNDO, context);
  if (back.every(({ ok }) => ok)) return back;
  await sleep(SECONDS_AFTER_UNDO * 1000, context.detach);
  return await settleUnits(remote, units, SECONDS_AFTER_UNDO, context);
}

const SECONDS_AFTER_UNDO = 2;

/** The verdicts that led to the undo, with the journals of the units that failed, or of all. */
function whatWasSeen(
  story: Story,
  result: TransactionResult,
  judgement: Judgement | null,
): Pick<HostReport, "verdicts" | "health" | "journal" | "differences"> {
  const judged = judgement === null ? verdictsOf(story, result) : judgement.verdicts;
  const verdicts = judged.map((verdict) => withCulprit(verdict, story, result));
  const failed = new Set(verdicts.filter(({ ok }) => !ok).map(({ unit }) => unit));
  const journal = [...result.units].flatMap(([unit, { journal: lines }]) =>
    failed.has(unit) || failed.size === 0 ? [{ unit, lines }] : [],
  );
  return { verdicts, health: judgement?.health ?? [], journal, differences: differencesOf(story.plan) };
}

/** A unit that systemd could not even run: the path or the directive at fault comes first. */
function withCulprit(verdict: Verdict, { target, context }: Story, result: TransactionResult): Verdict {
  const status = /^exit status (\d+)\//.exec(verdict.detail)?.[1];
  if (verdict.ok || status === undefined) return verdict;
  const file = target.resources.find(
    (each) => each.kind === "file" && each.role === "unit" && each.path.endsWith(`/${verdict.unit}`),
  );
  const text = file?.kind === "file" ? Buffer.from(file.content).toString("utf8") : "";
  const found = spawnFailure(Number(status), text, result.units.get(verdict.unit)?.journal ?? []);
  return found === null ? verdict : { ...verdict, detail: `${context.redact(found)}\n${verdict.detail}` };
}

/** back: the units that ran before, as they are after the undo. blind: why nothing could be judged. */
function howRestored(
  why: string,
  back: readonly Verdict[],
  { conflicts, failure }: TransactionResult,
  blind: SvcdeployError | null,
): Pick<HostReport, "status" | "cause" | "message"> {
  const down = back.filter(({ ok }) => !ok);
  if (down.length > 0) {
    const message =
      `${why}\nThe old files are back, but not every unit is as it was: ` +
      `${down.map(({ unit, cause }) => `${unit} ${cause}`).join(", ")}`;
    return { status: "failed", cause: "rollback-failed", message };
  }
  if (conflicts !== "") {
    const kept = `Restored, except what someone else changed meanwhile (kept as it is): ${conflicts}`;
    return { status: "failed", cause: "conflict", message: `${why}\n${kept}` };
  }
  const isHealthUnknown = failure === "" || blind !== null;
  const cause = failure.startsWith("conflict") ? "conflict" : isHealthUnknown ? "host" : "unhealthy";
  return { status: "rolled-back", cause, message: why };
}

const LARGEST_TEXT_BYTES = 65_536;

/** What the plan did to files and links, with the texts that may be shown. */
export function differencesOf(plan: Pick<Plan, "changes">): readonly Difference[] {
  return plan.changes.flatMap(
    ({ resource, before, after, beforeContent, differs }): readonly Difference[] => {
      if (resource.kind !== "link" && resource.kind !== "file") return [];
      const about = {
        path: resource.path,
        change: before === null ? "create" : after === null ? "remove" : "update",
      } as const;
      if (resource.kind === "link")
        return [{ ...about, secret: false, before: before?.target ?? null, after: after?.target ?? null }];
      if (before !== null && !differs.includes("sha256")) return [];
      const isShown =
        after !== null &&
        !resource.secret &&
        resource.content.byteLength <= LARGEST_TEXT_BYTES &&
        (before === null || beforeContent !== null);
      const text = (content: Uint8Array | null): string | null =>
        isShown && content !== null ? Buffer.from(content).toString("utf8") : null;
      return [
        { ...about, secret: resource.secret, before: text(beforeContent), after: text(resource.content) },
      ];
    },
  );
}

// Nothing failed on the host where it lost its power: what was judged then was its boot, or already what had
// been put back.
function isReason(judgement: Judgement, { failure }: TransactionResult): boolean {
  return !judgement.ok && failure !== "";
}

function whyUndone(
  { plan }: Story,
  end: TransactionState,
  result: TransactionResult,
  judgement: Judgement | null,
  verdicts: readonly Verdict[],
): string {
  if (judgement === null)
    return (
      causeFirst(result.failure, verdicts, plan) ||
      end.detail ||
      "the transaction was cut short: the host was restarted, or someone ended it there"
    );
  const units = verdicts.filter(({ ok }) => !ok).map(headline);
  const checks = judgement.health.filter(({ ok }) => !ok).map(({ check }) => `${check} is unhealthy`);
  return [...units, ...checks].join("; ");
}

/** Why the unit failed, before what systemctl made of it: `ended with 1` is no reason, and 124 means late. */
function causeFirst(failure: string, verdicts: readonly Verdict[], { actions }: Plan): string {
  const [, verb, unit, status] = /^systemctl ([a-z-]+) (\S+) ended with (\d+)/.exec(failure) ?? [];
  const verdict = verdicts.find((each) => !each.ok && each.unit === unit);
  const act = actions.find((each) => isUnitAction(each) && each.unit === unit && each.verb === verb);
  const what =
    status === TIMED_OUT && act !== undefined
      ? `systemctl ${verb} ${unit} was not done after ${secondsOf(act)} s`
      : failure;
  return verdict === undefined ? what : `${headline(verdict)} (${what})`;
}

/** What timeout(1) ends with. */
const TIMED_OUT = "124";

/** The first line of the detail where it says more than the cause's name. */
function headline({ unit, cause, detail }: Verdict): string {
  const [first = ""] = detail.split("\n");
  return SPEAKING.includes(cause) && first !== "" ? `${unit}: ${cause}: ${first}` : `${unit}: ${cause}`;
}

const SPEAKING: readonly string[] = ["exec-failed", "exit-code", "signal", "reload-ended-it", "restarted"];

// An action failed before anything could be sampled: judge by what the host kept of the moment.
function verdictsOf(
  { target, plan, context, observation }: Story,
  result: TransactionResult,
): readonly Verdict[] {
  return concernedUnits(target, plan, observation).flatMap((unit) => {
    const kept = result.units.get(unit.unit);
    if (kept === undefined) return [];
    const verdict = judgeUnit(unit, [kept.properties]);
    return [{ ...verdict, detail: context.redact(verdict.detail) }];
  });
}

function unitsThatRan({ target, plan, observation, transaction }: Story): readonly UnitResource[] {
  const ran = (unit: string): boolean => observation.units.get(unit)?.ActiveState === "active";
  return concernedUnits(target, plan, observation).filter(
    ({ unit }) => transaction.units.includes(unit) && ran(unit),
  );
}
