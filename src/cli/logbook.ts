/** What a command tells about itself while it runs; its reports are made of it at the end. */
import type { DeployEvent, Project } from "../core/model.ts";
import type { RunIdentity } from "../deploy/context.ts";
import type { DriftView } from "../report/drift-view.ts";
import type { PlanView } from "../report/plan-view.ts";

/** What is known by now; null: not yet, or not of this command. */
export type LogbookEntries = {
  readonly project: Project | null;
  readonly run: RunIdentity | null;
  readonly plan: PlanView | null;
  readonly drift: DriftView | null;
  readonly events: readonly DeployEvent[];
};

/** Written while a command runs, read once. */
export type Logbook = {
  readonly note: (entries: Partial<Omit<LogbookEntries, "events">>) => void;
  readonly hear: (event: DeployEvent) => void;
  readonly read: () => LogbookEntries;
};

/** An empty one. */
export function makeLogbook(): Logbook {
  let noted: Omit<LogbookEntries, "events"> = { project: null, run: null, plan: null, drift: null };
  const events: DeployEvent[] = [];
  return {
    note: (entries) => {
      noted = { ...noted, ...entries };
    },
    hear: (event) => {
      events.push(event);
    },
    read: () => ({ ...noted, events }),
  };
}
