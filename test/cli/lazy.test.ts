/** What --version and --help load: the command line's parser and nothing that a command needs. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL("../../src", import.meta.url));

/** Every package that a file loads by import lines alone, its own files' lines included. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const match of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm,
  )) {
    const target = match[1] ?? "";
    if (target.endsWith(".ts")) packagesOf(join(dirname(file), target), seen);
    else seen.add(target);
  }
  return seen;
}

test("the command line alone loads yargs and no other package", () => {
  const packages = [...packagesOf(join(source, "cli/cli.ts"))].filter(
    (name) => !name.startsWith("/") && !name.startsWith("node:") && !name.endsWith(".json"),
  );
  expect(packages).toEqual(["yargs"]);
});

test("main.ts loads nothing before it has looked at Node's version", () => {
  expect([...packagesOf(join(source, "main.ts"))]).toEqual([join(source, "main.ts")]);
});

test("rendering loads no SSH", () => {
  expect([...packagesOf(join(source, "cli/render.ts"))]).not.toContain("ssh2");
});

test("completion loads the YAML reader and no other package", () => {
  const packages = [...packagesOf(join(source, "cli/complete/complete-line.ts"))].filter(
    (name) => !name.startsWith("/") && !name.startsWith("node:"),
  );
  expect(packages).toEqual(["yaml"]);
});
