/** The tally: what counts, what is stale, what is damaged; sittings that go on where others were, and write at once. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { numberCommands, readCommandNumbers } from "./command-numbers.ts";
import { readRanges, writeRanges } from "./ranges.ts";
import { currentRows, DamagedTally, doneCases, readTally, record, scriptsDigest } from "./tally.ts";
import type { CaseRow } from "./tally-rows.ts";
import { tallyText } from "./tally-text.ts";

const definition = "d".repeat(16);
const counted = "c".repeat(16);
const world = { row: "world", world: "w", definition, counted, points: 3, single: 8, double: 2 } as const;
const worlds = [{ name: "w", definition }];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-tally-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function one(at: string, more: Partial<CaseRow> = {}): CaseRow {
  return {
    row: "case",
    world: "w",
    counted,
    part: "single",
    how: "apply fail",
    at,
    end: "old",
    wrong: [],
    ...more,
  };
}

function done(part = "single"): readonly string[] {
  return [...doneCases(currentRows(readTally(folder).get("w") ?? [], definition), part)];
}

const text = (): readonly string[] => tallyText(readTally(folder), worlds).lines;
const file = (): string => readFileSync(join(folder, "w.jsonl"), "utf8");

test("cases are counted by how they ended, and are done for the next sitting", async () => {
  await record(world, folder);
  for (const at of ["1", "2", "3", "5"]) await record(one(at), folder);
  await record(one("4", { how: "apply kill-after", end: "new" }), folder);
  await record(one("2/7", { part: "double", how: "apply kill-before finish fail" }), folder);
  expect(done()).toEqual([
    "apply fail 1",
    "apply fail 2",
    "apply fail 3",
    "apply fail 5",
    "apply kill-after 4",
  ]);
  expect(done("double")).toEqual(["apply kill-before finish fail 2/7"]);
  expect(file()).toContain('"how":"apply fail","done":"1-3,5","missed":"","ends":{"old":4}');
  expect(text()).toEqual([
    "world  points  single  missed  double  violations",
    "w           3  5 of 8       0  1 of 2           0",
    `Tally of the host scripts ${scriptsDigest()}: 3 points, 6 runs, 0 violations, 0 of 0 mutants caught, 0 races.`,
  ]);
});

test("a case that is done already counts once; one that was missed is not done until it is struck", async () => {
  await record(world, folder);
  await record(one("1"), folder);
  const before = file();
  await record(one("1", { end: "new" }), folder);
  expect(file()).toBe(before);
  await record(one("2", { end: null }), folder);
  expect(done()).toEqual(["apply fail 1"]);
  expect(text()[1]).toMatch(/1 of 8 +1 +0 of 2/);
  await record(one("2"), folder);
  expect(done()).toEqual(["apply fail 1", "apply fail 2"]);
  expect(text()[1]).toMatch(/2 of 8 +0 /);
});

test("a violation is no case that is done, counts once, and outlives a run that ends well", async () => {
  await record(world, folder);
  await record(one("1", { wrong: ["/etc/a is torn"] }), folder);
  await record(one("1", { wrong: ["/etc/a is torn again"] }), folder);
  expect(done()).toEqual([]);
  await record(one("1"), folder);
  expect(done()).toEqual(["apply fail 1"]);
  const { lines, violations } = tallyText(readTally(folder), worlds);
  expect(violations).toBe(1);
  expect(lines).toContain("w: apply fail 1: /etc/a is torn again");
  expect(lines.at(-1)).toContain("2 runs, 1 violations");
});

test("what was run of other host scripts is stale: named, not counted, not done", async () => {
  const copy = join(folder, "scripts");
  cpSync(fileURLToPath(new URL("../../src/host", import.meta.url)), copy, { recursive: true });
  appendFileSync(join(copy, "finish.sh"), "# one byte more\n");
  process.env.SVCDEPLOY_CRASH_SCRIPTS = copy;
  let other: string;
  try {
    other = scriptsDigest();
    await record(world, folder);
    await record(one("1"), folder);
    await record({ row: "mutant", name: "m", caughtBy: null }, folder);
    expect(done()).toEqual(["apply fail 1"]);
  } finally {
    delete process.env.SVCDEPLOY_CRASH_SCRIPTS;
  }
  expect(other).not.toBe(scriptsDigest());
  await record(world, folder);
  await record(one("2"), folder);
  expect(done()).toEqual(["apply fail 2"]);
  expect(text()[1]).toMatch(/1 of 8/);
  expect(text()).toContain(`stale, not counted: w: 1 runs of other host scripts (${other})`);
  expect(text()).toContain(`stale, not counted: mutants: 1 runs of other host scripts (${other})`);
  expect(text().at(-1)).toContain("1 runs, 0 violations, 0 of 0 mutants");
});

test("numbers of other points are stale, and so is a world that was another one or is no longer there", async () => {
  await record(world, folder);
  await record(one("1"), folder);
  expect(currentRows(readTally(folder).get("w") ?? [], "e".repeat(16)).rows).toEqual([]);
  const others = "f".repeat(16);
  await record({ ...world, counted: others }, folder);
  expect(done()).toEqual([]);
  expect(text()).toContain("stale, not counted: w: 1 runs of these host scripts, but of other points");
  // The points of before, counted anew.
  await record(world, folder);
  expect(done()).toEqual(["apply fail 1"]);
  expect(tallyText(readTally(folder), []).lines[1]).toBe(
    "stale, not counted: w: 1 runs of these host scripts, but of other points",
  );
});

test("a torn last line is named and not dropped, by a reader and by a writer", async () => {
  await record(world, folder);
  await record(one("1"), folder);
  const whole = file();
  writeFileSync(join(folder, "w.jsonl"), whole.slice(0, -10));
  const said = `${join(folder, "w.jsonl")}:2 is damaged: it is cut off. Bring the file back with git, or remove the line`;
  expect(() => readTally(folder)).toThrow(said);
  await expect(record(one("2"), folder)).rejects.toThrow(DamagedTally);
  expect(file()).toBe(whole.slice(0, -10));
});

test.each([
  ["no JSON", '{"row":"cases"', /w\.jsonl:2 is damaged: .*JSON/],
  ["an empty line", "", /w\.jsonl:2 is damaged/],
  ["an unknown row", '{"row":"wish","scripts":"0123456789abcdef"}', /w\.jsonl:2 is damaged: .*row/],
  [
    "fewer ends than cases",
    JSON.stringify({
      row: "cases",
      scripts: "0".repeat(16),
      counted,
      part: "single",
      how: "apply fail",
      done: "1-3",
      missed: "",
      ends: { old: 2 },
    }),
    /w\.jsonl:2 is damaged: .*more or fewer ends/,
  ],
])("a line that is %s is named", async (_, line, said) => {
  await record(world, folder);
  const [first = ""] = file().split("\n");
  writeFileSync(join(folder, "w.jsonl"), `${first}\n${line}\n${first}\n`);
  expect(() => readTally(folder)).toThrow(said);
});

test("mutants are replaced by name, races add up, and both fail the tally where something is wrong", async () => {
  await record({ row: "mutant", name: "no-lock", caughtBy: null }, folder);
  expect(tallyText(readTally(folder), []).violations).toBe(1);
  await record({ row: "mutant", name: "no-lock", caughtBy: "checks of five-files" }, folder);
  await record({ row: "race", name: "confirm", runs: 60, wrong: [] }, folder);
  await record({ row: "race", name: "confirm", runs: 40, wrong: [] }, folder);
  expect(tallyText(readTally(folder), [])).toMatchObject({
    violations: 0,
    lines: [expect.any(String), expect.stringContaining("1 of 1 mutants caught, 100 races.")],
  });
  await record({ row: "race", name: "confirm", runs: 1, wrong: ["both won"] }, folder);
  expect(tallyText(readTally(folder), []).lines).toContain("races: confirm: both won");
});

/** Another process that records cases, and says each when it is on the disk. */
function startWriter(how: string, count: number): ChildProcess {
  const source = `import { record } from ${JSON.stringify(new URL("./tally.ts", import.meta.url).href)};
    for (let at = 1; at <= ${count}; at++) {
      await record({ ...${JSON.stringify(one("1", { how }))}, at: String(at) }, ${JSON.stringify(folder)});
      console.log(at);
    }`;
  const words = ["--input-type=module", "-e", source];
  return spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
}

test("two writers lose nothing of each other, and one that is killed loses nothing that it had said", {
  timeout: 120_000,
}, async () => {
  await record(world, folder);
  const [steady, killed] = [startWriter("apply fail", 60), startWriter("apply lost", 1_000_000)];
  let said = 0;
  killed.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString().split("\n").length - 1;
    if (said >= 20) killed.kill("SIGKILL");
  });
  const ended = (child: ChildProcess): Promise<unknown> => new Promise((end) => child.once("close", end));
  const [status] = await Promise.all([ended(steady), ended(killed)]);
  expect(status).toBe(0);
  const all = done();
  expect(all.filter((each) => each.startsWith("apply fail "))).toHaveLength(60);
  const lost = all.filter((each) => each.startsWith("apply lost ")).length;
  expect(lost === said || lost === said + 1, `${lost} on the disk, ${said} said`).toBe(true);
});

test("a command keeps its number, and a damaged list of them is named", async () => {
  expect([...(await numberCommands(["mv a b", "sync -- a", "mv a b"], folder))]).toEqual([
    ["mv a b", 1],
    ["sync -- a", 2],
  ]);
  const [first, second] = await Promise.all([
    numberCommands(["mv a b #2", "mv a b"], folder),
    numberCommands(["id -u", "sync -- a"], folder),
  ]);
  expect(new Set([first.get("mv a b #2"), second.get("id -u")])).toEqual(new Set([3, 4]));
  expect(readCommandNumbers(folder).size).toBe(4);
  const path = join(folder, "commands.txt");
  const whole = readFileSync(path, "utf8");
  for (const [text, said] of [
    [whole.slice(0, -1), /commands\.txt:4 is damaged: it is cut off/],
    [`${whole}mv a b\n`, /commands\.txt:5 is damaged: it is the same as line 1/],
    [`\n${whole}`, /commands\.txt:1 is damaged: it is empty/],
  ] as const) {
    writeFileSync(path, text);
    expect(() => readCommandNumbers(folder)).toThrow(said);
  }
});

test("ranges are read as they are written", () => {
  const word = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map(String),
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30 })).map((pair) => pair.join("/")),
  );
  fc.assert(
    fc.property(fc.uniqueArray(word), (words) => {
      const written = writeRanges(words);
      expect([...readRanges(written)].toSorted()).toEqual(words.toSorted());
      expect(writeRanges(readRanges(written))).toBe(written);
    }),
  );
  expect(writeRanges(["3", "88/2", "1", "2", "88/1", "9"])).toBe("1-3,9 88/1-2");
});

test.each(["0", "1-", "a", "2-1", "1,,2", "1  2", "/1", "1/", "1-2-3"])("%j is no range", (range) => {
  expect(() => readRanges(range)).toThrow(RangeError);
});
