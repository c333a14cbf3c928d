/** What a rehearsal found → notices of the plans, counting only what the plans' own files make worse. */

import type { Notice } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import { judgeRotation } from "./judge-rotation.ts";
import { judgeUnits } from "./judge-units.ts";
import type { Planned, RehearsalAnswer, RehearsalFinding, RehearsalRequest } from "./rehearsal.ts";

/** More than these are counted only. */
const MOST = 20;

/**
 * The notices of each target: those about its own files; what is about none is with the first that writes
 * such files. systemd: the host's version.
 */
export function judgeRehearsal(
  planned: readonly Planned[],
  request: RehearsalRequest,
  answer: RehearsalAnswer,
  systemd: number,
): ReadonlyMap<HostTarget, readonly Notice[]> {
  const findings = [
    ...judgeUnits(planned, request, answer, systemd),
    ...judgeRotation(planned, request, answer),
  ];
  const all = planned.map(({ target }) => target);
  const byTarget = Map.groupBy(findings, ({ path }) => ownerOf(planned, path) ?? all[0]);
  return new Map(all.map((target) => [target, noticesOf(byTarget.get(target) ?? [])]));
}

function ownerOf(planned: readonly Planned[], path: string | null): HostTarget | null {
  const found = planned.find(({ plan }) =>
    plan.changes.some(({ resource }) => resource.kind === "file" && resource.path === path),
  );
  return found?.target ?? null;
}

/** What refuses the apply comes first, so that it is never among those that are left out. */
function noticesOf(findings: readonly RehearsalFinding[]): readonly Notice[] {
  const sorted = (["error", "warning", "info"] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const shown = sorted
    .slice(0, MOST)
    .map(({ severity, text }): Notice => ({ severity, code: "rehearsal", text }));
  const left = sorted.length - shown.length;
  return left === 0
    ? shown
    : [
        ...shown,
        {
          severity: "warning",
          code: "rehearsal",
          text: `systemd and logrotate report ${left} more things about these files`,
        },
      ];
}
