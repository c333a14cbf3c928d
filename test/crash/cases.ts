/** Which cases a part of the crash suite has, by count and not by time. */
import { kindsOf } from "./kinds.ts";
import { type Case, MOST_MODES, mattersFirst, modesAt, type Point, turnedModesAt } from "./points.ts";

/**
 * The points of a world: of a transaction that is confirmed, of an undo, and of a commit that finish.sh does.
 * decided: the point of apply.sh at which the controller's rename wins; 0: there is none.
 */
export type Ranges = {
  readonly apply: readonly Point[];
  readonly undo: readonly Point[];
  readonly complete: readonly Point[];
  readonly decided: number;
};

/**
 * slice: by the rule below; single: every point in every mode, in turns of one mode a point; double: pairs, by the
 * seed; case=APPLY/FINISH: that one. turns: so many of those of single.
 */
export function casesOf(
  world: string,
  ranges: Ranges,
  part: string,
  seed: number,
  turns = Number.POSITIVE_INFINITY,
): readonly Case[] {
  if (part === "slice") return slice(world, ranges, seed);
  if (part === "single") return single(world, ranges, turns);
  if (part === "double") return double(world, ranges, seed);
  const [apply = "", finish = ""] = part.slice("case=".length).split("/");
  const words = (text: string): readonly string[] => text.split(",").filter((each) => each !== "");
  return [{ world, apply: words(apply), finish: words(finish), confirm: true }];
}

const fault = ({ number }: Point, mode: string): string => `${number}:${mode}`;

/**
 * A kill of apply.sh that leaves the undo, or the commit, everything to do: right after the word that says so. A
 * transaction that fails by itself (nothing is decided) leaves the undo everything without a fault.
 */
export function causes(
  world: string,
  apply: readonly Point[],
  decided: number,
): { readonly undo: Case; readonly complete: Case } {
  const late = apply.findLast(({ number, two }) => number < decided && two.endsWith("/state"));
  const after = (number: number): Case => ({
    world,
    apply: decided === 0 ? [] : [`${number + 1}:kill-before`],
    finish: [],
    confirm: true,
  });
  return { undo: after(late?.number ?? decided), complete: after(decided) };
}

/** Of so many worlds one has its turn. */
const LESSER = 6;
const FAULT = 12;
const LESSER_FAULT = 36;

/**
 * The rule of the slice. Points of one kind (kinds.ts) are one: which of them is struck turns with the seed.
 *
 * - Every kind that matters first is struck in every world: a change by a kill before it, an act of systemctl by one
 *   more fault; what changes nothing by a fault alone, because a kill there leaves the host that the next kill leaves: a
 *   sync fails, a question to systemctl has no answer.
 * - Every other change is killed in every sixth world.
 * - Beside its kill a change meets another fault, one of twelve where it matters first, one of 36 otherwise; so does
 *   what runs a program.
 *
 * Which world has its turn, and in which mode, is decided by the place of the kind, the name of the world and the seed.
 */
function slice(world: string, ranges: Ranges, seed: number): readonly Case[] {
  const { undo, complete } = causes(world, ranges.apply, ranges.decided);
  const turn = turnOf(world, seed);
  return [
    ...faultsOf(ranges.apply, turn).map(
      (each): Case => ({ world, apply: [each], finish: [], confirm: true }),
    ),
    ...faultsOf(ranges.undo, turn).map((each): Case => ({ ...undo, finish: [each] })),
    ...faultsOf(ranges.complete, turn).map((each): Case => ({ ...complete, finish: [each] })),
  ];
}

/** Whose turn it is in a world: a number that differs from world to world, and with the seed. */
export function turnOf(world: string, seed: number): number {
  return seed + [...world].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
}

/** What strikes one run's points in a slice. */
function faultsOf(points: readonly Point[], turn: number): readonly string[] {
  return kindsOf(points).flatMap(({ points: alike, isChange }, index) => {
    const number = index + turn;
    const point = alike[number % alike.length];
    if (point === undefined) return [];
    const isFirst = mattersFirst(point);
    const isProgram = point.call === "execve";
    const every = !isFirst ? LESSER_FAULT : isChange && !isProgram ? FAULT : 1;
    const others = modesAt(point).filter((mode) => !mode.startsWith("kill"));
    const turned = others[Math.floor(number / every) % others.length] ?? "EIO";
    return [
      ...(isChange && (isFirst || number % LESSER === 0) ? [fault(point, "kill-before")] : []),
      ...(number % every === 0 ? [fault(point, isFirst && isProgram && !isChange ? "fail" : turned)] : []),
    ];
  });
}

function single(world: string, ranges: Ranges, turns: number): readonly Case[] {
  const { undo, complete } = causes(world, ranges.apply, ranges.decided);
  return Array.from({ length: Math.min(turns, MOST_MODES) }, (_, turn) => {
    const each = (points: readonly Point[], make: (fault: string) => Case): readonly Case[] =>
      points.flatMap((point) => {
        const mode = turnedModesAt(point)[turn];
        return mode === undefined ? [] : [make(fault(point, mode))];
      });
    return [
      ...each(ranges.apply, (apply) => ({ world, apply: [apply], finish: [], confirm: true })),
      ...each(ranges.undo, (finish) => ({ ...undo, finish: [finish] })),
      ...each(ranges.complete, (finish) => ({ ...complete, finish: [finish] })),
    ];
  }).flat();
}

const PAIRS = 150;

/** A crash anywhere in apply.sh, and a fault anywhere in what follows. */
function double(world: string, { apply, undo, complete, decided }: Ranges, seed: number): readonly Case[] {
  let state = seed + 1;
  const pick = <T>(from: readonly T[]): T | undefined => {
    state = (state * 48271) % 2147483647;
    return from[state % from.length];
  };
  return Array.from(
    { length: PAIRS },
    () => [pick(apply), pick(["kill-before", "kill-after"]), pick(undo), pick(complete)] as const,
  ).flatMap(([first, mode, undone, completed]) => {
    const second = first !== undefined && first.number > decided ? completed : undone;
    if (first === undefined || mode === undefined || second === undefined) return [];
    const how = pick(modesAt(second)) ?? "kill-before";
    return [{ world, apply: [fault(first, mode)], finish: [fault(second, how)], confirm: true }];
  });
}
