/**
 * What healing remembers, around one run: how old what has no date is, and how often a service was healed
 * today.
 */
import { dirname, resolve } from "node:path";
import type { HealPolicy } from "../../core/drift/heal.ts";
import { findingKey, type HealState, healsOf, rememberSeen } from "../../core/drift/heal-state.ts";
import type { Project } from "../../core/model/declared.ts";
import { actedUnits } from "../../core/plan/acted-units.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import type { Looked } from "../../deploy/look-for-drift.ts";
import { line, styled } from "../../report/lines/text.ts";
import { healFile, readHealFile, writeHealFile } from "../../store/heal-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { HealOrder } from "./heal-options.ts";

/**
 * The memory of one run. save: what was seen, and that the work's services are healed once more. Throws
 * UsageError.
 */
export type HealMemory = {
  readonly policyFor: (host: string, play: string) => HealPolicy;
  readonly save: (looked: readonly Looked[], work: readonly PlannedPlay[]) => Promise<void>;
};

/**
 * Opens the file of a project's environment; one that makes no sense is moved aside and told. Throws
 * UsageError where there is no place for it.
 */
export async function openHealMemory(
  project: Project,
  order: HealOrder,
  { environment, workingDirectory, stderr }: Surroundings,
): Promise<HealMemory> {
  const path = await healFile(
    project,
    order.state === null ? null : resolve(workingDirectory, order.state),
    environment,
  );
  const { state, asideAs } = await readHealFile(path);
  if (asideAs !== null)
    stderr.print([
      line(
        styled(
          "warn",
          `What healing remembered in ${dirname(path)} made no sense: it starts afresh, the old is kept as ${asideAs}`,
        ),
      ),
    ]);
  const now = Math.floor(Date.now() / 1000);
  return {
    policyFor: (host, play) => ({
      graceSeconds: order.graceSeconds,
      maxHeals: order.maxHeals,
      seenFor: (finding) => now - Math.min(now, state.seen.get(findingKey(host, play, finding)) ?? now),
      healed: (service) => healsOf(state, host, service, now),
    }),
    save: async (looked, work) => writeHealFile(path, nextState(state, looked, work, now)),
  };
}

function nextState(
  state: HealState,
  looked: readonly Looked[],
  work: readonly PlannedPlay[],
  now: number,
): HealState {
  const seen = looked.filter(({ observation }) => observation !== null);
  const keys = seen.flatMap(({ drift }) =>
    drift.findings.map((finding) => findingKey(drift.host, drift.play, finding)),
  );
  const next = rememberSeen(state, keys, new Set(seen.map(({ drift }) => drift.host)), now);
  return {
    ...next,
    heals: [...next.heals, ...work.flatMap(servicesHealed).map((each) => ({ ...each, at: now }))],
  };
}

function servicesHealed({
  hosts,
}: PlannedPlay): readonly { readonly host: string; readonly service: string }[] {
  return hosts.flatMap(({ target, plan }) => {
    const acted = new Set(plan === null ? [] : actedUnits(plan));
    const units = target.resources.filter((resource) => resource.kind === "unit" && acted.has(resource.unit));
    const services = [...units, ...(plan?.changes ?? []).map(({ resource }) => resource)].map(
      ({ service }) => service,
    );
    return [...new Set(services)].map((service) => ({ host: target.host.name, service }));
  });
}
