/** Healing for a terminal: what will be done, and how it ended. */
import type { Plan } from "../core/model.ts";
import type { DriftFinding, DriftView } from "./drift-view.ts";
import { actionTitle } from "./plan-text.ts";
import type { PlanView } from "./plan-view.ts";
import { hang, type Line, line, plural, styled } from "./text.ts";

/** What becomes of a finding; nothing where nobody asked for healing. */
export function verdictPhrase({ heal }: DriftFinding): string | null {
  if (heal === undefined) return null;
  switch (heal.outcome) {
    case "heal":
      return "will be healed";
    case "healed":
      return "healed";
    case "left":
      return `not healed: ${heal.why}`;
    case "failed":
      return `healing failed: ${heal.why}`;
  }
}

/** Each host with what is done to it. */
export function healAnnouncement({ plays }: PlanView, columns: number): readonly Line[] {
  const hosts = plays.flatMap((each) => each.hosts).flatMap(({ target, plan }) => (plan === null ? [] : [{ name: target.host.name, plan }]));
  return hosts.flatMap(({ name, plan }) => [
    ...hang(line("Healing ", styled("strong", name)), `: ${doings(plan).join("; ")}`, columns, 4),
    ...plan.collateral.flatMap(({ unit, because }) => hang(line(styled("warn", "    along with it")), ` ${unit}: ${because}`, columns, 8)),
  ]);
}

/** How it ended, in one sentence; what is left is the drift's summary to say. */
export function summariseHealing({ hosts }: DriftView): string {
  const healed = hosts.reduce((sum, host) => sum + (host.healed?.length ?? 0), 0);
  const failed = hosts.flatMap((host) => host.findings).filter(({ heal }) => heal?.outcome === "failed").length;
  const on = new Set(hosts.filter((host) => (host.healed?.length ?? 0) > 0).map(({ host }) => host)).size;
  const failure = failed === 0 ? "" : ` ${plural(failed, "finding")} could not be healed.`;
  return `${healed === 0 ? "Nothing was healed." : `Healed: ${plural(healed, "finding")} on ${plural(on, "host")}.`}${failure}`;
}

function doings({ changes, actions }: Plan): readonly string[] {
  const paths = changes.map(({ resource }) => ("path" in resource ? resource.path : resource.id));
  const named = paths.length > 4 ? [...paths.slice(0, 3), `${paths.length - 3} more`] : paths;
  return [...(named.length === 0 ? [] : [`put back ${named.join(", ")}`]), ...actions.map(actionTitle)];
}
