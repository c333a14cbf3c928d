/** Mutants of the host scripts: each patch weakens the protocol by a line or two, and the suite has to notice. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beside, run } from "./root.ts";

/** caughtBy: the first violation, with the part that found it; null: nobody noticed. */
export type Caught = { readonly name: string; readonly what: string; readonly caughtBy: string | null };

/** Parts in which a mutant is looked for, what is cheap first. */
const PARTS = [
  ["five-files", "checks"],
  ["one-file", "slice"],
  ["five-files", "slice"],
  ["units", "slice"],
  ["release", "slice"],
  ["units", "double"],
] as const;

/** Tries every patch of mutants/, or those whose names have this text. */
export function tryMutants(text: string, hear: (caught: Caught) => void): readonly Caught[] {
  const folder = beside("./mutants");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".patch") && file.includes(text))
    .map((file) => {
      const caught = tryMutant(join(folder, file), file.slice(0, -".patch".length));
      hear(caught);
      return caught;
    });
}

function tryMutant(patch: string, name: string): Caught {
  const copy = mkdtempSync(join(tmpdir(), "svcdeploy-mutant-"));
  try {
    const scripts = join(copy, "src/host");
    cpSync(fileURLToPath(new URL("../../src/host", import.meta.url)), scripts, { recursive: true });
    run("patch", ["-p1", "-s", "-d", copy, "-i", patch]);
    const [what = ""] = readFileSync(patch, "utf8").split("\n");
    return { name, what, caughtBy: firstViolation(scripts) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function firstViolation(scripts: string): string | null {
  for (const [world, part] of PARTS) {
    const words = [beside("./crash.ts"), "--world", world, "--part", part, "--first"];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: "utf8",
      env: { ...process.env, SVCDEPLOY_CRASH_SCRIPTS: scripts },
    });
    const found = stdout.split("\n").find((line) => line.startsWith(`${world}: `));
    if (status !== 0 && found !== undefined) return `${part} of ${found}`;
    // A world that cannot even be made ready under the mutant.
    if (status !== 0) return `${part} of ${world}: ${/Error: (.*)/.exec(stderr)?.[1] ?? stderr.trim()}`;
  }
  return null;
}
