/**
 * What `status` gets from a host and what it reports: the shapes between the host's script, the judgement
 * and the reports.
 */
import type { OpenTransaction, UnitProperties } from "../model/observation.ts";

/** What /proc says of a unit's main process; null where it may not be read. */
export type ProcessFacts = {
  readonly pid: number;
  /** Target of /proc/PID/exe, with " (deleted)" at its end where the kernel says so. */
  readonly exe: string | null;
  readonly openFiles: number | null;
  /** The soft limit of "Max open files"; null: none, or not to be read. */
  readonly openFilesLimit: number | null;
};

/** The last run of the project that the host has in its own record. */
export type LastRun = {
  /** 32 hex digits. */
  readonly run: string;
  readonly user: string;
  readonly controller: string;
  readonly commit: string;
  readonly tree: string;
  /** confirmed, rolled-back, … as the host's record has it. */
  readonly result: string;
  /** Seconds before the answer; null: the host does not know. */
  readonly agoSeconds: number | null;
};

/** A host's answer, checked. Times are seconds by the host's clock. */
export type StatusAnswer = {
  readonly machineId: string;
  readonly bootId: string;
  /** Since boot, and since the epoch. */
  readonly uptime: number;
  readonly clock: number;
  readonly uid: number;
  readonly units: ReadonlyMap<string, UnitProperties>;
  /** By process id. */
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  /** Path of a `current` link → where it points, and when it was made. */
  readonly links: ReadonlyMap<string, { readonly target: string; readonly changedAt: number }>;
  readonly lastRun: LastRun | null;
  /** Of any project. */
  readonly transactions: readonly OpenTransaction[];
};

/** What to ask a host for. */
export type StatusRequest = {
  readonly project: string;
  readonly units: readonly string[];
  readonly links: readonly string[];
};

/**
 * How a unit is, in one word. idle: is there and need not run (a slice without members, work that is done).
 */
export type StateKind =
  | "running"
  | "idle"
  | "starting"
  | "stopping"
  | "crash-loop"
  | "failed"
  | "stopped"
  | "not-installed"
  | "masked"
  | "bad-unit";

/** What a service runs. */
export type Version = {
  /**
   * What the process runs, with " (deleted)" where its program is gone; null: unknown, or the service has no
   * release.
   */
  readonly running: string | null;
  /** What `current` points to. */
  readonly current: string | null;
  /** What the program behind `current` says of itself; null: it was not asked, or said none. */
  readonly says: string | null;
};

/** One unit of a service on a host. Null: the host does not say. */
export type UnitStatus = {
  readonly service: string;
  readonly unit: string;
  /** The unit that stands for its service. */
  readonly main: "yes" | "no";
  readonly state: StateKind;
  /** The state as it is shown, e.g. "running", "mounted", "failed (exit-code)". */
  readonly word: string;
  /** Why it is unhealthy; empty when it is healthy. */
  readonly detail: string;
  /** As systemd has it, e.g. active and running. */
  readonly activeState: string;
  readonly subState: string;
  readonly version: Version;
  readonly sinceSeconds: number | null;
  readonly restarts: number | null;
  readonly pid: number | null;
  readonly invocation: string | null;
  readonly memory: {
    readonly bytes: number;
    readonly limit: number | null;
    readonly limitOf: "unit" | "slice" | null;
  } | null;
  readonly openFiles: { readonly count: number; readonly limit: number | null } | null;
  readonly tasks: number | null;
};

/**
 * Whether a unit on a host is as declared. unknown: what it takes to know is not here; not-looked: no one
 * asked.
 */
export type DriftMark = "none" | "drift" | "unknown" | "not-looked";

/**
 * One host that answered. drift: by unit; transactions: what has begun on it and not ended, of any project.
 */
export type StatusOfHost = {
  readonly host: string;
  readonly units: readonly UnitStatus[];
  readonly lastRun: LastRun | null;
  readonly transactions: readonly OpenTransaction[];
  readonly drift: ReadonlyMap<string, DriftMark>;
};

/**
 * What a row is called: the service, or the instance of it (web@blue), or a unit beside it by its whole name.
 */
export function rowName({ main, service, unit }: UnitStatus): string {
  if (main === "no") return unit;
  return unit.includes("@") ? unit.replace(/\.service$/, "") : service;
}

/** True for a unit that no one has to get up for. */
export function isWell(unit: UnitStatus): boolean {
  return unit.state === "running" || unit.state === "idle";
}
