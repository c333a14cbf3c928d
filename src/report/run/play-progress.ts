/** How far a play is, from its events alone: what the live display shows in one row. */
import type { DeployEvent, HostReport, HostStage } from "../../core/model/run.ts";
import { isTrouble } from "./summary-table.ts";

/** One play's state. stages: where each host that has begun and not ended is. */
export type PlayProgress = {
  readonly play: string;
  readonly hosts: number;
  readonly batch: { readonly number: number; readonly of: number } | null;
  readonly stages: ReadonlyMap<string, HostStage>;
  readonly finished: readonly HostReport[];
};

/** A play of which nothing is known but its name. */
export function makeProgress(play: string): PlayProgress {
  return { play, hosts: 0, batch: null, stages: new Map(), finished: [] };
}

/** The state after an event; events of other plays change nothing. */
export function advance(progress: PlayProgress, event: DeployEvent): PlayProgress {
  switch (event.type) {
    case "play-started":
      return event.play === progress.play ? { ...progress, hosts: event.hosts.length } : progress;
    case "batch-started":
      return event.play === progress.play
        ? { ...progress, batch: { number: event.batch, of: event.batches } }
        : progress;
    case "host-stage":
      return event.play === progress.play
        ? { ...progress, stages: new Map(progress.stages).set(event.host, event.stage) }
        : progress;
    case "host-finished":
      return event.report.play === progress.play ? finish(progress, event.report) : progress;
    case "run-started":
    case "batch-finished":
    case "run-interrupted":
    case "run-finished":
      return progress;
  }
}

/** The row: `gateways: 3 of 20 hosts, 1 failed, batch 2 of 3; upload 2, settle 1`. */
export function progressTitle(progress: PlayProgress): string {
  if (progress.hosts === 0) return `${progress.play}: waiting`;
  const failed = progress.finished.filter((report) => isTrouble(report.status)).length;
  const skipped = progress.finished.filter((report) => report.status === "skipped").length;
  const parts = [
    `${progress.finished.length - skipped} of ${progress.hosts} ${progress.hosts === 1 ? "host" : "hosts"}`,
  ];
  if (failed > 0) parts.push(`${failed} not well`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (progress.batch !== null && progress.batch.of > 1)
    parts.push(`batch ${progress.batch.number} of ${progress.batch.of}`);
  const stages = countStages(progress.stages);
  return `${progress.play}: ${parts.join(", ")}${stages === "" ? "" : `; ${stages}`}`;
}

function finish(progress: PlayProgress, report: HostReport): PlayProgress {
  const stages = new Map(progress.stages);
  stages.delete(report.host);
  return { ...progress, stages, finished: [...progress.finished, report] };
}

/** A few hosts by name, more by number: the row stays one row. */
function countStages(stages: ReadonlyMap<string, HostStage>): string {
  if (stages.size <= 2) return [...stages].map(([host, stage]) => `${host} ${stage}`).join(", ");
  const counts = new Map<HostStage, number>();
  for (const stage of stages.values()) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  return [...counts].map(([stage, count]) => `${stage} ${count}`).join(", ");
}
