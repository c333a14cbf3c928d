/** What a host keeps of its last confirmed transactions, and which of them a rollback restores. */
import type { KeptService } from "../model/resource.ts";
import { shortRun } from "../model/run.ts";
import type { NamedAction } from "../plan/action-name.ts";
import { isSameService } from "../plan/kept-service.ts";

/** Who made a generation, of its own words in the host's record; empty where it does not say. */
export type MadeBy = {
  readonly run: string;
  readonly project: string;
  readonly user: string;
  readonly controller: string;
  readonly commit: string;
  readonly tree: string;
  /** Of the environment and the command; a record of an older svcdeploy has neither. */
  readonly environment: string;
  readonly command: string;
  /** Services that it touched, as far as its record says. */
  readonly services: readonly string[];
  /** For a rollback: the run that it took back; else empty. */
  readonly rollbackOf: string;
};

/** One generation. madeAt: seconds since the epoch by the host's clock. */
export type Generation = {
  readonly number: number;
  readonly madeBy: MadeBy;
  readonly madeAt: number;
  /**
   * What its transaction did to units, e.g. { verb: "restart", unit: "web.service", timeoutSeconds: 100 }.
   */
  readonly actions: readonly Required<Omit<NamedAction, "path">>[];
  /** Service → sha256 of its description; null where an older svcdeploy deployed it and kept none. */
  readonly services: ReadonlyMap<string, string | null>;
};

/** A transaction that the host took back, as far as it is still known. */
export type UndoneRun = {
  readonly madeBy: MadeBy;
  readonly failure: string;
  readonly services: readonly string[];
};

/** A line of the host's record; result: confirmed, rolled-back, rollback-failed, refused … */
export type PastRun = { readonly madeBy: MadeBy; readonly result: string };

/**
 * Everything that a host keeps of one project: generations in order, and the last runs of all projects.
 * clock: the host's, seconds since the epoch.
 */
export type Kept = {
  readonly clock: number;
  readonly generations: readonly Generation[];
  readonly attempts: readonly UndoneRun[];
  readonly runs: readonly PastRun[];
};

/** The description of a service in a generation: by its sha256. */
export type Describe = (sha256: string) => KeptService;

/**
 * One step back: what the service is now (null: it was removed) and what it was. undone: the generation that
 * last made it another one.
 */
export type Step = {
  readonly service: string;
  readonly now: Generation;
  readonly earlier: Generation;
  readonly undone: Generation;
  readonly from: KeptService | null;
  readonly to: KeptService;
};

/** What a rollback restores, or why it cannot. isUnknown: the host never had the service. */
export type Choice =
  | { readonly ok: true; readonly step: Step }
  | {
      readonly ok: false;
      readonly service: string;
      readonly reason: string;
      readonly hint: string;
      readonly isUnknown?: true;
    };

/** What to do where the host cannot help itself. */
export const APPLY_INSTEAD = "Apply the version that you want: check its commit out and run svcdeploy apply.";

/** The last generation in which the service was another one than now; to: that generation instead. */
export function stepBack(kept: Kept, service: string, to: number | null, describe: Describe): Choice {
  const now = kept.generations.at(-1);
  const sha256 = now?.services.get(service);
  const all =
    to === null
      ? kept.generations.slice(0, -1).toReversed()
      : kept.generations.filter(({ number }) => number === to);
  const isGone = sha256 === undefined && kept.generations.some(({ services }) => services.has(service));
  if (now === undefined || (sha256 === undefined && !isGone)) return neverDeployed(service);
  if (sha256 === null)
    return refuse(
      service,
      `an older svcdeploy deployed ${service} and kept too little to roll back to`,
      "From the next apply on it can be rolled back.",
    );
  const from = sha256 === undefined ? null : describe(sha256);
  const older = isGone && to === null ? all.filter(({ services }) => services.has(service)) : all;
  if (to !== null && older.length === 0)
    return refuse(
      service,
      `generation ${to} is not kept here; there ${sayKept(kept)}`,
      `svcdeploy why ${service}@HOST lists them.`,
    );
  for (const earlier of older) {
    const found = earlier.services.get(service);
    if (found === undefined)
      return refuse(
        service,
        `generation ${earlier.number} did not have ${service}: a rollback does not remove a service`,
      );
    if (found === null) return refuse(service, sayTooLittle(earlier));
    const before = describe(found);
    const undone = lastChange(kept, service, describe) ?? now;
    if (to !== null || !isSame(before, from))
      return { ok: true, step: { service, now, earlier, undone, from, to: before } };
  }
  return refuse(service, `${service} is the same in every generation that is kept (there ${sayKept(kept)})`);
}

function refuse(service: string, reason: string, hint = APPLY_INSTEAD): Choice {
  return { ok: false, service, reason, hint };
}

function neverDeployed(service: string): Choice {
  const reason = `${service} was never deployed here by svcdeploy`;
  return { ok: false, service, reason, hint: "svcdeploy apply deploys it.", isUnknown: true };
}

function sayTooLittle({ number }: Generation): string {
  return `generation ${number} was made by an older svcdeploy that kept too little to roll back to`;
}

/**
 * What a run changed becomes what it was before the run; refused where a later run changed the same
 * again. run: its id or the start of it.
 */
export function stepsBefore(
  kept: Kept,
  run: string,
  to: number | null,
  describe: Describe,
): readonly Choice[] {
  const made = kept.generations.filter(({ madeBy }) => madeBy.run.startsWith(run));
  const changed = made.flatMap((each) =>
    servicesAbout(kept, each).filter((service) => isChangedIn(kept, each, service, describe)),
  );
  const services = [...new Set(changed)].sort();
  return services.map((service) =>
    to === null ? stepBefore(kept, made, service, describe) : stepBack(kept, service, to, describe),
  );
}

/** Services that a generation has, and those that it took away. */
export function servicesAbout(kept: Kept, generation: Generation): readonly string[] {
  return [
    ...new Set([
      ...generation.services.keys(),
      ...(generationBefore(kept, generation)?.services.keys() ?? []),
    ]),
  ];
}

/**
 * Whether the service is another one in this generation than in the one before; where that is no
 * longer kept it counts as changed.
 */
export function isChangedIn(
  kept: Kept,
  generation: Generation,
  service: string,
  describe: Describe,
): boolean {
  const [now, earlier] = [
    generation.services.get(service),
    generationBefore(kept, generation)?.services.get(service),
  ];
  if (now === earlier) return false;
  return now == null || earlier == null || !isSameService(describe(now), describe(earlier));
}

/**
 * The last generation that made the service another one than before; undefined where it is the same in all
 * that are kept.
 */
export function lastChange(kept: Kept, service: string, describe: Describe): Generation | undefined {
  return kept.generations.findLast((each) => isChangedIn(kept, each, service, describe));
}

/** The generation before; undefined for the first one that is kept. */
export function generationBefore({ generations }: Kept, { number }: Generation): Generation | undefined {
  return generations.findLast((each) => each.number < number);
}

function stepBefore(kept: Kept, made: readonly Generation[], service: string, describe: Describe): Choice {
  const touching = made.filter((each) => isChangedIn(kept, each, service, describe));
  const [first, last, now] = [touching[0], touching.at(-1), kept.generations.at(-1)];
  if (first === undefined || last === undefined || now === undefined)
    return refuse(service, `that run did not change ${service}`);
  const earlier = generationBefore(kept, first);
  if (earlier === undefined && first.number > 1)
    return refuse(service, `the state before generation ${first.number} is no longer kept`);
  const [was, left, is] = [
    earlier?.services.get(service),
    last.services.get(service),
    now.services.get(service),
  ];
  if (earlier === undefined || was === undefined)
    return refuse(service, `that run brought ${service} here: a rollback does not remove a service`);
  if (was === null || left === null || is === null) return refuse(service, sayTooLittle(earlier));
  const orGone = (sha256: string | undefined): KeptService | null =>
    sha256 === undefined ? null : describe(sha256);
  const [before, after, current] = [describe(was), orGone(left), orGone(is)];
  const step = { service, now, earlier, undone: last, from: current, to: before };
  if (isSame(current, after) || isSame(current, before)) return { ok: true, step };
  const later = lastChange(kept, service, describe);
  const by =
    later === undefined ? "a later run" : `run ${shortRun(later.madeBy.run)} of ${later.madeBy.user}`;
  return refuse(
    service,
    `${by} changed ${service} again since`,
    `To roll back anyway, name the generation: --to ${earlier.number} --limit HOST.`,
  );
}

/** Null: the service was removed. */
function isSame(left: KeptService | null, right: KeptService | null): boolean {
  return left === null || right === null ? left === right : isSameService(left, right);
}

function sayKept({ generations }: Kept): string {
  const [first, last] = [generations[0]?.number, generations.at(-1)?.number];
  return first === last ? `is only ${first ?? "none"}` : `are ${first ?? 0} to ${last ?? 0}`;
}
