/** What one command did, as data: every report file is a function of this. */
import type { Problem, SvcdeployError } from "../../core/errors.ts";
import type { DeployEvent, HostReport } from "../../core/model/run.ts";
import type { PlanView } from "../../core/plan/planned.ts";
import type { DriftView } from "../drift/drift-view.ts";
import type { ReportedCommand } from "./report-kinds.ts";

/** Why a command ended before its time. problems: the mistakes of a ConfigError, else none. */
export type RunError = {
  readonly code: SvcdeployError["code"] | "bug";
  readonly message: string;
  readonly hint: string | null;
  readonly problems: readonly Problem[];
};

/** Which state of the project, and by which run. commit: `none` outside a Git tree. */
export type RunOrigin = {
  readonly run: string;
  readonly commit: string;
  readonly tree: "clean" | "dirty" | "unknown";
};

/** One command from its start to its end. Times: milliseconds, the start since the epoch. */
export type RunLog = {
  readonly command: ReportedCommand;
  /** The project's name; null when it could not be read. */
  readonly project: string | null;
  readonly environment: string | null;
  readonly origin: RunOrigin;
  /** The project's folder relative to the repository's, ended by a slash; empty when they are one. */
  readonly folder: string;
  readonly startedAt: number;
  readonly durationMilliseconds: number;
  readonly exitCode: number;
  readonly events: readonly DeployEvent[];
  readonly plan: PlanView | null;
  readonly drift: DriftView | null;
  readonly error: RunError | null;
};

/**
 * A report: the log in, the file's whole text out. redact must see each text before it is escaped in a form
 * that it cannot read.
 */
export type ReportFormat = (log: RunLog, redact: (text: string) => string) => string;

/** How each host ended in each play, as far as it came to that. */
export function reportsOf(log: Pick<RunLog, "events">): readonly HostReport[] {
  const last = log.events.findLast((event) => event.type === "run-finished");
  if (last?.type === "run-finished") return last.reports;
  return log.events.flatMap((event) => (event.type === "host-finished" ? [event.report] : []));
}

/** "commit 1234abcd (dirty tree), run 5678": the subject of every report. */
export function originText({ origin }: RunLog): string {
  const tree = origin.commit === "none" ? "" : ` (${origin.tree} tree)`;
  return `commit ${origin.commit}${tree}, run ${origin.run}`;
}

/** A project file's path from the repository's folder, where a forge looks for it. */
export function pathOf({ folder }: RunLog, { file }: { readonly file: string }): string {
  return file.startsWith("/") ? file : folder + file;
}
