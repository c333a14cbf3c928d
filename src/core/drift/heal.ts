/** What `drift --heal` puts right on its own: the plan, and a verdict on every finding. */

import type { Observation } from "../model/observation.ts";
import type { Finding, Plan } from "../model/plan.ts";
import type { HostTarget, Resource, UnitResource } from "../model/resource.ts";
import { actedUnits, unitsOf } from "../plan/acted-units.ts";
import { declaredMounts } from "../plan/mount-options.ts";
import { makePlan } from "../plan/plan.ts";
import type { IgnoredFinding } from "./ignore.ts";
import { type HealPolicy, type HealVerdict, leftAs, whyLeft } from "./why-left.ts";

/** One host's healing: a plan of what drifted alone, and a verdict on every finding that no rule ignores. */
export type HealPlan = { readonly plan: Plan; readonly verdicts: ReadonlyMap<Finding, HealVerdict> };

/** The findings of one target, split by the ignore rules. */
export type SplitFindings = {
  readonly kept: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
};

/**
 * Plans the healing. A resource is put right when all that is wrong with it came from the host, is old enough
 * and no rule may ignore it; a unit is started or restarted when none of its inputs is in dispute. No
 * manifest is written and no unit is recorded as started from what is only declared, because that has not
 * come true.
 */
export function planHeal(
  target: HostTarget,
  observation: Observation,
  split: SplitFindings,
  policy: HealPolicy,
): HealPlan {
  const first = new Map(split.kept.map((finding) => [finding, whyLeft(finding, observation, policy)]));
  const own = withoutAsleep(target, split, first);
  const left = whatIsLeft(target, split, own);
  const wanted = new Set(
    [...own].flatMap(([finding, why]) => (why === null ? (resourceOf(target, finding)?.id ?? []) : [])),
  );
  const narrowed = {
    ...target,
    resources: target.resources.flatMap((resource) =>
      narrow(target, resource, { left, wanted }, observation),
    ),
  };
  const partly = unitsOf(target).filter((unit) => inputsOf(target, unit).some(({ id }) => left.has(id)));
  const recordAs = Object.fromEntries(
    partly.map((unit) => [unit.unit, startedFrom(unit, target, left, observation)]),
  );
  const plan = makePlan(narrowed, observation);
  const verdicts = new Map(
    split.kept.map((finding) => {
      const resource = resourceOf(target, finding);
      const verdict = verdictOn(own.get(finding) ?? null, resource, left);
      return [finding, verdict.outcome !== "heal" || isInPlan(plan, finding, resource) ? verdict : NO_PLAN];
    }),
  );
  return { plan: { ...plan, manifests: [], records: [], orphans: [], recordAs }, verdicts };
}

/** Why each finding is left as it is; null: it may be healed. */
type Reasons = ReadonlyMap<Finding, HealVerdict | null>;

/**
 * What is verified after healing is a whole service: one with a unit that stays down is not touched at all.
 */
function withoutAsleep(target: HostTarget, split: SplitFindings, own: Reasons): Reasons {
  const left = whatIsLeft(target, split, own);
  // A unit that was never brought there is not down: it is pending.
  const isDown = ({ kind, origin }: Finding): boolean =>
    (kind === "not-running" || kind === "masked") && origin !== "project";
  const staysDown = (finding: Finding): boolean =>
    verdictOn(own.get(finding) ?? null, resourceOf(target, finding), left).outcome !== "heal";
  const down = [
    ...split.kept.filter((finding) => isDown(finding) && staysDown(finding)),
    ...split.ignored.map(({ finding }) => finding).filter(isDown),
  ];
  const asleep = new Set(down.map(({ service }) => service));
  const why = (finding: Finding): HealVerdict | null =>
    asleep.has(finding.service) && !isDown(finding) ? leftAs("a unit of its service stays down") : null;
  return new Map([...own].map(([finding, reason]) => [finding, reason ?? why(finding)]));
}

/** Resources that healing does not touch, by id; a unit is one when an input of it is in dispute. */
function whatIsLeft(target: HostTarget, { ignored }: SplitFindings, own: Reasons): ReadonlyMap<string, Left> {
  const left = new Map<string, Left>();
  const leave = (finding: Finding, how: Left): void => {
    const resource = resourceOf(target, finding);
    if (resource !== null) left.set(resource.id, how);
  };
  for (const [finding, why] of own)
    if (why !== null && finding.origin === "project") leave(finding, "pending");
  for (const { finding } of ignored) leave(finding, "ignored");
  for (const [finding, why] of own)
    if (why !== null && finding.origin !== "project") leave(finding, "disputed");
  for (const unit of unitsOf(target))
    if (inputsOf(target, unit).some(({ id }) => left.get(id) === "disputed")) left.set(unit.id, "disputed");
  return left;
}

/** pending, ignored: it stays as it is by intent; disputed: someone has to look, or may be working on it. */
type Left = "pending" | "ignored" | "disputed";

function verdictOn(
  own: HealVerdict | null,
  resource: Resource | null,
  left: ReadonlyMap<string, Left>,
): HealVerdict {
  if (own !== null) return own;
  if (resource === null || !left.has(resource.id)) return { outcome: "heal", why: "" };
  return leftAs(
    resource.kind === "unit"
      ? "one of its files is left as it is"
      : "something else about it is left as it is",
  );
}

const NO_PLAN: HealVerdict = leftAs("no transaction can fix it: look at the host");

function isInPlan(
  { changes, actions }: Plan,
  { kind, subject }: Finding,
  resource: Resource | null,
): boolean {
  if (kind === "not-loaded") return actions.some(({ verb }) => verb === "daemon-reload");
  // The process may be that of a foreign unit, which is no resource of ours.
  const unit = resource?.kind === "unit" ? resource.unit : kind === "stale-process" ? subject : null;
  if (unit !== null) return actedUnits({ actions }).includes(unit);
  return changes.some((change) => change.resource.id === resource?.id);
}

/**
 * The resource that is wrong; null for what is beside it, such as a foreign drop-in or a process in another
 * slice.
 */
function resourceOf(target: HostTarget, { kind, change, subject }: Finding): Resource | null {
  if (change !== null) return change.resource;
  if (kind === "foreign-drop-in" || kind === "slice-moved") return null;
  const named = target.resources.find(
    (resource) =>
      (resource.kind === "unit" ? resource.unit : "path" in resource ? resource.path : null) === subject,
  );
  return named ?? declaredMounts(target).find(({ where }) => where === subject)?.unit ?? null;
}

function inputsOf(target: HostTarget, unit: UnitResource): readonly Resource[] {
  const paths = new Set([unit.path, ...unit.inputPaths]);
  return target.resources.filter(
    (resource) => resource.kind !== "unit" && "path" in resource && paths.has(resource.path),
  );
}

/**
 * With pending changes alone the unit starts from what our last apply left, as it did before; from what else
 * it starts has no digest.
 */
function startedFrom(
  unit: UnitResource,
  target: HostTarget,
  left: ReadonlyMap<string, Left>,
  { records }: Observation,
): Digests {
  const record = records.get(unit.unit);
  const isPending = inputsOf(target, unit).every(({ id }) => (left.get(id) ?? "pending") === "pending");
  if (record === undefined || !isPending) return { restartDigest: "-", reloadDigest: "-" };
  return { restartDigest: record.restartDigest, reloadDigest: record.reloadDigest };
}

type Digests = Pick<UnitResource, "restartDigest" | "reloadDigest">;

/**
 * What is left is none of the plan's. A unit with such inputs owes nothing for them: it is compared with what
 * it last started from, and is none of the plan's either unless it or another input of it is to be healed.
 */
function narrow(
  target: HostTarget,
  resource: Resource,
  { left, wanted }: Aims,
  { records }: Observation,
): readonly Resource[] {
  if (left.has(resource.id)) return [];
  if (resource.kind !== "unit") return [resource];
  const inputs = inputsOf(target, resource);
  const others = inputs.filter(({ id }) => left.has(id));
  if (others.length === 0) return [resource];
  if (![resource, ...inputs].some(({ id }) => wanted.has(id) && !left.has(id))) return [];
  const paths = new Set(others.flatMap((other) => ("path" in other ? [other.path] : [])));
  const record = records.get(resource.unit);
  const digests =
    record === undefined ? {} : { restartDigest: record.restartDigest, reloadDigest: record.reloadDigest };
  return [{ ...resource, ...digests, inputPaths: resource.inputPaths.filter((path) => !paths.has(path)) }];
}

/** Ids of the resources that are left, and of those with a finding to heal. */
type Aims = { readonly left: ReadonlyMap<string, Left>; readonly wanted: ReadonlySet<string> };
