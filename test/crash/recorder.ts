/** Writes the rows of a sitting into the tally as they come, one after the other. */
import type { Defined } from "./defined.ts";
import { isMissed, type Part, type Row } from "./suite.ts";
import { currentRows, doneCases, readTally, record } from "./tally.ts";

/** hear takes a row; settle waits until all are written, and throws where one could not be. */
export type Recorder = {
  readonly isDone: (part: Part) => boolean;
  readonly hear: (row: Row) => void;
  readonly hasFailed: () => boolean;
  readonly settle: () => Promise<void>;
};

/** How the tally names a case: what strikes it, and the numbers of the points, `12` or `88/12`. */
export function keyOf({ apply = [], finish = [], how, at }: Pick<Row, "apply" | "finish" | "how" | "at">): {
  readonly how: string;
  readonly at: string;
} {
  if (how !== undefined && at !== undefined) return { how, at };
  const faults = [
    ...apply.map((fault) => ["apply", ...fault.split(":")] as const),
    ...finish.map((fault) => ["finish", ...fault.split(":")] as const),
  ];
  return {
    how: faults.map(([script, , mode]) => `${script} ${mode}`).join(" "),
    at: faults.map(([, number]) => number).join("/"),
  };
}

/** For the parts `full` and `checks` of these worlds. seed: another one than 0 has pairs of its own. */
export function makeRecorder(worlds: readonly Defined[], seed: string): Recorder {
  const counted = new Map<string, string>();
  let writing = Promise.resolve();
  let failure: unknown = null;
  return {
    isDone: ({ world, part }) =>
      part === "full" && seed === "0" && isAllDone(worlds.find(({ name }) => name === world)),
    hear: (row) => {
      if (row.counted !== undefined) counted.set(row.world, row.counted);
      writing = writing
        .then(() => write(row, counted.get(row.world) ?? ""))
        .catch((error: unknown) => {
          failure ??= error;
        });
    },
    hasFailed: () => failure !== null,
    settle: async () => {
      await writing;
      if (failure !== null) throw failure;
    },
  };
}

/** Of checks and of the order only what is wrong is written down: they are made anew at each sitting. */
async function write(row: Row, counted: string): Promise<void> {
  const {
    world,
    definition,
    points,
    single = 0,
    double = 0,
    wrong = [],
    order = [],
    check,
    part,
    end = "",
  } = row;
  if (definition !== undefined && points !== undefined)
    await record({ row: "world", world, definition, counted, points, single, double });
  const checked = { row: "case", world, counted, part: "checks", at: "-", end: null } as const;
  if (order.length > 0) await record({ ...checked, how: "order", wrong: order.slice(0, 8) });
  if (check !== undefined && wrong.length > 0) await record({ ...checked, how: check, wrong });
  if (part !== undefined)
    await record({
      row: "case",
      world,
      counted,
      part,
      ...keyOf(row),
      end: isMissed(row) ? null : end,
      wrong,
    });
}

/** Then the world need not even be made. */
function isAllDone(world: Defined | undefined): boolean {
  if (world === undefined) return false;
  const current = currentRows(readTally().get(world.name) ?? [], world.definition);
  const isDone = (part: "single" | "double"): boolean =>
    doneCases(current, part).size >= (current.world?.[part] ?? Number.POSITIVE_INFINITY);
  return isDone("single") && isDone("double");
}
