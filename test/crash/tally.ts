/**
 * The tally: what of the crash suite was run for the host scripts as they are, and how it ended. A file a world, and
 * one each for mutants and races; a long run may take several sittings and goes on where the last one was.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { takeRunLock } from "../../src/store/run-lock.ts";
import { scriptText } from "./deliver.ts";
import { readRanges } from "./ranges.ts";
import { beside } from "./root.ts";
import { readStoredRow, type StoredRow, type TallyRow, withRow } from "./tally-rows.ts";

/** The folder that is committed. */
export const TALLY = beside("./tally");

/** The first 16 digits of a text's sha256. */
export function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The host scripts that a transaction runs, from its delivery to the controller's word: a digest over their bytes. */
export function scriptsDigest(): string {
  const all = [...transactionFiles, scripts.deliver, scripts.decide, scripts.attend];
  return shortDigest(all.map(({ name, text }) => `${name}\n${scriptText(name, text)}`).join("\0"));
}

/** Adds a row, or counts it in one that is there. Throws where the file is damaged: nothing is added then. */
export async function record(row: TallyRow, folder: string = TALLY): Promise<void> {
  const name = row.row === "mutant" ? "mutants" : row.row === "race" ? "races" : row.world;
  await locked(folder, () => {
    const path = join(folder, `${name}.jsonl`);
    const before = readTallyFile(path);
    const after = withRow(before, row, scriptsDigest());
    if (after !== before)
      replaceFile(folder, path, after.map((each) => `${JSON.stringify(each)}\n`).join(""));
  });
}

/** One writer at a time, of all processes; who is killed leaves the lock to the next. */
export async function locked<T>(folder: string, act: () => T): Promise<T> {
  mkdirSync(join(folder, ".writing"), { recursive: true });
  for (;;) {
    const lock = await takeRunLock(join(folder, ".writing"), `process ${process.pid}`);
    if (!lock.held) {
      await setTimeout(10);
      continue;
    }
    try {
      return act();
    } finally {
      lock.release();
    }
  }
}

/** The file has the whole text or what it had before, also after a power cut. Only while the lock is held. */
export function replaceFile(folder: string, path: string, text: string): void {
  const written = join(folder, ".writing", "next");
  const file = openSync(written, "w");
  writeFileSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(written, path);
}

/** Every row of a file; none where it is not there. Throws DamagedTally at the first line that cannot be read. */
export function readTallyFile(path: string): readonly StoredRow[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  const torn = lines.pop();
  if (torn !== "") throw new DamagedTally(path, lines.length + 1, "it is cut off");
  return lines.map((line, index) => {
    try {
      return readStoredRow(line);
    } catch (error) {
      throw new DamagedTally(path, index + 1, error instanceof Error ? error.message : String(error));
    }
  });
}

const NEXT = "Bring the file back with git, or remove the line: its cases are run again then.";

/** A line of the tally that cannot be used. */
export class DamagedTally extends Error {
  constructor(path: string, line: number, why: string, next = NEXT) {
    super(`${path}:${line} is damaged: ${why}. ${next}`);
  }
}

/** World (or mutants, or races) → rows. Throws as readTallyFile does. */
export function readTally(folder: string = TALLY): ReadonlyMap<string, readonly StoredRow[]> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return new Map(
    files.toSorted().map((file) => [file.slice(0, -".jsonl".length), readTallyFile(join(folder, file))]),
  );
}

/** The rows of a world that count: of these host scripts, and of the points that the last of its sittings counted. */
export type Current = {
  /** null: nothing counts. */
  readonly world: Extract<StoredRow, { readonly row: "world" }> | null;
  readonly rows: readonly StoredRow[];
};

/** definition: what the world is made of now. counted: where its points were counted just now, their digest. */
export function currentRows(rows: readonly StoredRow[], definition: string, counted?: string): Current {
  const now = scriptsDigest();
  const world = rows.findLast(
    (row) =>
      row.row === "world" &&
      row.scripts === now &&
      row.definition === definition &&
      (counted === undefined || row.counted === counted),
  );
  if (world?.row !== "world") return { world: null, rows: [] };
  return {
    world,
    rows: rows.filter((row) => row.scripts === now && "counted" in row && row.counted === world.counted),
  };
}

/** The cases of a part that are done, `HOW AT` each. */
export function doneCases({ rows }: Current, part: string): ReadonlySet<string> {
  return new Set(
    rows.flatMap((row) =>
      row.row === "cases" && row.part === part
        ? [...readRanges(row.done)].map((at) => `${row.how} ${at}`)
        : [],
    ),
  );
}

/** The cases of a part that are done, or were tried and missed. */
export function knownCases(current: Current, part: string): ReadonlySet<string> {
  const missed = current.rows.flatMap((row) =>
    row.row === "cases" && row.part === part
      ? [...readRanges(row.missed)].map((at) => `${row.how} ${at}`)
      : [],
  );
  return new Set([...doneCases(current, part), ...missed]);
}
