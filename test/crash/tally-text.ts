/** The tally as `npm run crash -- --tally` prints it. */
import type { Defined } from "./defined.ts";
import { readRanges } from "./ranges.ts";
import { currentRows, doneCases, scriptsDigest } from "./tally.ts";
import type { StoredRow } from "./tally-rows.ts";

/** lines: a row a world, what is stale, what is wrong, a last line of sums. violations: how many. */
export type TallyText = { readonly lines: readonly string[]; readonly violations: number };

type Figures = { points: number; runs: number; violations: string[] };
type Table = readonly (readonly string[])[];

const HEAD = ["world", "points", "single", "missed", "double", "violations"];
const APART = ["mutants", "races"];

/** Says what was run of these worlds for the host scripts as they are. */
export function tallyText(
  tally: ReadonlyMap<string, readonly StoredRow[]>,
  worlds: readonly Defined[],
): TallyText {
  const sum: Figures = { points: 0, runs: 0, violations: [] };
  const table = [HEAD, ...worlds.map((world) => worldLine(world, tally.get(world.name) ?? [], sum))];
  const now = scriptsDigest();
  const apart = APART.flatMap((name) => tally.get(name) ?? []).filter(({ scripts }) => scripts === now);
  const mutants = apart.filter((row) => row.row === "mutant");
  const races = apart.filter((row) => row.row === "race");
  const lost = races.flatMap(({ name, wrong }) => wrong.map((each) => `races: ${name}: ${each}`));
  const missing = mutants
    .filter(({ caughtBy }) => caughtBy === null)
    .map(({ name }) => `mutants: ${name} was not caught`);
  const violations = [...sum.violations, ...lost];
  const counts = [
    `${sum.points} points`,
    `${sum.runs} runs`,
    `${violations.length} violations`,
    `${mutants.length - missing.length} of ${mutants.length} mutants caught`,
    `${races.reduce((all, { runs }) => all + runs, 0)} races`,
  ];
  return {
    lines: [
      ...aligned(table),
      ...staleLines(tally, worlds),
      ...violations,
      ...missing,
      `Tally of the host scripts ${now}: ${counts.join(", ")}.`,
    ],
    violations: violations.length + missing.length,
  };
}

function worldLine(
  { name, definition }: Defined,
  all: readonly StoredRow[],
  sum: Figures,
): readonly string[] {
  const current = currentRows(all, definition);
  const { world, rows } = current;
  if (world === null) return [name, "-", "-", "-", "-", "-"];
  const wrong = rows.filter((row) => row.row === "violation");
  sum.points += world.points;
  sum.runs += rows.reduce((runs, row) => runs + runsOf(row), 0);
  sum.violations.push(...wrong.map((row) => `${name}: ${row.how} ${row.at}: ${row.wrong.join("; ")}`));
  const missed = rows.flatMap((row) => (row.row === "cases" ? [...readRanges(row.missed)] : []));
  return [
    name,
    String(world.points),
    `${doneCases(current, "single").size} of ${world.single}`,
    String(missed.length),
    world.double === 0 ? "-" : `${doneCases(current, "double").size} of ${world.double}`,
    String(wrong.length),
  ];
}

function runsOf(row: StoredRow): number {
  if (row.row === "cases") return Object.values(row.ends).reduce((sum, count) => sum + count, 0);
  if (row.row === "race") return row.runs;
  return row.row === "world" ? 0 : 1;
}

/** What was run of other host scripts, of a world that was another one then, or of one that is no longer there. */
function staleLines(
  tally: ReadonlyMap<string, readonly StoredRow[]>,
  worlds: readonly Defined[],
): readonly string[] {
  const now = scriptsDigest();
  return [...tally].flatMap(([name, all]) => {
    const world = worlds.find((each) => each.name === name);
    const counts = new Set(world === undefined ? [] : currentRows(all, world.definition).rows);
    const stale = all.filter((row) => (APART.includes(name) ? row.scripts !== now : !counts.has(row)));
    return [...Map.groupBy(stale, ({ scripts }) => scripts)].flatMap(([scripts, rows]) => {
      const runs = rows.reduce((sum, row) => sum + runsOf(row), 0);
      const of =
        scripts === now ? "these host scripts, but of other points" : `other host scripts (${scripts})`;
      return runs === 0 ? [] : [`stale, not counted: ${name}: ${runs} runs of ${of}`];
    });
  });
}

function aligned(table: Table): readonly string[] {
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}
