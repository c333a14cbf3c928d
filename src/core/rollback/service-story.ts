/**
 * What a host knows of one service: which generation made it what it is, what that changed, and what was
 * tried since.
 */
import type { KeptService } from "../model/resource.ts";
import {
  type Describe,
  type Generation,
  generationBefore,
  type Kept,
  lastChange,
  type PastRun,
  type UndoneRun,
} from "./generations.ts";

/**
 * A run that was taken back. failure: empty where the host has forgotten it; services null: which it was
 * about is no longer known.
 */
export type TakenBack = Pick<UndoneRun, "madeBy" | "failure"> & {
  readonly result: string;
  readonly services: readonly string[] | null;
};

/**
 * now: null where the service was removed. changed: the generation that last changed the
 * service, null where that is older than what is kept; before: null where it brought the service.
 */
export type ServiceStory = {
  readonly service: string;
  /**
   * In order; version: the service's in that generation, null where it had none or is not described there.
   */
  readonly generations: readonly { readonly generation: Generation; readonly version: string | null }[];
  readonly now: KeptService | null;
  readonly changed: {
    readonly generation: Generation;
    readonly before: KeptService | null;
    readonly beforeNumber: number | null;
  } | null;
  readonly triedSince: readonly TakenBack[];
};

/** Null where svcdeploy never applied the service here, or an older one that kept no description. */
export function serviceStory(kept: Kept, service: string, describe: Describe): ServiceStory | null {
  const last = kept.generations.at(-1);
  const isGone =
    last?.services.has(service) === false && kept.generations.some(({ services }) => services.has(service));
  const sha256 = last?.services.get(service) ?? null;
  if (last === undefined || (sha256 === null && !isGone)) return null;
  const generation = lastChange(kept, service, describe) ?? last;
  const then = generationBefore(kept, generation);
  const before = then?.services.get(service) ?? null;
  const isKnown = then !== undefined || generation.number === 1;
  return {
    service,
    generations: kept.generations.map((each) => ({
      generation: each,
      version: versionIn(each, service, describe),
    })),
    now: sha256 === null ? null : describe(sha256),
    changed: isKnown
      ? { generation, before: before === null ? null : describe(before), beforeNumber: then?.number ?? null }
      : null,
    triedSince: takenBackSince(kept, service, isKnown ? generation : (kept.generations[0] ?? generation)),
  };
}

function versionIn({ services }: Generation, service: string, describe: Describe): string | null {
  const sha256 = services.get(service) ?? null;
  return sha256 === null ? null : describe(sha256).version;
}

function takenBackSince(
  { runs, attempts }: Kept,
  service: string,
  { madeBy: maker }: Generation,
): readonly TakenBack[] {
  const start = runs.findLastIndex(
    ({ madeBy, result }) => madeBy.run === maker.run && result === "confirmed",
  );
  const later = runs
    .slice(start + 1)
    .filter(({ madeBy, result }) => madeBy.project === maker.project && UNDONE.test(result));
  const told = later.map((run) => withAttempt(run, attempts, service));
  return told.filter(({ services }) => services === null || services.includes(service));
}

const UNDONE = /^(?:rolled-back|rollback-failed)/;

function withAttempt(
  { madeBy, result }: PastRun,
  attempts: readonly UndoneRun[],
  service: string,
): TakenBack {
  const found = attempts.filter((each) => each.madeBy.run === madeBy.run);
  const attempt = found.find(({ services }) => services.includes(service)) ?? found[0];
  const services = madeBy.services.length > 0 ? madeBy.services : (attempt?.services ?? null);
  return { madeBy, result: result.replace(/:$/, ""), failure: attempt?.failure ?? "", services };
}
