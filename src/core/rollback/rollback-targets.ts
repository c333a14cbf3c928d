/**
 * Steps back on many hosts become targets, play by play, as the project brings the services; what cannot go
 * back is named.
 */

import { HostError, SvcdeployError } from "../errors.ts";
import type { Host, PlayOrder, Project, Rollout } from "../model/declared.ts";
import type { HostTarget, KeptResource, PlayTargets } from "../model/resource.ts";
import { emptyTarget } from "../target/play-targets.ts";
import { baseName } from "../unit-file/path-name.ts";
import { APPLY_INSTEAD, type Choice, type Step } from "./generations.ts";
import { type Contents, rebuildTarget } from "./rebuild.ts";

/**
 * What was found on one host: its choices with the contents of what they name (held: of encrypted credentials
 * that it can decrypt), or why it could not be asked.
 */
export type HostChoices = {
  readonly host: Host;
  readonly result:
    | {
        readonly ok: true;
        readonly choices: readonly Choice[];
        readonly contents: Contents;
        readonly held: Contents;
      }
    | { readonly ok: false; readonly error: SvcdeployError };
};

/** A host, or a service of it, that does not go back. */
export type Refused = { readonly target: HostTarget; readonly error: SvcdeployError };

/**
 * The plays in the project's order, then those that it no longer has, whose hosts change one by one; and
 * what is refused. service: the only one that is asked for; null: any.
 */
export function rollbackTargets(
  project: Project,
  found: readonly HostChoices[],
  service: string | null,
): { readonly plays: readonly PlayTargets[]; readonly refused: readonly Refused[] } {
  const plays = new Map<string, PlayTargets>();
  const refused: Refused[] = [];
  for (const { host, result } of found) {
    if (!result.ok) {
      refused.push({
        target: refusedTarget(project, host, service === null ? [] : [service]),
        error: result.error,
      });
      continue;
    }
    refused.push(...result.choices.flatMap((choice) => (choice.ok ? [] : [refusal(project, host, choice)])));
    for (const [play, steps] of stepsByPlay(project, host, result.choices)) {
      const built = build(project, host, play, steps, result);
      const known = plays.get(play.name) ?? { play, targets: [] };
      if (built.ok) plays.set(play.name, { ...known, targets: [...known.targets, built.target] });
      else refused.push(built.refused);
    }
  }
  const order = project.plays.map(({ name }) => name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return {
    plays: [...plays.values()].sort((left, right) => rank(left.play.name) - rank(right.play.name)),
    refused,
  };
}

/** How hosts go back whose play the project no longer has. */
const ONE_BY_ONE: Rollout = {
  batches: [1],
  maxFailed: 0,
  maxUnreachable: 0,
  pauseSeconds: 0,
  healthyDeadlineSeconds: 300,
};
/** Under which refused hosts are reported. */
const LEFT_OUT = "left out";

/** A refusal of one service on one host. */
export function refusal(
  project: Project,
  host: Host,
  { service, reason, hint }: { service: string; reason: string; hint: string },
): Refused {
  const error = new HostError(
    "host-step",
    host.name,
    `${host.name}: ${service} is not rolled back: ${reason}`,
    { hint },
  );
  return { target: refusedTarget(project, host, [service]), error };
}

/** The play that refused hosts are reported under; it comes last, so that they hold up no other host. */
export function refusedPlay(refused: readonly { readonly target: HostTarget }[]): PlayOrder {
  const hosts = [...new Set(refused.map(({ target }) => target.host.name))];
  const limits = { maxFailed: hosts.length, maxUnreachable: hosts.length };
  return { name: LEFT_OUT, rollout: { ...ONE_BY_ONE, batches: ["100%"], ...limits } };
}

type Known = { readonly contents: Contents; readonly held: Contents };

type SteppedBack =
  | { readonly ok: true; readonly target: HostTarget }
  | { readonly ok: false; readonly refused: Refused };

function build(
  project: Project,
  host: Host,
  play: PlayOrder,
  steps: readonly Step[],
  { contents, held }: Known,
): SteppedBack {
  const services = steps.map(({ service }) => service).join(", ");
  const lost = steps.flatMap(({ to }) => to.resources.filter((resource) => isLost(resource, contents)));
  const refuse = (reason: string): SteppedBack => ({
    ok: false,
    refused: refusal(project, host, { service: services, reason, hint: APPLY_INSTEAD }),
  });
  if (lost.length > 0)
    return refuse(`the host no longer keeps the content of ${sayPaths(lost)}, or it is damaged there`);
  const locked = steps.flatMap(({ to }) => to.resources.filter((resource) => isLocked(resource, held)));
  if (locked.length > 0) return refuse(sayLocked(locked));
  try {
    return { ok: true, target: rebuildTarget(project.name, host, play.name, steps, contents) };
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    return refuse(`${services} want different things at one place in what is kept`);
  }
}

function isLost(resource: KeptResource, contents: Contents): boolean {
  return resource.kind === "file" && !contents.has(resource.sha256);
}

/** Started with it, the service would fail with 243/CREDENTIALS. */
function isLocked(resource: KeptResource, held: Contents): boolean {
  return resource.kind === "file" && resource.role === "encrypted-credential" && !held.has(resource.sha256);
}

function sayLocked(resources: readonly KeptResource[]): string {
  const names = resources.flatMap((resource) => ("path" in resource ? [baseName(resource.path)] : []));
  return (
    `the host can no longer decrypt the ${names.length === 1 ? "credential" : "credentials"} ` +
    `${names.join(", ")} of that generation (its key was changed)`
  );
}

function sayPaths(resources: readonly KeptResource[]): string {
  const paths = resources.map((resource) => ("path" in resource ? resource.path : resource.id));
  return paths.length > 3
    ? `${paths.slice(0, 2).join(", ")} and ${paths.length - 2} more files`
    : paths.join(", ");
}

function stepsByPlay(
  project: Project,
  host: Host,
  choices: readonly Choice[],
): ReadonlyMap<PlayOrder, readonly Step[]> {
  const steps = choices.flatMap((choice) => (choice.ok ? [choice.step] : []));
  const lone = new Map<string, PlayOrder>();
  return Map.groupBy(steps, ({ service, to }) => {
    const play = project.plays.find(
      ({ services, hosts }) => services.includes(service) && hosts.includes(host.name),
    );
    const made = play ?? lone.get(to.play) ?? { name: to.play, rollout: ONE_BY_ONE };
    if (play === undefined) lone.set(to.play, made);
    return made;
  });
}

/** Names alone: nothing is verified where nothing happens. */
function refusedTarget(project: Project, host: Host, services: readonly string[]): HostTarget {
  const unverified = { version: null, secrets: [], health: [], settleSeconds: 0 };
  return {
    ...emptyTarget(project.name, host, LEFT_OUT),
    services: services.map((name) => ({ name, ...unverified })),
  };
}
