/** Which cases a part of the crash suite has, by count and not by time. */
import { type Case, mattersFirst, modesAt, type Point } from "./points.ts";

/**
 * The points of a world: of a transaction that is confirmed, of an undo, and of a commit that finish.sh does.
 * decided: the point of apply.sh at which the controller's rename wins.
 */
export type Ranges = {
  readonly apply: readonly Point[];
  readonly undo: readonly Point[];
  readonly complete: readonly Point[];
  readonly decided: number;
};

/** slice: each point that matters once; single: every point in every mode; double: pairs, by the seed; case=APPLY/FINISH: that one. */
export function casesOf(world: string, ranges: Ranges, part: string, seed: number): readonly Case[] {
  if (part === "slice") return slice(world, ranges, seed);
  if (part === "single") return single(world, ranges);
  if (part === "double") return double(world, ranges, seed);
  const [apply = "", finish = ""] = part.slice("case=".length).split("/");
  const words = (text: string): readonly string[] => text.split(",").filter((each) => each !== "");
  return [{ world, apply: words(apply), finish: words(finish), confirm: true }];
}

const fault = ({ number }: Point, mode: string): string => `${number}:${mode}`;

/** A kill of apply.sh that leaves the undo, or the commit, everything to do: right after the word that says so. */
export function causes(
  world: string,
  apply: readonly Point[],
  decided: number,
): { readonly undo: Case; readonly complete: Case } {
  const late = apply.findLast(({ number, two }) => number < decided && two.endsWith("/state"));
  const after = (number: number): Case => ({
    world,
    apply: [`${number + 1}:kill-before`],
    finish: [],
    confirm: true,
  });
  return { undo: after(late?.number ?? decided), complete: after(decided) };
}

function slice(world: string, ranges: Ranges, seed: number): readonly Case[] {
  const { undo, complete } = causes(world, ranges.apply, ranges.decided);
  const turn = (point: Point): string => {
    const modes = modesAt(point);
    return fault(point, modes[(point.number + seed) % modes.length] ?? "kill-before");
  };
  const some = (points: readonly Point[]): readonly Point[] => points.filter(mattersFirst);
  return [
    ...some(ranges.apply).map((point): Case => ({ world, apply: [turn(point)], finish: [], confirm: true })),
    ...some(ranges.undo).map((point): Case => ({ ...undo, finish: [turn(point)] })),
    ...some(ranges.complete)
      .filter((_, index) => index % 3 === seed % 3)
      .map((point): Case => ({ ...complete, finish: [turn(point)] })),
  ];
}

function single(world: string, ranges: Ranges): readonly Case[] {
  const { undo, complete } = causes(world, ranges.apply, ranges.decided);
  const each = (points: readonly Point[], make: (fault: string) => Case): readonly Case[] =>
    points.flatMap((point) => modesAt(point).map((mode) => make(fault(point, mode))));
  return [
    ...each(ranges.apply, (apply) => ({ world, apply: [apply], finish: [], confirm: true })),
    ...each(ranges.undo, (finish) => ({ ...undo, finish: [finish] })),
    ...each(ranges.complete, (finish) => ({ ...complete, finish: [finish] })),
  ];
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
