/** The command line of `npm run crash`: what it takes, and what it says where it cannot follow. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BadUsage, readArguments, USAGE } from "./usage.ts";

/** Milliseconds, for tests that start the command: it loads much, and the machine may be busy. */
const timeout = 120_000;
const module = fileURLToPath(new URL("./crash.ts", import.meta.url));

function crash(words: readonly string[], path = process.env.PATH): { status: number | null; said: string } {
  const env = { ...process.env, PATH: path };
  const { status, stdout, stderr } = spawnSync(process.execPath, [module, ...words], {
    encoding: "utf8",
    env,
  });
  return { status, said: stdout + stderr };
}

test("--help names every option that is taken, and no other", { timeout }, () => {
  const named = [...USAGE.matchAll(/^ {2}--(\w+)/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(readArguments([])).toSorted());
  expect(crash(["--help"])).toEqual({ status: 0, said: USAGE });
});

test.each([
  [["--nope"], "Unknown option '--nope'"],
  [["one-file"], "one-file"],
  [["--world"], "--world"],
  [["--limit", "0"], "--limit 0: it must be a whole number of at least 1"],
  [["--limit", "many"], "--limit many"],
  [["--turns", "0"], "--turns 0: it must be a whole number of at least 1"],
  [["--jobs", "-1"], "--jobs"],
  [["--part", "all"], "--part all: there are slice, single, double, checks, recover, deliver, "],
  [["--full", "--part", "single"], "--full is every part"],
] as const)("%j cannot be followed", (words, said) => {
  expect(() => readArguments(words)).toThrow(BadUsage);
  expect(() => readArguments(words)).toThrow(said);
});

test("an unknown option and an unknown world end with 2 and the usage", { timeout }, () => {
  expect(crash(["--nope"])).toEqual({ status: 2, said: expect.stringContaining(USAGE) });
  const world = crash(["--world", "25"]);
  expect(world).toEqual({ status: 2, said: expect.stringContaining(USAGE) });
  expect(world.said).toContain("--world 25: there are one-file, ");
  expect(world.said).toContain(", 257-usual, 257-trees");
});

test("where no engine answers nothing is struck, and it is said what to do", { timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-no-engine-"));
  for (const [name, lines] of [
    ["docker", "exit 1"],
    ["id", "echo 1000"],
  ] as const) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  try {
    const { status, said } = crash(["--world", "252"], `${folder}:${process.env.PATH}`);
    expect(status).toBe(1);
    expect(said).toContain("No Docker engine answers here. Install Docker 20.10 or newer");
    expect(said).toContain(
      "The worlds with systemd (252-usual, 252-trees) cannot be set up; nothing was struck.",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
