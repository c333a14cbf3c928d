/**
 * Vitest's global set-up: bundles the command line as it ships, once for every test file that runs it. A
 * bundle starts in half the processor time that src/main.ts takes.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What `npm run build` makes of the sources as they are: a folder with main.js. */
    readonly dist: string;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const builds = join(root, ".cache/dist");
const SOURCES = ["src/**/*", "templates/**/*", "scripts/build.ts", "tsconfig*.json", "package*.json"];
const HOUR = 3_600_000;

/** Provides `dist`. */
export default async function buildOnce({ provide }: TestProject): Promise<void> {
  provide("dist", await builtOnce());
}

/** The folder with main.js; what was built of the same sources before is taken as it is. */
export async function builtOnce(): Promise<string> {
  const folder = join(builds, keyOf(SOURCES));
  if (!(await isThere(folder))) await buildInto(folder);
  return folder;
}

function keyOf(patterns: readonly string[]): string {
  const hash = createHash("sha256");
  const files = globSync(patterns, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** Two runs may build at once: the first one's folder is the one that stays. */
async function buildInto(folder: string): Promise<void> {
  await mkdir(builds, { recursive: true });
  await removeOld();
  const made = await mkdtemp(join(builds, "making-"));
  await promisify(execFile)(process.execPath, [join(root, "scripts/build.ts"), made]);
  try {
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
}

/** A run that is still under way may need what it built of older sources. */
async function removeOld(): Promise<void> {
  for (const name of await readdir(builds)) {
    const path = join(builds, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > HOUR) await rm(path, { recursive: true, force: true });
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
