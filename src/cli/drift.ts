/** `svcdeploy drift`: what on the hosts is not as declared. Reads only, takes no lock. */
import { causeOfError, exitCodeOfObservation } from "../core/exit-code.ts";
import type { HealthResult } from "../core/model.ts";
import { findDrift } from "../core/plan/drift.ts";
import type { DeployContext, PlayTargets } from "../deploy/context.ts";
import { observeHosts } from "../deploy/observe.ts";
import { checkHealth } from "../deploy/verify.ts";
import { driftJson, driftMarkdown } from "../report/drift-output.ts";
import { driftText } from "../report/drift-text.ts";
import { type DriftHost, type DriftView, healthFinding } from "../report/drift-view.ts";
import { formatJson } from "../report/json.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { connectionOf, isGiven, optionalText, type RawArguments, selectionOf } from "./options.ts";
import { showLines } from "./show-long.ts";
import type { Surroundings } from "./surroundings.ts";
import { announce, makeContext, openWorkspace } from "./workspace.ts";

/** Prints the drift; exit 2 when there is any, never 0 or 2 when a host could not be looked at. */
export async function drift(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const { project, plays } = await openWorkspace(selection, surroundings);
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: () => {} });
  announce(plays, surroundings);
  const health = isGiven(raw, "no-health") ? "without" : "with";
  const hosts = await interrupts.abandonable(findHosts(plays, context, health));
  interrupts.stop();
  const view: DriftView = { environment: project.environment, health, hosts };
  surroundings.logbook.note({ drift: view });
  await printDrift(view, optionalText(raw, "output") ?? "text", surroundings);
  return exitCodeOfDrift(view);
}

async function findHosts(plays: readonly PlayTargets[], context: DeployContext, health: "with" | "without"): Promise<readonly DriftHost[]> {
  const observed = await observeHosts(plays, context);
  const results: ReadonlyMap<string, readonly HealthResult[]> =
    health === "with" ? await checkHealth(reachable(plays, observed), context) : new Map();
  return observed.flatMap(({ host, targets, result }) =>
    targets.map((target): DriftHost => {
      const about = { host: host.name, play: target.play, services: target.services.map((service) => service.name) };
      if (!result.ok) return { ...about, findings: [], error: result.error };
      const found = findDrift(target, result.observation);
      const stopped = new Set(found.filter((finding) => finding.kind === "not-running").map((finding) => finding.service));
      const stuck = (results.get(host.name) ?? []).filter(
        (each) => each.role === "live" && !each.ok && about.services.includes(each.service) && !stopped.has(each.service),
      );
      return { ...about, findings: [...found, ...stuck.map(healthFinding)], error: null };
    }),
  );
}

/** A host that could not be looked at is not asked a second time. */
function reachable(plays: readonly PlayTargets[], observed: readonly { host: { name: string }; result: { ok: boolean } }[]): readonly PlayTargets[] {
  const seen = new Set(observed.filter((each) => each.result.ok).map((each) => each.host.name));
  return plays.map(({ play, targets }) => ({ play, targets: targets.filter((target) => seen.has(target.host.name)) }));
}

async function printDrift(view: DriftView, output: string, surroundings: Surroundings): Promise<void> {
  const { stdout } = surroundings;
  if (output === "text") await showLines(driftText(view, stdout.columns), surroundings);
  else if (output === "markdown") stdout.write(driftMarkdown(view));
  else stdout.write(formatJson(driftJson(view)));
}

function exitCodeOfDrift(view: DriftView): number {
  const causes = new Map(view.hosts.flatMap((host) => (host.error === null ? [] : [[host.host, causeOfError(host.error)] as const])));
  const found = view.hosts.some((host) => host.findings.length > 0);
  return exitCodeOfObservation({
    changes: found ? "pending" : "none",
    detailed: "on",
    failures: [...causes.values()],
    total: new Set(view.hosts.map((host) => host.host)).size,
  });
}
