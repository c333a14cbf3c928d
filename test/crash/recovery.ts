/** What else may follow apply.sh than finish.sh: the recovery alone, a power cut, a shutdown; the recovery struck as well. */
import { join } from "node:path";
import { causes, type Ranges, turnOf } from "./cases.ts";
import type { Check } from "./checks.ts";
import { kindsOf } from "./kinds.ts";
import { MOST_MODES, mattersFirst, type Point, readLog, turnedModesAt } from "./points.ts";
import { keep } from "./root.ts";
import { type Ready, runFrom, type Start, type Way } from "./run.ts";
import { snapshot } from "./snapshot.ts";

/** How much of it: what the slice takes, or everything. */
export type Share = "slice" | "full";

/** What strikes a recovery and what is before it. */
type Order = Pick<Start, "apply" | "finish" | "recover"> & { readonly way: Way };

/**
 * Runs the cases. full: each change of apply.sh that matters first, and each of the undo, a kill with the machine started
 * again; each point of the recovery in every mode. slice: a kill behind each state, every second time followed by a
 * shutdown in order; of recover.sh's own points each in one mode, of the rest some kinds. seed turns which.
 * turns: so many modes at a point, and ways in which the machine ends.
 */
export function* runRecoveries(
  ready: Ready,
  ranges: Ranges,
  share: Share,
  seed: number,
  turns = share === "full" ? MOST_MODES : 1,
): Generator<Check & { readonly struck: number }> {
  const { undo, complete } = causes(ready.world.name, ranges.apply, ranges.decided);
  const late = [undo, ...(ranges.decided === 0 ? [] : [complete])].map(({ apply }) => apply);
  for (const apply of late) {
    const before: Order = { apply, finish: null, way: "recover", recover: [] };
    yield run(ready, before);
    const points = readLog(join(ready.root.work, "log-recover")).points;
    const faults =
      share === "full"
        ? points.flatMap((point) => everyFault(point, turns))
        : someFaults(points, turnOf(ready.world.name, seed) + apply.length);
    for (const fault of faults) yield run(ready, { ...before, recover: [fault] });
  }
  const booted = startAgain(ready);
  yield run(booted, { apply: undo.apply, finish: null, way: "reboot" });
  for (const [index, number] of killsOf(ranges.apply, share).entries())
    for (const [place, way] of WAYS.entries())
      if ((place + index + seed) % WAYS.length < turns)
        yield run(booted, { apply: [`${number}:kill-before`], finish: way === "reboot" ? null : [], way });
  for (const number of share === "full" ? killsOf(ranges.undo, share) : [])
    yield run(booted, { apply: undo.apply, finish: [`${number}:kill-before`], way: "reboot" });
}

/** How a machine ends. */
const WAYS = ["reboot", "shutdown"] as const;

function run(ready: Ready, order: Order): Check & { readonly struck: number } {
  const { apply, finish, recover = [], way } = order;
  const { wrong, struck } = runFrom(ready, { ...order, from: ready.before, confirm: true });
  const faults = [...(apply ?? []), ...(finish ?? []), ...recover];
  const name = `${way}: apply ${apply?.join() || "-"} finish ${finish?.join() || "-"} recover ${recover.join() || "-"}`;
  const missed = struck < faults.length ? ["a fault was not met"] : [];
  return { name, struck, wrong: [...missed, ...wrong.slice(0, 8)].map((text) => `${name}: ${text}`) };
}

/** The same world, with what a boot makes of the host before and after. */
function startAgain(ready: Ready): Ready {
  const { root, truth, before } = ready;
  const start: Start = { from: before, apply: [], finish: [], confirm: true };
  runFrom(ready, start);
  const after = keep(root, "after");
  const bootFrom = (from: string): Ready["truth"]["before"] => {
    runFrom(ready, { ...start, from, apply: null, finish: null, way: "reboot" });
    return snapshot(root);
  };
  return { ...ready, truth: { ...truth, booted: { before: bootFrom(before), after: bootFrom(after) } } };
}

/** Numbers of points before which the machine stops. */
function killsOf(points: readonly Point[], share: Share): readonly number[] {
  const changes = kindsOf(points).flatMap(({ points: alike, isChange }) => (isChange ? alike : []));
  if (share === "full") return changes.filter(mattersFirst).map(({ number }) => number);
  const states = points.filter(({ call, two }) => call === "rename" && /\/(?:state|confirmed)$/.test(two));
  return states.map(({ number }) => number + 1);
}

/** Up to here the points are recover.sh's own. */
const OWN = 4;
/** Of the others a slice takes one of so many; they are those of finish.sh, which is struck by itself. */
const SHARE = 24;

const faultAt = ({ number }: Point, mode: string): string => `${number}:${mode}`;
const everyFault = (point: Point, turns: number): readonly string[] =>
  turnedModesAt(point)
    .slice(0, turns)
    .map((mode) => faultAt(point, mode));

function someFaults(points: readonly Point[], turn: number): readonly string[] {
  const rest = kindsOf(points.slice(OWN)).flatMap(({ points: [first] }) => first ?? []);
  return [
    ...points.slice(0, OWN).flatMap((point, index) => {
      const all = everyFault(point, MOST_MODES);
      return all[(index + turn) % all.length] ?? [];
    }),
    ...rest
      .filter(mattersFirst)
      .filter((_, index) => index % SHARE === turn % SHARE)
      .map((point) => faultAt(point, "kill-before")),
  ];
}
