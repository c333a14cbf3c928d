/** Exit codes: the stable contract, and the rule for several causes at once. */
import { SvcdeployError } from "./errors.ts";
import { type FailureCause, type HostReport, isTrouble } from "./model/run.ts";

/** The numbers by name. */
export const EXIT = {
  done: 0,
  failed: 1,
  pending: 2,
  partly: 3,
  unreachable: 4,
  rolledBack: 5,
  locked: 6,
  usage: 64,
  config: 65,
  bug: 70,
  refused: 77,
  interrupted: 130,
} as const;

/**
 * The exit code of a run from its hosts' reports. Interrupted wins; else the code that all unsuccessful hosts
 * share (4 only when every host was unreachable, and none was merely skipped), else 3. A skipped host is a
 * consequence, not a cause.
 */
export function exitCodeOf(reports: readonly HostReport[]): number {
  if (reports.some((report) => report.cause === "interrupted")) return EXIT.interrupted;
  const codes = reports.filter(({ status }) => isTrouble(status)).map(codeOfReport);
  const skipped = reports.filter((report) => report.status === "skipped").length;
  if (codes.length === 0) return skipped > 0 ? EXIT.partly : EXIT.done;
  return sharedCode(codes, { total: reports.length });
}

/**
 * The exit code of a command that only looks (plan, drift, verify's observation). failures: the cause of each
 * host that could not be observed. detailed "on" turns pending changes into 2; a host that was not seen never
 * counts as clean.
 */
export function exitCodeOfObservation(seen: {
  readonly changes: "none" | "pending";
  readonly detailed: "on" | "off";
  readonly failures: readonly FailureCause[];
  readonly total: number;
}): number {
  if (seen.failures.includes("interrupted")) return EXIT.interrupted;
  const codes = seen.failures.map(codeOfCause);
  if (codes.length > 0) return sharedCode(codes, seen);
  return seen.changes === "pending" && seen.detailed === "on" ? EXIT.pending : EXIT.done;
}

/** The exit code of an error that ended the whole run; anything that is not a SvcdeployError is our bug. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof SvcdeployError)) return EXIT.bug;
  if (error.code === "usage" || error.code === "selection") return EXIT.usage;
  if (error.code === "config") return EXIT.config;
  if (error.code === "interrupted") return EXIT.interrupted;
  return codeOfCause(causeOfError(error));
}

/** Whose fault a host's error is, before anything on it was changed. */
export function causeOfError(error: SvcdeployError): FailureCause {
  switch (error.code) {
    case "unreachable":
    case "timeout":
    case "connection-lost":
      return "unreachable";
    case "host-key":
    case "auth":
    case "login":
    case "sudo":
      return "refused";
    case "locked":
      return "locked";
    case "conflict":
      return "conflict";
    case "verify":
      return "unhealthy";
    case "interrupted":
      return "interrupted";
    case "config":
    case "usage":
    case "selection":
    case "history":
    case "host-step":
    case "host-answer":
    case "unsupported-host":
      return "host";
  }
}

function sharedCode(codes: readonly number[], all: { readonly total: number }): number {
  const [first] = codes;
  if (first === undefined || codes.some((code) => code !== first)) return EXIT.partly;
  return first === EXIT.unreachable && codes.length < all.total ? EXIT.partly : first;
}

/**
 * A rolled-back host is 5 only when it was put back because it was not healthy; a command's failure is 1
 * although it was undone.
 */
function codeOfReport(report: HostReport): number {
  if (report.status === "unknown") return EXIT.failed;
  if (report.status === "unreachable") return EXIT.unreachable;
  if (report.status === "rolled-back")
    return report.cause === "unhealthy" || report.cause === null
      ? EXIT.rolledBack
      : codeOfCause(report.cause);
  return report.cause === null || report.cause === "unhealthy" ? EXIT.failed : codeOfCause(report.cause);
}

function codeOfCause(cause: FailureCause): number {
  switch (cause) {
    case "unreachable":
      return EXIT.unreachable;
    case "refused":
      return EXIT.refused;
    case "locked":
      return EXIT.locked;
    case "unhealthy":
      return EXIT.rolledBack;
    case "interrupted":
      return EXIT.interrupted;
    case "conflict":
    case "rollback-failed":
    case "unknown":
    case "host":
      return EXIT.failed;
  }
}
