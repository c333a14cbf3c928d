/**
 * What healing remembers from run to run: since when it has seen what, and how often it healed whom. Times:
 * seconds since the epoch, the controller's clock.
 */

import type { Finding } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import { isTreeMap, parseJson } from "../model/tree.ts";
import { actedUnits } from "../plan/acted-units.ts";
import type { PlannedHost, PlannedPlay } from "../plan/planned.ts";
import type { Looked } from "./host-drift.ts";
import type { PolicyFor } from "./plan-healing.ts";
import type { HealPolicy } from "./why-left.ts";

/** seen: key of a finding → first seen. heals: one entry a host, service and run, failed ones too. */
export type HealState = {
  readonly seen: ReadonlyMap<string, number>;
  readonly heals: readonly { readonly host: string; readonly service: string; readonly at: number }[];
};

/** Nothing remembered. */
export const NO_STATE: HealState = { seen: new Map(), heals: [] };

const SCHEMA = "svcdeploy.heal-state/1";
const DAY_SECONDS = 86_400;
const MAX_ENTRIES = 100_000;

/** What tells a finding from all others of an environment. */
export function findingKey(host: string, play: string, { kind, service, subject, dropIn }: Finding): string {
  return JSON.stringify([host, play, kind, service, dropIn ?? subject]);
}

/**
 * The state after a look at some hosts: what is new is first seen now, what is gone there is forgotten; heals
 * of the last day are kept.
 */
export function rememberSeen(
  state: HealState,
  keys: readonly string[],
  looked: ReadonlySet<string>,
  now: number,
): HealState {
  const others = [...state.seen].filter(([key]) => !looked.has(hostOf(key)));
  const seen = new Map([
    ...others,
    ...keys.map((key) => [key, Math.min(state.seen.get(key) ?? now, now)] as const),
  ]);
  return { seen, heals: state.heals.filter(({ at }) => at > now - DAY_SECONDS && at <= now) };
}

/** How often a service of a host was healed within the last day. */
export function healsOf({ heals }: HealState, host: string, service: string, now: number): number {
  return heals.filter((heal) => heal.host === host && heal.service === service && heal.at > now - DAY_SECONDS)
    .length;
}

/** The policy of each host. now: seconds since the epoch, the controller's clock. */
export function policyFrom(
  state: HealState,
  { graceSeconds, maxHeals }: Pick<HealPolicy, "graceSeconds" | "maxHeals">,
  now: number,
): PolicyFor {
  return (host, play) => ({
    graceSeconds,
    maxHeals,
    seenFor: (finding) => now - Math.min(now, state.seen.get(findingKey(host, play, finding)) ?? now),
    healed: (service) => healsOf(state, host, service, now),
  });
}

/** The state with what was seen, and with one heal more of each service that the work touches. */
export function stateAfter(
  state: HealState,
  looked: readonly Looked[],
  work: readonly PlannedPlay[],
  now: number,
): HealState {
  const seen = looked.filter(({ observation }) => observation !== null).map(({ drift }) => drift);
  const keys = seen.flatMap(({ host, play, findings }) =>
    findings.map((finding) => findingKey(host, play, finding)),
  );
  const { heals, ...next } = rememberSeen(state, keys, new Set(seen.map(({ host }) => host)), now);
  const hosts = work.flatMap((each) => each.hosts);
  const healing = hosts.flatMap((planned) =>
    servicesIn(planned).map((service) => ({ host: planned.target.host.name, service, at: now })),
  );
  return { ...next, heals: [...heals, ...healing] };
}

function servicesIn({ target, plan }: PlannedHost): readonly string[] {
  if (plan === null) return [];
  const changed = plan.changes.map(({ resource }) => resource.service);
  return [...new Set([...servicesOfUnits(target, new Set(actedUnits(plan))), ...changed])];
}

function servicesOfUnits({ resources }: HostTarget, units: ReadonlySet<string>): readonly string[] {
  return resources.flatMap((resource) =>
    resource.kind === "unit" && units.has(resource.unit) ? [resource.service] : [],
  );
}

/** The state as the text of a file. */
export function formatState({ seen, heals }: HealState): string {
  return `${JSON.stringify({ schema: SCHEMA, seen: Object.fromEntries(seen), heals })}\n`;
}

/** Reads it back; null for anything that formatState does not write. */
export function parseState(text: string): HealState | null {
  const value = parseJson(text);
  if (!isTreeMap(value) || value.schema !== SCHEMA || !isTreeMap(value.seen) || !Array.isArray(value.heals))
    return null;
  const seen = Object.entries(value.seen);
  const times = seen.flatMap(([key, at]) =>
    typeof at === "number" && hostOf(key) !== "" ? [[key, at] as const] : [],
  );
  const heals = value.heals.flatMap((heal: unknown) => readHeal(heal) ?? []);
  if (
    times.length < seen.length ||
    heals.length < value.heals.length ||
    seen.length + heals.length > MAX_ENTRIES
  )
    return null;
  return { seen: new Map(times), heals };
}

function readHeal(value: unknown): HealState["heals"][number] | null {
  if (!isTreeMap(value)) return null;
  const { host, service, at } = value;
  return typeof host === "string" && typeof service === "string" && typeof at === "number"
    ? { host, service, at }
    : null;
}

function hostOf(key: string): string {
  const parts = parseJson(key);
  return Array.isArray(parts) && typeof parts[0] === "string" ? parts[0] : "";
}
