/** How a run went: each host's report, and the events that every output is made of. */
import type { Work } from "./plan.ts";
import type { HealthResult, Verdict } from "./verify.ts";

/** How a host's story ended. */
export type HostStatus =
  | "unchanged"
  | "changed"
  | "rolled-back"
  | "failed"
  | "unreachable"
  | "skipped"
  | "unknown";

/** Whether the host is as it was wanted. One that was skipped is not, and is no trouble either. */
export function isAsWanted(status: HostStatus): boolean {
  return status === "changed" || status === "unchanged";
}

/** Whether something went wrong on the host. */
export function isTrouble(status: HostStatus): boolean {
  return !isAsWanted(status) && status !== "skipped";
}

/** A run's number as it is shown: its beginning, which says which one. */
export const shortRun = (run: string): string => run.slice(0, 12);

/** Whose fault a failed host was; decides the exit code. */
export type FailureCause =
  | "conflict"
  | "locked"
  | "refused"
  | "unhealthy"
  | "unreachable"
  | "rollback-failed"
  | "unknown"
  | "host"
  | "interrupted";

/**
 * A file or link that an undone change had made, changed or removed: its text before and after, null where
 * there was none, and where it is secret or no text.
 */
export type Difference = {
  readonly path: string;
  readonly change: "create" | "update" | "remove";
  readonly secret: boolean;
  readonly before: string | null;
  readonly after: string | null;
};

/** One host's end in one play. */
export type HostReport = {
  readonly host: string;
  readonly play: string;
  readonly status: HostStatus;
  readonly cause: FailureCause | null;
  readonly services: readonly string[];
  readonly durationMilliseconds: number;
  /** Why, for the operator; several lines allowed. Empty when all is well. */
  readonly message: string;
  readonly hint: string | null;
  readonly verdicts: readonly Verdict[];
  readonly health: readonly HealthResult[];
  /** What the host had changed when it failed; empty when all is well. */
  readonly differences: readonly Difference[];
  /** Journal lines per unit that failed, newest last, sanitised. */
  readonly journal: readonly { readonly unit: string; readonly lines: readonly string[] }[];
  readonly changes: number;
  readonly actions: readonly string[];
  readonly transaction: string | null;
};

/** One host that a run of the project changed, oldest first. at: milliseconds since the epoch. */
export type AppliedHost = {
  readonly host: string;
  readonly environment: string;
  readonly play: string;
  readonly services: readonly string[];
  readonly transaction: string | null;
  readonly at: number;
};

/** A host that nothing is planned for. left: what it is no longer in; at: when it was last changed. */
export type LeftHost = {
  readonly host: string;
  readonly left: "inventory" | "plays";
  readonly services: readonly string[];
  readonly at: number;
};

/** What happens while hosts are worked on; the one source of every output. */
export type DeployEvent =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly environment: string;
      /** Commit of the project's Git tree, or `none`; and whether the tree is as committed. */
      readonly commit: string;
      readonly tree: "clean" | "dirty" | "unknown";
      readonly hosts: readonly string[];
      readonly plays: readonly string[];
    }
  | { readonly type: "play-started"; readonly play: string; readonly hosts: readonly string[] }
  | {
      readonly type: "batch-started";
      readonly play: string;
      readonly batch: number;
      readonly batches: number;
      readonly hosts: readonly string[];
    }
  | {
      readonly type: "host-stage";
      readonly play: string;
      readonly host: string;
      readonly stage: HostStage;
      readonly detail: string;
    }
  | { readonly type: "host-finished"; readonly report: HostReport }
  | { readonly type: "batch-finished"; readonly play: string; readonly batch: number; readonly ok: boolean }
  | { readonly type: "run-interrupted"; readonly detached: boolean; readonly message: string }
  | { readonly type: "run-finished"; readonly reports: readonly HostReport[]; readonly exitCode: number };

/**
 * What is about to be done to a host, and for how long it is watched afterwards, in seconds: its units for
 * settleSeconds, its checks until deadlineSeconds.
 */
export type HostWork = {
  readonly type: "host-work";
  readonly play: string;
  readonly host: string;
  readonly work: Work;
  readonly settleSeconds: number;
  readonly deadlineSeconds: number;
};

/** What a reporter hears: the events, and what is for people alone. */
export type RunEvent = DeployEvent | HostWork;

/** Where a host's story is. */
export type HostStage =
  | "connect"
  | "observe"
  | "recover"
  | "upload"
  | "launch"
  | "apply"
  | "settle"
  | "confirm"
  | "undo";
