/** The rows of the tally as they are written down, one JSON line each, and how a row that comes is taken up by them. */
import { z } from "zod";
import { readRanges, writeRanges } from "./ranges.ts";

const ranges = z.string().refine((text) => {
  try {
    readRanges(text);
    return true;
  } catch {
    return false;
  }
}, "is no list of ranges");
const digest = z.string().regex(/^[0-9a-f]{16}$/);
/** scripts: the host scripts that were run. counted: the points that the numbers of the cases are of. */
const ran = { scripts: digest, counted: digest, part: z.string(), how: z.string() };

const storedRow = z.discriminatedUnion("row", [
  z.strictObject({
    row: z.literal("world"),
    scripts: digest,
    definition: digest,
    counted: digest,
    points: z.int(),
    single: z.int(),
    double: z.int(),
  }),
  z
    .strictObject({
      row: z.literal("cases"),
      ...ran,
      done: ranges,
      missed: ranges,
      ends: z.record(z.string(), z.int().positive()),
    })
    .refine(
      ({ done, ends }) =>
        readRanges(done).size === Object.values(ends).reduce((sum, count) => sum + count, 0),
      "has more or fewer ends than cases that are done",
    ),
  z.strictObject({
    row: z.literal("violation"),
    ...ran,
    at: z.string(),
    wrong: z.array(z.string()).min(1).readonly(),
  }),
  z.strictObject({
    row: z.literal("mutant"),
    scripts: digest,
    name: z.string(),
    caughtBy: z.string().nullable(),
  }),
  z.strictObject({
    row: z.literal("race"),
    scripts: digest,
    name: z.string(),
    runs: z.int().positive(),
    wrong: z.array(z.string()).readonly(),
  }),
]);

/**
 * A row as it is in a file.
 *   world: how many points it has, and how many cases of one fault and of two; definition: what it is made of.
 *   cases: those of one part that were struck in one way; missed: nothing was struck, so they are not done.
 *   violation: a case that ended as it must not; it stays until someone removes it.
 *   mutant: caughtBy: null where the suite did not notice it. race: runs add up.
 */
export type StoredRow = z.infer<typeof storedRow>;
type Stored<Kind extends StoredRow["row"]> = Extract<StoredRow, { readonly row: Kind }>;

/** One case that was run. at: its numbers, `12` or `88/12`; end null: nothing was struck. wrong: violations. */
export type CaseRow = Omit<Stored<"violation">, "row" | "scripts"> & {
  readonly row: "case";
  readonly world: string;
  readonly end: string | null;
};
/** What is recorded; the digest of the scripts is added to it. */
export type TallyRow =
  | CaseRow
  | (Omit<Stored<"world">, "scripts"> & { readonly world: string })
  | Omit<Stored<"mutant">, "scripts">
  | Omit<Stored<"race">, "scripts">;

/** Reads a line. Throws Error that says what is wrong with it. */
export function readStoredRow(line: string): StoredRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(error instanceof Error ? error.message : String(error));
  }
  const read = storedRow.safeParse(value);
  if (!read.success) throw new Error(z.prettifyError(read.error).replaceAll(/\s*\n\s*/g, " "));
  return read.data;
}

/** The rows with one more. A case that is done already changes nothing, so two writers count it once. */
export function withRow(stored: readonly StoredRow[], row: TallyRow, scripts: string): readonly StoredRow[] {
  if (row.row === "case") return withCase(stored, row, scripts);
  if (row.row === "world") {
    const { world: _, ...kept } = row;
    const others = stored.filter(
      (each) => each.row !== "world" || each.scripts !== scripts || each.counted !== row.counted,
    );
    return [...others, { ...kept, scripts }];
  }
  const isSame = (each: StoredRow): boolean =>
    each.row === row.row && each.scripts === scripts && each.name === row.name;
  const before = stored.find(isSame);
  const added = row.row === "race" && before?.row === "race" ? addRace(before, row) : row;
  return [...stored.filter((each) => !isSame(each)), { ...added, scripts }];
}

function addRace(before: Stored<"race">, row: Omit<Stored<"race">, "scripts">): typeof row {
  return { ...row, runs: before.runs + row.runs, wrong: [...new Set([...before.wrong, ...row.wrong])] };
}

function withCase(stored: readonly StoredRow[], row: CaseRow, scripts: string): readonly StoredRow[] {
  const { counted, part, how, at, end, wrong } = row;
  const key = { scripts, counted, part, how };
  const isOfKey = (each: StoredRow): boolean =>
    "how" in each && Object.entries(key).every(([name, value]) => value === Reflect.get(each, name));
  if (wrong.length > 0) {
    const others = stored.filter((each) => !(each.row === "violation" && isOfKey(each) && each.at === at));
    return [...others, { row: "violation", ...key, at, wrong }];
  }
  const before = stored.find((each) => each.row === "cases" && isOfKey(each));
  const cases: Stored<"cases"> =
    before?.row === "cases" ? before : { row: "cases", ...key, done: "", missed: "", ends: {} };
  const next = withEnd(cases, at, end);
  if (next === cases) return stored;
  return before === undefined ? [...stored, next] : stored.map((each) => (each === before ? next : each));
}

function withEnd(cases: Stored<"cases">, at: string, end: string | null): Stored<"cases"> {
  const done = readRanges(cases.done);
  if (done.has(at)) return cases;
  const missed = new Set(readRanges(cases.missed));
  if (end === null) return { ...cases, missed: writeRanges(missed.add(at)) };
  missed.delete(at);
  return {
    ...cases,
    done: writeRanges([...done, at]),
    missed: writeRanges(missed),
    ends: { ...cases.ends, [end]: (cases.ends[end] ?? 0) + 1 },
  };
}
