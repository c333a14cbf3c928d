/** Whether a saved plan may be carried out now: the time, the project, and what the project says today. */
import { SvcdeployError } from "../errors.ts";
import type { SavedHost, SavedPlan } from "../model/plan.ts";
import type { PlayTargets, Rendered } from "../model/resource.ts";
import type { ServicesByHost } from "../model/service.ts";
import type { Secret } from "../secret.ts";
import { fingerprintRollout, fingerprintTarget } from "./target-fingerprints.ts";

/** Differences that are named; the others are counted. */
const MAX_NAMED = 20;

/** Throws SvcdeployError: locked (exit 6) when the plan's time is over. now: milliseconds since the epoch. */
export function requireValid(saved: SavedPlan, file: string, now: number): void {
  if (now < Date.parse(saved.validUntil)) return;
  throw new SvcdeployError(
    "locked",
    `${file} expired: it was made at ${saved.madeAt} and was valid until ${saved.validUntil}`,
    {
      hint: "Make and review the plan again; plan --valid-for SPAN gives it longer.",
    },
  );
}

/** Throws SvcdeployError: config when the plan is another project's. */
export function requireProject(saved: SavedPlan, file: string, project: string): void {
  if (saved.project === project) return;
  throw new SvcdeployError(
    "config",
    `${file} is a plan of the project ${saved.project}, and this is the project ${project}`,
    {
      hint: "Name the plan's project folder with --project DIR.",
    },
  );
}

/** Throws SvcdeployError: config, naming what differs, when the project does not render what was planned. */
export function requireContent(saved: SavedPlan, rendered: Rendered, key: Secret): void {
  const differences = contentDifferences(saved, rendered, key);
  if (differences.length === 0) return;
  const more = differences.length > MAX_NAMED ? [`and ${differences.length - MAX_NAMED} more`] : [];
  const told = [...differences.slice(0, MAX_NAMED), ...more].join("\n");
  throw new SvcdeployError("config", `The project has changed since the plan was made:\n${told}`, {
    hint: "Nothing was changed. Go to the commit that was planned, or make and review the plan again.",
  });
}

/** Where the project differs from what was planned, a line each; empty when it does not. */
export function contentDifferences(
  saved: SavedPlan,
  { plays, services }: Rendered,
  key: Secret,
): readonly string[] {
  const [then, now] = [saved.plays.map(({ play }) => play), plays.map(({ play }) => play.name)];
  if (then.join("\n") !== now.join("\n")) return [`plays: ${then.join(", ")} then, ${now.join(", ")} now`];
  return saved.plays.flatMap((planned, index) => {
    const found = plays[index];
    return found === undefined ? [] : playDifferences(planned, found, services, key);
  });
}

function playDifferences(
  planned: SavedPlan["plays"][number],
  { play, targets }: PlayTargets,
  services: ServicesByHost,
  key: Secret,
): readonly string[] {
  const [then, now] = [planned.hosts.map(({ host }) => host), targets.map(({ host }) => host.name)];
  const rollout =
    planned.rollout === fingerprintRollout(play.name, play.rollout, key)
      ? []
      : [`play ${play.name}: its rollout`];
  const hosts = sayNames(`play ${play.name}: host`, then, now);
  if (hosts.length === 0 && then.join() !== now.join())
    return [...rollout, `play ${play.name}: the order of its hosts`];
  const known = new Map(planned.hosts.map((host) => [host.host, host]));
  return [
    ...rollout,
    ...hosts,
    ...targets.flatMap((target) =>
      hostDifferences(known.get(target.host.name), fingerprintTarget(target, services, key)),
    ),
  ];
}

function hostDifferences(
  planned: SavedHost | undefined,
  now: Pick<SavedHost, "resources" | "services">,
): readonly string[] {
  if (planned === undefined) return [];
  const resources = mapDifferences(`${planned.host}:`, planned.resources, now.resources);
  return [
    ...resources,
    // A changed file is reported once, not again as its service's.
    ...(resources.length > 0
      ? []
      : mapDifferences(`${planned.host}: service`, planned.services, now.services)),
  ];
}

type Fingerprints = { readonly [name: string]: string };

function mapDifferences(lead: string, then: Fingerprints, now: Fingerprints): readonly string[] {
  const changed = Object.keys(now).filter((name) => Object.hasOwn(then, name) && then[name] !== now[name]);
  return [
    ...sayNames(lead, Object.keys(then), Object.keys(now)),
    ...changed.map((name) => `${lead} ${name} is something else now`),
  ];
}

function sayNames(lead: string, then: readonly string[], now: readonly string[]): readonly string[] {
  return [
    ...now.filter((name) => !then.includes(name)).map((name) => `${lead} ${name} is new`),
    ...then.filter((name) => !now.includes(name)).map((name) => `${lead} ${name} is gone`),
  ];
}
