/** What the drift reporters are given, and its totals. */
import type { DriftHost, RuleNotes } from "../../core/drift/host-drift.ts";
import { countOrigins } from "./drift-since.ts";

/** Every selected host of an environment. health without: live checks were not asked. */
export type DriftView = {
  readonly environment: string;
  readonly health: "with" | "without";
  readonly hosts: readonly DriftHost[];
  readonly rules: RuleNotes;
};

/** The summary in one sentence; a host that was not seen is never called clean. */
export function summariseDrift(view: DriftView): string {
  const failed = namesWhere(view, (host) => host.error !== null);
  const drifted = namesWhere(view, (host) => host.findings.length > 0);
  const all = namesWhere(view, () => true);
  const findings = view.hosts.flatMap((host) => host.findings);
  const seen = all - failed;
  const unseen = failed === 0 ? "" : ` ${failed} of ${all} hosts could not be checked.`;
  if (seen === 0) return "No host could be checked.";
  const ignored = view.hosts.reduce((sum, host) => sum + host.ignored.length, 0);
  const known = ignored === 0 ? "" : `, ${ignored} ignored by rules`;
  if (drifted === 0)
    return `No drift: ${seen} ${seen === 1 ? "host is" : "hosts are"} as declared${known}.${unseen}`;
  const count = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
  return (
    `Drift: ${count} on ${drifted} of ${seen} ${seen === 1 ? "host" : "hosts"} ` +
    `(${countOrigins(findings)}${known}).${unseen}`
  );
}

/** ", 1 healed, 2 ignored by rules", or nothing. */
export function sayBeside({ ignored, healed = [] }: DriftHost): string {
  const put = healed.length === 0 ? "" : `, ${healed.length} healed`;
  return ignored.length === 0 ? put : `${put}, ${ignored.length} ignored by rules`;
}

function namesWhere(view: DriftView, holds: (host: DriftHost) => boolean): number {
  return new Set(view.hosts.filter(holds).map((host) => host.host)).size;
}
