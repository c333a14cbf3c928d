/** What the drift reporters are given, and its totals. */
import type { IgnoredFinding } from "../../core/drift/ignore.ts";
import type { SvcdeployError } from "../../core/errors.ts";
import type { IgnoreRule } from "../../core/model/declared.ts";
import type { Finding } from "../../core/model/plan.ts";
import type { HealthResult } from "../../core/model/verify.ts";
import { countOrigins } from "./drift-since.ts";

/** What became of a finding where healing was asked for, and why. */
export type HealOutcome = {
  readonly outcome: "heal" | "healed" | "left" | "flapping" | "failed";
  readonly why: string;
};
/** A finding as it is reported. */
export type DriftFinding = Finding & { readonly heal?: HealOutcome };

/** One host in one play: how it differs, or why it could not be looked at. */
export type DriftHost = {
  readonly host: string;
  readonly play: string;
  readonly services: readonly string[];
  readonly findings: readonly DriftFinding[];
  /** What was found and healed by this run; in no other count. */
  readonly healed?: readonly DriftFinding[];
  /** What the project's rules ignore; in no other count. */
  readonly ignored: readonly IgnoredFinding[];
  /** The host's clock when it was looked at, in seconds since the epoch; null: unknown. */
  readonly clock: number | null;
  readonly error: SvcdeployError | null;
};
/** Every selected host of an environment. health without: live checks were not asked. */
export type DriftView = {
  readonly environment: string;
  readonly health: "with" | "without";
  readonly hosts: readonly DriftHost[];
  readonly rules: RuleNotes;
};
/** Ignore rules past their date, and those that ignored nothing (why: where that is known). */
export type RuleNotes = {
  readonly expired: readonly IgnoreRule[];
  readonly unmatched: readonly { readonly rule: IgnoreRule; readonly why: string | null }[];
};

/** A live check that failed, as a finding: the process is there and does not answer. */
export function healthFinding(result: HealthResult): Finding {
  return {
    kind: "health",
    service: result.service,
    subject: result.check,
    text: result.detail,
    origin: "host",
    since: null,
    change: null,
  };
}

/** The summary in one sentence; a host that was not seen is never called clean. */
export function summariseDrift(view: DriftView): string {
  const failed = namesWhere(view, (host) => host.error !== null);
  const drifted = namesWhere(view, (host) => host.findings.length > 0);
  const all = namesWhere(view, () => true);
  const findings = view.hosts.flatMap((host) => host.findings);
  const seen = all - failed;
  const unseen = failed === 0 ? "" : ` ${failed} of ${all} hosts could not be looked at.`;
  if (seen === 0) return "No host could be looked at.";
  const ignored = view.hosts.reduce((sum, host) => sum + host.ignored.length, 0);
  const known = ignored === 0 ? "" : `, ${ignored} ignored by rules`;
  if (drifted === 0)
    return `No drift: ${seen} ${seen === 1 ? "host is" : "hosts are"} as declared${known}.${unseen}`;
  const count = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
  return `Drift: ${count} on ${drifted} of ${seen} ${seen === 1 ? "host" : "hosts"} (${countOrigins(findings)}${known}).${unseen}`;
}

/** ", 1 healed, 2 ignored by rules", or nothing. */
export function sayBeside({ ignored, healed = [] }: DriftHost): string {
  return `${healed.length === 0 ? "" : `, ${healed.length} healed`}${ignored.length === 0 ? "" : `, ${ignored.length} ignored by rules`}`;
}

function namesWhere(view: DriftView, holds: (host: DriftHost) => boolean): number {
  return new Set(view.hosts.filter(holds).map((host) => host.host)).size;
}
