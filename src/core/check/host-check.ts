/** The vocabulary of `svcdeploy check`: what a host said of itself, and what that comes to. */
import type { HostFacts, OpenTransaction } from "../model/observation.ts";

/**
 * The file system that holds a folder to which a deployment writes. Null counts: the host did not say, or the
 * file system has no such limit.
 */
export type Space = {
  readonly folder: string;
  readonly mount: string;
  /** False: mounted read-only. */
  readonly writable: boolean;
  readonly freeKib: number | null;
  readonly freeInodes: number | null;
};

/**
 * A lock of a package manager or configuration manager. pid null: a file is there, and nothing says whose
 * it is.
 */
export type ForeignLock = { readonly path: string; readonly pid: number | null; readonly program: string };

/** check.sh's answer, decoded; every text is sanitised. */
export type CheckAnswer = {
  readonly facts: HostFacts;
  readonly spaces: readonly Space[];
  readonly locks: readonly ForeignLock[];
  /** Other managers that run, with or without a lock. */
  readonly processes: readonly { readonly pid: number; readonly program: string }[];
  /** At most 50 units. */
  readonly failedUnits: readonly string[];
  readonly reboots: readonly ("required" | "scheduled")[];
  readonly transactions: readonly OpenTransaction[];
};

/**
 * The controller's clock in milliseconds since the epoch, right before the question was sent and right after
 * the answer came.
 */
export type AskedAt = { readonly sent: number; readonly answered: number };

/**
 * One thing about a host. bad: must be fixed before an apply; warn: an apply continues, but look at it; note:
 * good to know. commands: whole lines to copy; each says in a trailing comment where it is to be typed when
 * that is not here.
 */
export type CheckFinding = {
  readonly severity: "bad" | "warn" | "note";
  /** Stable name, e.g. `clock`. */
  readonly code: string;
  readonly text: string;
  /** What to do about it; null: nothing. */
  readonly fix: string | null;
  readonly commands: readonly string[];
};

/** What a host's check came to. mend: the host was seen and has something to fix. */
export type CheckStatus = "well" | "mend" | "refused" | "unreachable";

/** One host's check. machineId, systemd and cgroup are null where the host was not seen. */
export type HostCheck = {
  readonly host: string;
  readonly status: CheckStatus;
  readonly machineId: string | null;
  readonly systemd: number | null;
  readonly cgroup: "v1" | "v2" | null;
  readonly findings: readonly CheckFinding[];
};
