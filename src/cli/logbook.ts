/** What a command tells about itself while it runs; its reports are made of it at the end. */

import type { Project } from "../core/model/declared.ts";
import type { DeployEvent } from "../core/model/run.ts";
import type { PlanView } from "../core/plan/planned.ts";
import type { RunIdentity } from "../deploy/context.ts";
import type { DriftView } from "../report/drift/drift-view.ts";

/** What is known by now; null: not yet, or not of this command. */
export type LogbookEntries = {
  readonly project: Project | null;
  readonly run: RunIdentity | null;
  readonly plan: PlanView | null;
  readonly drift: DriftView | null;
  readonly events: readonly DeployEvent[];
  /** What the user must see at the very end, a line each: nothing that the command itself depends on. */
  readonly notices: readonly string[];
};

/** Written while a command runs, read once. */
export type Logbook = {
  readonly note: (entries: Partial<Omit<LogbookEntries, "events" | "notices">>) => void;
  readonly hear: (event: DeployEvent) => void;
  readonly tell: (notice: string) => void;
  readonly read: () => LogbookEntries;
};

/** An empty one. */
export function makeLogbook(): Logbook {
  let noted: Omit<LogbookEntries, "events" | "notices"> = {
    project: null,
    run: null,
    plan: null,
    drift: null,
  };
  const events: DeployEvent[] = [];
  const notices: string[] = [];
  return {
    note: (entries) => {
      noted = { ...noted, ...entries };
    },
    hear: (event) => {
      events.push(event);
    },
    tell: (notice) => {
      notices.push(notice);
    },
    read: () => ({ ...noted, events, notices }),
  };
}
