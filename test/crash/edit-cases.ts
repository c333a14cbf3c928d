/** At which moments of a transaction the part `edits` edits what, by count and by the seed. */
import { makeRandom } from "../support/random.ts";
import { HAND_EDITS, type HandEdit, UNSAFE_PARENTS, type UnsafeParent } from "./edit-world.ts";
import type { Point } from "./points.ts";

/** Points of apply.sh and of an undo. waits: where AWAIT is about to be written. */
export type Moments = {
  readonly apply: readonly Point[];
  readonly undo: readonly Point[];
  readonly waits: number;
};

/** One edit at one moment. end: what becomes of the transaction, where the edit is no reason against it. */
export type EditCase = {
  readonly edit: HandEdit | null;
  readonly parent: UnsafeParent | null;
  readonly script: "apply" | "finish";
  readonly point: Point;
  readonly end: "confirm" | "undo";
  /** The path, or what is below the folder, was not to be touched any longer. */
  readonly isOver: boolean;
};

const CHANGES = ["rename", "unlink", "rmdir", "mkdir", "chmod", "chown", "symlink"];
const isState = ({ call, two }: Point): boolean => call === "rename" && two.endsWith("/state");
const touches = ({ one, two }: Point, path: string): boolean => [one, two].includes(path);
const isBelow = ({ one, two }: Point, folder: string): boolean =>
  [one, two].some((path) => path === folder || path.startsWith(`${folder}/`));

/** Moments that differ: what changes a name or a mode, acts on units, and the start. */
function isMoment(point: Point): boolean {
  if (point.number === 1 || CHANGES.includes(point.call) || point.call === "fsync") return true;
  return point.call === "execve" && point.one.endsWith("/systemctl");
}

/**
 * Every edit before every state, and at a share of the other moments, by the seed; share 1: at all of them. Not
 * between the last look at a path and its own change: a shell cannot do both at once.
 */
export function editCases({ apply, undo, waits }: Moments, seed: number, share: number): readonly EditCase[] {
  const random = makeRandom(seed);
  const moments = [
    ...apply
      .filter(isMoment)
      .flatMap((point) => [
        { script: "apply" as const, point, end: "confirm" as const },
        ...(point.number > waits ? [] : [{ script: "apply" as const, point, end: "undo" as const }]),
      ]),
    ...undo.filter(isMoment).map((point) => ({ script: "finish" as const, point, end: "undo" as const })),
  ];
  const isKept = (point: Point): boolean => random(1000) < share * 1000 || isState(point);
  return moments.flatMap((moment) => {
    const { point, script } = moment;
    const isChange = CHANGES.includes(point.call);
    const log = script === "apply" ? apply : undo;
    const edits = HAND_EDITS.filter(({ path }) => isKept(point) && !(isChange && touches(point, path)));
    const parents = UNSAFE_PARENTS.filter(
      ({ folder }) => isKept(point) && !(isChange && isBelow(point, folder)),
    );
    return [
      ...edits.map((edit) => {
        // A sync of what was put back looks at nothing.
        const last = log.findLast((each) => each.call !== "fsync" && touches(each, edit.path))?.number ?? 0;
        return { ...moment, edit, parent: null, isOver: script === "finish" && point.number > last };
      }),
      ...parents.map((parent) => {
        const isHarmless = script === "finish" && parent.elsewhere === null;
        return {
          ...moment,
          edit: null,
          parent,
          isOver: isHarmless || point.number > lastWrite(log, parent.folder),
        };
      }),
    ];
  });
}

function lastWrite(points: readonly Point[], folder: string): number {
  const writes = points.filter((point) => CHANGES.includes(point.call) && isBelow(point, folder));
  return writes.at(-1)?.number ?? 0;
}
