/** What this machine remembers of a run: plain data, without secrets, ready to be kept and shown again. */
import type { HostReport } from "../model/run.ts";

/** One host's end in one play. */
export type RecordedHost = Omit<HostReport, "differences">;

/** What was going to be done, in lines as the plan showed them; hosts that needed the same are together. */
export type RecordedPlan = {
  readonly play: string;
  readonly hosts: readonly string[];
  readonly lines: readonly string[];
};

/** One run. Times: milliseconds since the epoch, and of duration. */
export type RecordedRun = {
  /** 32 hex digits. */
  readonly id: string;
  /** As it was typed, without the program's name. */
  readonly commandLine: readonly string[];
  readonly project: string;
  /** Absolute. */
  readonly folder: string;
  readonly environment: string;
  readonly user: string;
  readonly controller: string;
  /** A commit, or `none`. */
  readonly commit: string;
  readonly tree: "clean" | "dirty" | "unknown";
  readonly startedAt: number;
  /**
   * How it ended; null: its end was never recorded, because it is under way, was killed, or lost its machine.
   */
  readonly end: { readonly durationMilliseconds: number; readonly exitCode: number } | null;
  /** All hosts that were to be worked on. */
  readonly selected: readonly string[];
  readonly hosts: readonly RecordedHost[];
  readonly plans: readonly RecordedPlan[];
};

/**
 * The report as it may be kept: no secret in what a host or a program said. The differences are among the
 * run's plans.
 */
export function makeRecordedHost(
  { differences: _, ...report }: HostReport,
  redact: (text: string) => string,
): RecordedHost {
  return {
    ...report,
    message: redact(report.message),
    hint: report.hint === null ? null : redact(report.hint),
    verdicts: report.verdicts.map((verdict) => ({ ...verdict, detail: redact(verdict.detail) })),
    health: report.health.map((result) => ({
      ...result,
      check: redact(result.check),
      detail: redact(result.detail),
    })),
    journal: report.journal.map(({ unit, lines }) => ({ unit, lines: redact(lines.join("\n")).split("\n") })),
  };
}

/** A run's plans hold at most so many characters; what is more is left out, and said to be. */
const MAX_PLAN_LENGTH = 256 * 1024;

/** The plans within their cap, in order. */
export function capPlans(plans: readonly RecordedPlan[]): readonly RecordedPlan[] {
  let left = MAX_PLAN_LENGTH;
  return plans.map((plan) => {
    const lines: string[] = [];
    for (const line of plan.lines) {
      left -= line.length + 1;
      if (left < 0) break;
      lines.push(line);
    }
    const missing = plan.lines.length - lines.length;
    return missing === 0
      ? plan
      : { ...plan, lines: [...lines, `… not kept: ${missing} ${missing === 1 ? "line" : "lines"}`] };
  });
}
