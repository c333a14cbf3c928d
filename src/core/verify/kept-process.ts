/** Whether a process that was to be left as it is still is the one from before the act. */
import type { UnitProperties } from "../model/observation.ts";
import type { UnitResource } from "../model/resource.ts";
import type { BeforeAct } from "../model/verify.ts";
import { isWaitingForRestart } from "./cause.ts";

/** What a unit turned out to be, before its state is put to it. */
export type UnitJudgement = {
  readonly ok: boolean;
  readonly cause: string;
  readonly detail: string;
  readonly note?: string;
};

/**
 * The judgement beside what was before: a reload that ended the process is the reason, whatever came of it.
 */
export function againstBefore(
  { unit, type }: UnitResource,
  found: UnitJudgement,
  before: BeforeAct,
  first: UnitProperties,
  last: UnitProperties,
): UnitJudgement {
  if (!unit.endsWith(".service") || type === "oneshot") return found;
  // A signal ends a process in its own time, also behind the first sample.
  const isLate = before.act === "reload" && !found.ok && isUp(last);
  const then = isLate ? last : first;
  if (!found.ok && !isLate && then.ActiveState !== "active") {
    const words = before.act === "reload" ? "it ran until it was reloaded" : "it ran until the change";
    return { ...found, detail: `${found.detail}\n${words}` };
  }
  // Another main process that the program names only while it is watched is seen in the last sample alone.
  const kept = judgeKept(before, then) ?? (found.ok ? judgeKept(before, last) : null);
  if (kept === null) return found;
  if (kept.kind === "note") return found.ok ? { ...found, note: kept.text } : found;
  return { ok: false, cause: kept.cause, detail: found.ok ? kept.detail : `${kept.detail}\n${found.detail}` };
}

/** It runs, or systemd is about to start it anew. */
function isUp(sample: UnitProperties): boolean {
  return sample.ActiveState === "active" || sample.ActiveState === "activating";
}

/**
 * Null: it is the same. bad: systemd started another, and why that is no success. note: the same run of the
 * unit has another main process, which the program named itself (MAINPID= of sd_notify(3), or its PIDFile=).
 */
type KeptProcess =
  | { readonly kind: "bad"; readonly cause: string; readonly detail: string }
  | { readonly kind: "note"; readonly text: string };

/**
 * before: as the unit was before the act; after: a sample behind it. Ids and counters only, no clock.
 */
function judgeKept({ sample: before, act }: BeforeAct, after: UnitProperties): KeptProcess | null {
  const [pid, newPid] = [before.MainPID ?? "0", after.MainPID ?? "0"];
  const restarts = [before.NRestarts ?? "0", after.NRestarts ?? "0"] as const;
  const isOther = before.InvocationID !== undefined && (after.InvocationID ?? "") !== before.InvocationID;
  if (isOther || Number(restarts[1]) > Number(restarts[0])) {
    const who =
      act === "reload" ? "the reload ended the process" : "the process ended, although nothing restarts it";
    return {
      kind: "bad",
      cause: act === "reload" ? "reload-ended-it" : "restarted",
      detail:
        `${who}, and systemd started it anew: main process ${pid} → ${newPid}, ` +
        `NRestarts ${restarts[0]} → ${restarts[1]}`,
    };
  }
  if (act === "reload" && isWaitingForRestart(after)) {
    const detail = `the reload ended the process, and systemd starts it anew: it was main process ${pid}`;
    return { kind: "bad", cause: "reload-ended-it", detail };
  }
  if (pid === newPid || pid === "0" || newPid === "0") return null;
  return {
    kind: "note",
    text: `its main process is ${newPid} now, it was ${pid}: the program named it itself`,
  };
}
