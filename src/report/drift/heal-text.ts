/** Healing for a terminal: what will be done, and how it ended. */

import type { DriftFinding } from "../../core/drift/host-drift.ts";
import type { Plan } from "../../core/model/plan.ts";
import type { PlanView } from "../../core/plan/planned.ts";
import { hang, type Line, line, plural, type Span, styled } from "../lines/text.ts";
import { actionTitle } from "../plan/plan-text.ts";
import { foldSame, hostList } from "../plan/plan-view.ts";
import type { DriftView } from "./drift-view.ts";

/** What becomes of a finding, loud where someone has to look; null without --heal. */
export function verdictSpan({ heal }: DriftFinding): Span | null {
  if (heal === undefined) return null;
  switch (heal.outcome) {
    case "heal":
      return styled("good", "will be healed");
    case "healed":
      return styled("good", "healed");
    case "left":
      return styled("plain", `not healed: ${heal.why}`);
    case "flapping":
      return styled("bad", `FLAPPING, not healed: ${heal.why}`);
    case "failed":
      return styled("bad", `healing failed: ${heal.why}`);
  }
}

/** What is done to whom; hosts to which the same is done as one. */
export function healAnnouncement({ plays }: PlanView, columns: number): readonly Line[] {
  const plans = plays.flatMap((each) => each.hosts).flatMap(({ plan }) => (plan === null ? [] : [plan]));
  const groups = foldSame(
    plans,
    ({ host }) => host,
    (plan) => [line(...doings(plan)), ...alongWith(plan, columns)],
  );
  return groups.flatMap(({ names, item }) => [
    ...hang(line("Healing ", styled("strong", hostList(names))), `: ${doings(item).join("; ")}`, columns, 4),
    ...alongWith(item, columns),
  ]);
}

function alongWith({ collateral }: Plan, columns: number): readonly Line[] {
  return collateral.flatMap(({ unit, because }) =>
    hang(line(styled("warn", "    along with it")), ` ${unit}: ${because}`, columns, 8),
  );
}

/** How it ended, in one sentence; what is left is the drift's summary to say. */
export function summariseHealing({ hosts }: DriftView): string {
  const healed = hosts.reduce((sum, host) => sum + (host.healed?.length ?? 0), 0);
  const failed = hosts
    .flatMap((host) => host.findings)
    .filter(({ heal }) => heal?.outcome === "failed").length;
  const on = new Set(hosts.filter((host) => (host.healed?.length ?? 0) > 0).map(({ host }) => host)).size;
  const failure = failed === 0 ? "" : ` ${plural(failed, "finding")} could not be healed.`;
  if (healed === 0) return `Nothing was healed.${failure}`;
  return `Healed: ${plural(healed, "finding")} on ${plural(on, "host")}.${failure}`;
}

function doings({ changes, actions }: Plan): readonly string[] {
  const paths = changes.map(({ resource }) => ("path" in resource ? resource.path : resource.id));
  const named = paths.length > 4 ? [...paths.slice(0, 3), `${paths.length - 3} more`] : paths;
  return [...(named.length === 0 ? [] : [`restore ${named.join(", ")}`]), ...actions.map(actionTitle)];
}
