/**
 * node scripts/measure-code.ts [CHECKOUT]: figures of the code and its pages. Functions are declarations,
 * methods and bound arrow functions with a block body (code-figures.ts); imports are judged by the checkout's
 * own scripts/import-rule.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { countWords, functionsIn, messageWords } from "./code-figures.ts";
import { readSources } from "./import-rule.ts";

const MOST_COLUMNS = 110;
const MOST_LINES = 250;
const MOST_FUNCTION_LINES = 40;
const FULLEST = 8;

/** A figure by what it is. */
type Row = readonly [what: string, figure: string];

/** The figures of a checkout. */
export async function measure(root: string): Promise<readonly Row[]> {
  const texts = readSources(join(root, "src"));
  const all = [...texts.values()];
  const functions = [...texts].flatMap(([file, text]) =>
    functionsIn(text).map((each) => ({ ...each, file })),
  );
  const large = functions.filter(({ lines }) => lines > MOST_FUNCTION_LINES);
  const lines = all.flatMap((text) => text.replace(/\n$/, "").split("\n"));
  const long = [...texts].filter(([, text]) => text.split("\n").length - 1 > MOST_LINES);
  return [
    ["files in src", String(texts.size)],
    ["lines in src", String(lines.length)],
    ["functions", String(functions.length)],
    ["lines a function (median, p90, max)", spread(functions.map((each) => each.lines))],
    ["tokens a function (median, p90, max)", spread(functions.map((each) => each.tokens))],
    [`functions over ${MOST_FUNCTION_LINES} lines`, named(large.map(({ file, name }) => `${file} ${name}`))],
    [
      `lines over ${MOST_COLUMNS} columns`,
      share(
        lines.filter((line) => [...line].length > MOST_COLUMNS),
        lines,
      ),
    ],
    [`files over ${MOST_LINES} lines`, named(long.map(([file]) => file))],
    ...(await importRows(root, texts)),
    [`files a folder, the ${FULLEST} fullest`, fullestFolders([...texts.keys()])],
    ...["README.md", "ARCHITECTURE.md"].map((page): Row => [`words of ${page}`, pageWords(join(root, page))]),
    ["words of messages", String(all.reduce((sum, text) => sum + messageWords(text), 0))],
  ];
}

async function importRows(root: string, texts: ReadonlyMap<string, string>): Promise<readonly Row[]> {
  const path = join(root, "scripts/import-rule.ts");
  if (!existsSync(path))
    return [["imports upwards, cycles", "not measured: the checkout has no rule to import"]];
  const { cyclesIn, importsIn, mayImport }: typeof import("./import-rule.ts") = await import(path);
  const own = importsIn(texts).filter(({ to }) => texts.has(to));
  const upwards = own.filter((each) => !mayImport(each)).map(({ from, to }) => `${from} → ${to}`);
  return [
    ["imports upwards", named(upwards)],
    ["cycles", named(cyclesIn(own))],
  ];
}

/** Median, 90th percentile and maximum: the smallest figure that so many are not above. */
export function spread(figures: readonly number[]): string {
  const sorted = [...figures].sort((left, right) => left - right);
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return [0.5, 0.9, 1].map(at).join(", ");
}

function share(some: readonly string[], all: readonly string[]): string {
  return `${some.length} (${((100 * some.length) / Math.max(1, all.length)).toFixed(1)} %)`;
}

function named(names: readonly string[]): string {
  return names.length === 0 ? "0" : `${names.length}: ${names.join(", ")}`;
}

function fullestFolders(files: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  return sorted
    .slice(0, FULLEST)
    .map(([folder, count]) => `${folder} ${count}`)
    .join(", ");
}

function pageWords(path: string): string {
  return existsSync(path) ? String(countWords(readFileSync(path, "utf8"))) : "none";
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
  for (const [what, figure] of await measure(root)) console.log(`${what}: ${figure}`);
}
