/**
 * Mutants: each patch of mutants/ weakens what the product promises by a line or two, and the tests have to notice.
 * A patch begins with what it does and the part of the tests that should notice it:
 *   part: slice of WORLD | checks of WORLD | vitest FILE…
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beside, run } from "./root.ts";

/** A patch: its name, what it does, the part that should notice. */
type Mutant = {
  readonly name: string;
  readonly what: string;
  readonly part: string;
  readonly patch: string;
};

/** by: the part that noticed and what it found, null: none did; wanted: the part that should have. */
export type Caught = {
  readonly name: string;
  readonly what: string;
  readonly wanted: string;
  readonly by: { readonly part: string; readonly found: string } | null;
};

const repository = fileURLToPath(new URL("../..", import.meta.url));
/** Of the repository, what no test of a part reads, and what is linked. */
const LEFT_OUT = ["node_modules", ".git", ".cache", "dist"];

/**
 * Tries every patch, or those whose names have this text, so many at once; each as it is known. Throws where a patch does
 * not apply as it is, and where a part finds something wrong without any.
 */
export async function tryMutants(
  text: string,
  jobs: number,
  hear: (caught: Caught) => void,
): Promise<readonly Caught[]> {
  const all = readMutants();
  const chosen = all.filter(({ name }) => name.includes(text));
  for (const mutant of chosen) checkPatch(mutant);
  await inTurn(jobs, partsOf(chosen), async (part) => {
    const found = await withCopy(null, (copy) => violationOf(copy, part));
    if (found !== null) throw new Error(`the ${part} finds this wrong without any mutant: ${found}`);
  });
  return await inTurn(jobs, chosen, async (mutant) => {
    const caught = await tryMutant(mutant, partsOf([mutant, ...all]));
    hear(caught);
    return caught;
  });
}

/** How many patches there are. Throws where one does not apply to the sources as they are. */
export function checkPatches(): number {
  const all = readMutants();
  for (const mutant of all) checkPatch(mutant);
  return all.length;
}

const checkPatch = (mutant: Mutant): void => applyPatch(repository, mutant, ["--dry-run"]);

/** A line for a mutant. */
export function mutantLine({ name, what, wanted, by }: Caught): string {
  if (by === null) return `${name} (${what}): SURVIVED`;
  const instead = by.part === wanted ? "" : ` and not by the ${wanted}`;
  return `${name} (${what}): caught by the ${by.part}${instead}: ${by.found.slice(0, 200)}`;
}

/** Each part that these mutants name, once. */
const partsOf = (mutants: readonly Mutant[]): readonly string[] => [
  ...new Set(mutants.map(({ part }) => part)),
];

function readMutants(): readonly Mutant[] {
  const folder = beside("./mutants");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".patch"))
    .map((file) => {
      const patch = join(folder, file);
      const [what = "", head = ""] = readFileSync(patch, "utf8").split("\n");
      const part = /^part: (.+)$/.exec(head)?.[1];
      if (part === undefined) throw new Error(`${file}: its second line names no part`);
      return { name: basename(file, ".patch"), what, part, patch };
    });
}

/** The part that it names is tried first, then every other one. */
async function tryMutant(mutant: Mutant, parts: readonly string[]): Promise<Caught> {
  const { name, what, part: wanted } = mutant;
  return await withCopy(mutant, async (copy) => {
    for (const part of parts) {
      const found = await violationOf(copy, part);
      if (found !== null) return { name, what, wanted, by: { part, found } };
    }
    return { name, what, wanted, by: null };
  });
}

/** Not the lock of the tally: a process that closes such a file gives back its own lock of it. */
const isCopied = (path: string): boolean => !path.endsWith("/.writing");

/** Does something with a copy of the repository, patched. */
async function withCopy<T>(mutant: Mutant | null, use: (copy: string) => T | Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), "svcdeploy-mutant-"));
  try {
    for (const name of readdirSync(repository))
      if (!LEFT_OUT.includes(name))
        cpSync(join(repository, name), join(copy, name), { recursive: true, filter: isCopied });
    symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
    if (mutant !== null) applyPatch(copy, mutant);
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function applyPatch(folder: string, { name, patch }: Mutant, more: readonly string[] = []): void {
  try {
    run("patch", ["-p1", "-s", "-F0", ...more, "-d", folder, "-i", patch]);
  } catch (error) {
    throw new Error(`mutants/${name}.patch does not apply: correct it, or remove it`, { cause: error });
  }
}

/** What a part finds wrong in a copy of the repository, in a line; null: nothing. */
async function violationOf(copy: string, part: string): Promise<string | null> {
  const [kind = "", ...words] = part.split(" ");
  const { code, said } = await runIn(copy, kind === "vitest" ? vitestOf(words) : crashOf(kind, words));
  if (code === 0) return null;
  const lines = said.split("\n").map((line) => line.trim());
  const world = kind === "vitest" ? "FAIL" : `${words.at(-1)}: `;
  const wrong = lines.filter((line) => line.startsWith(world) && !/ \d+ runs$/.test(line));
  return wrong[0] ?? lines.find((line) => /Error:/.test(line)) ?? `it ended with ${code}`;
}

const vitestOf = (files: readonly string[]): readonly string[] => [
  ...["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "--bail", "1", "--no-color"],
  ...files,
];

const crashOf = (part: string, words: readonly string[]): readonly string[] => [
  ...["test/crash/crash.ts", "--first", "--jobs", "1"],
  ...["--part", part, "--world", words.at(-1) ?? ""],
];

function runIn(folder: string, words: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, said }));
  });
}

/** Does all of them, so many at once; the results in their order. */
async function inTurn<T, R>(
  jobs: number,
  all: readonly T[],
  work: (each: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}
