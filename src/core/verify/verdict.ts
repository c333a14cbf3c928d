/**
 * The verdict on a unit: what it turned out to be, by its type, from samples that were taken while it had
 * time to fail.
 */
import type { UnitProperties } from "../model/observation.ts";
import type { UnitResource } from "../model/resource.ts";
import { isUnneeded } from "../model/unit-condition.ts";
import type { BeforeAct, Verdict } from "../model/verify.ts";
import { type Cause, endCause, isWaitingForRestart, loadCause } from "./cause.ts";
import { againstBefore, type UnitJudgement } from "./kept-process.ts";

/**
 * Judges a unit by samples of `systemctl show`, oldest first, the first right after the actions. A service is
 * well only if it was active (running) in every one of them, as the same invocation with the same main
 * process and no automatic restart in between; `activating` is not running. before: as it was before the
 * actions, where they were to leave its process alone.
 */
export function judgeUnit(
  unit: UnitResource,
  samples: readonly UnitProperties[],
  before: BeforeAct | null = null,
): Verdict {
  const last = samples.at(-1);
  if (last === undefined)
    return verdict(unit, {}, bad("not-observed", "systemd was not asked about the unit"));
  const unloaded = loadCause(last);
  if (unloaded !== null) return verdict(unit, last, { ok: false, ...unloaded });
  if (!unit.running) return verdict(unit, last, judgeLoaded(unit, last));
  const found = judgeActivity(unit, samples, last, before);
  return verdict(
    unit,
    last,
    before === null ? found : againstBefore(unit, found, before, samples[0] ?? last, last),
  );
}

/**
 * A slice is active while it has members. A job waits for its timer or path, and its last run may have
 * failed: that is reported, and undoes no change.
 */
function judgeLoaded({ unit }: UnitResource, last: UnitProperties): UnitJudgement {
  if (!unit.endsWith(".service")) return good("loaded", "loaded; it is active while a member is");
  return last.ActiveState === "failed"
    ? good("job-failed", `its last run failed: ${endCause(last).detail}`)
    : good("loaded", "loaded; its timer or path starts it");
}

/** True for the verdict on a job whose last run failed: nothing that a change did, but unhealthy. */
export function isFailedJob({ cause }: Verdict): boolean {
  return cause === "job-failed";
}

/**
 * The verdict on a unit that has failed for good already, so that waiting longer is of no use; null while it
 * may still turn out well.
 */
export function earlyFailure(unit: UnitResource, sample: UnitProperties): Verdict | null {
  const isGone = loadCause(sample) !== null && sample.LoadState !== undefined;
  const isDown =
    unit.running &&
    (sample.ActiveState === "failed" || isWaitingForRestart(sample) || isStopped(unit, sample));
  return isGone || isDown ? judgeUnit(unit, [sample]) : null;
}

/** States of units that are there to stay, by the suffix of their names (systemctl --state=help). */
const GOOD_STATES: { readonly [suffix: string]: readonly string[] } = {
  socket: ["listening", "running"],
  timer: ["waiting", "running", "elapsed"],
  path: ["waiting", "running"],
  mount: ["mounted"],
  slice: ["active"],
  target: ["active"],
};

function judgeActivity(
  unit: UnitResource,
  samples: readonly UnitProperties[],
  last: UnitProperties,
  before: BeforeAct | null,
): UnitJudgement {
  if (isEphemeral(unit, last)) return judgeEphemeral(samples, last);
  const wrong = samples.findLast((sample) => !isSettled(unit, sample));
  if (wrong !== undefined) return explain(unit, samples, wrong);
  // A program that went on running may name another main process; what started anew names its own at once.
  const watched = before === null ? samples : samples.map(({ MainPID: _, ...rest }) => rest);
  return judgeConstancy(watched) ?? good(last.SubState ?? "active", sayRunning(last));
}

/** A oneshot is inactive again once its work is done; with RemainAfterExit= only where there was none. */
function isEphemeral(unit: UnitResource, sample: UnitProperties): boolean {
  if (!unit.unit.endsWith(".service") || unit.type !== "oneshot") return false;
  return sample.RemainAfterExit !== "yes" || isIdle(sample);
}

function isIdle(sample: UnitProperties): boolean {
  return sample.ActiveState === "inactive" && isUnneeded(sample);
}

function judgeEphemeral(samples: readonly UnitProperties[], last: UnitProperties): UnitJudgement {
  if (isIdle(last)) return good("condition", `nothing to do: ${endCause(last).detail}`);
  if (last.ActiveState === "inactive" && (last.Result ?? "success") === "success")
    return good("exited", "the work is done, exit status 0");
  if (last.ActiveState === "activating" && !isWaitingForRestart(last))
    return bad("activating", "the work is still under way");
  return explainEnd(samples, last);
}

function isSettled(unit: UnitResource, sample: UnitProperties): boolean {
  if (sample.ActiveState !== "active") return false;
  const suffix = unit.unit.slice(unit.unit.lastIndexOf(".") + 1);
  const good = GOOD_STATES[suffix];
  if (suffix !== "service") return good === undefined || good.includes(sample.SubState ?? "");
  return sample.SubState === "running" || (sample.SubState === "exited" && sample.RemainAfterExit === "yes");
}

/** The last unhealthy sample explains itself, unless the unit is only on its way. */
function explain(
  unit: UnitResource,
  samples: readonly UnitProperties[],
  wrong: UnitProperties,
): UnitJudgement {
  const state = wrong.ActiveState ?? "unknown";
  if (state === "failed" || state === "inactive" || isWaitingForRestart(wrong))
    return explainEnd(samples, wrong);
  if (state === "active")
    return bad(
      wrong.SubState ?? "active",
      `${unit.unit} is active, but in the state ${wrong.SubState ?? "unknown"}`,
    );
  const moved = judgeConstancy(samples);
  if (moved !== null) return moved;
  return bad(
    state,
    state === "activating"
      ? notReady(unit, wrong)
      : `it is ${state} (${wrong.SubState ?? "unknown"}), not active`,
  );
}

function notReady(unit: UnitResource, sample: UnitProperties): string {
  const waits = unit.type.startsWith("notify") ? " and has not said READY=1 yet" : "";
  return `it is still starting (${sample.SubState ?? "unknown"})${waits}`;
}

/**
 * What a restart loop ended with matters less than the loop, unless systemd names a cause that no other start
 * will cure.
 */
function explainEnd(samples: readonly UnitProperties[], wrong: UnitProperties): UnitJudgement {
  const cause = endCause(wrong);
  const restarts = Number(wrong.NRestarts ?? "0");
  const burst = Number(wrong.StartLimitBurst ?? "0");
  if (wrong.ActiveState === "failed" && burst > 0 && restarts >= burst) {
    return named(
      "start-limit",
      cause,
      `systemd gave up after ${sayRestarts(restarts)} (StartLimitBurst=${burst})`,
    );
  }
  if (isWaitingForRestart(wrong) || wasRestarted(samples)) {
    const how = restarts === 0 ? "" : `, ${sayRestarts(restarts)} so far`;
    return named("crash-loop", cause, `systemd keeps restarting it${how}`);
  }
  return bad(cause.cause, cause.detail);
}

/** The end of the one process is no restart: another run has another id. */
function wasRestarted(samples: readonly UnitProperties[]): boolean {
  const runs = new Set(
    samples.flatMap(({ InvocationID: id }) => (id === undefined || id === "" ? [] : [id])),
  );
  const counts = new Set(samples.flatMap(({ NRestarts: count }) => (count === undefined ? [] : [count])));
  return runs.size > 1 || counts.size > 1;
}

function sayRestarts(count: number): string {
  return count === 1 ? "1 restart" : `${count} restarts`;
}

function named(name: string, cause: Cause, detail: string): UnitJudgement {
  return bad(cause.isGeneric ? name : cause.cause, `${cause.detail}\n${detail}`);
}

/** Null when it was one and the same process in all samples; monotonic counters and ids only, no clock. */
function judgeConstancy(samples: readonly UnitProperties[]): UnitJudgement | null {
  const [first = {}] = samples;
  for (const sample of samples) {
    if (Number(sample.NRestarts ?? "0") > Number(first.NRestarts ?? "0")) {
      return bad(
        "crash-loop",
        `systemd restarted it while it was watched: NRestarts went from ${first.NRestarts ?? "0"} to ` +
          `${sample.NRestarts ?? "0"}`,
      );
    }
    if ((sample.InvocationID ?? "") !== (first.InvocationID ?? ""))
      return bad("crash-loop", "it was started again while it was watched (its InvocationID changed)");
    if ((sample.MainPID ?? "0") !== (first.MainPID ?? "0")) {
      return bad(
        "main-pid-changed",
        `its main process changed while it was watched, from ${first.MainPID ?? "0"} to ` +
          `${sample.MainPID ?? "0"}`,
      );
    }
  }
  return null;
}

function isStopped(unit: UnitResource, sample: UnitProperties): boolean {
  return sample.ActiveState === "inactive" && !isEphemeral(unit, sample);
}

function sayRunning(sample: UnitProperties): string {
  const pid = Number(sample.MainPID ?? "0");
  const status = sample.StatusText === undefined || sample.StatusText === "" ? "" : `: ${sample.StatusText}`;
  return `${sample.SubState ?? ""}${pid > 0 ? `, main process ${pid}` : ""}${status}`;
}

function verdict(
  unit: UnitResource,
  sample: UnitProperties,
  { ok, cause, detail, note }: UnitJudgement,
): Verdict {
  const said = !ok && sample.StatusText ? `\nit reports: ${sample.StatusText}` : "";
  return {
    unit: unit.unit,
    ok,
    cause,
    isActive: sample.ActiveState ?? "unknown",
    detail: `${detail}${said}`,
    ...(note === undefined ? {} : { note }),
  };
}

function good(cause: string, detail: string): UnitJudgement {
  return { ok: true, cause, detail };
}

function bad(cause: string, detail: string): UnitJudgement {
  return { ok: false, cause, detail };
}
