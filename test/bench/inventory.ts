/** What reading an inventory of 10,000 hosts costs beside `ansible-inventory --list`, and 1,000 patterns on it. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { rosterOf } from "../../src/core/config/ansible/roster.ts";
import { makeMatcher, splitHostPattern } from "../../src/core/config/pattern/host-pattern.ts";
import { readAnsibleInventory } from "../../src/project/ansible/read-inventory.ts";

const run = promisify(execFile);
const HOSTS = 10_000;
const GROUPS = 100;
const PATTERNS = 1000;
const ROUNDS = 3;

/** Milliseconds. ansible null: ansible-core is not installed. */
export type InventoryCosts = {
  readonly list: number;
  readonly ansible: number | null;
  readonly patterns: number;
  readonly file: string;
};

/** Medians of three rounds, both sides in turns; work: what is done with the file before it is removed. */
export async function benchInventory(
  dist: string,
  work: (costs: InventoryCosts) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-bench-inventory-"));
  const file = join(folder, "hosts");
  writeFileSync(file, inventoryText());
  const hasAnsible = spawnSync("ansible-inventory", ["--version"]).status === 0;
  const [ours, theirs]: [number[], number[]] = [[], []];
  const options = { maxBuffer: 1024 * 1024 * 1024 };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => run(process.execPath, [dist, "inventory", "list", "-i", file], options)));
      if (hasAnsible)
        theirs.push(await timed(() => run("ansible-inventory", ["--list", "-i", file], options)));
    }
    const patterns = await timePatterns(file);
    await work({ list: median(ours), ansible: hasAnsible ? median(theirs) : null, patterns, file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each host in two groups, with four variables; each group with ten. */
function inventoryText(): string {
  const lines: string[] = [];
  for (let group = 0; group < GROUPS; group++) {
    lines.push(`[g${group}]`);
    for (let host = group; host < HOSTS; host += GROUPS)
      lines.push(
        `web${host} ansible_host=10.0.${host >> 8}.${host & 255} ansible_port=22 rack=${host % 40} 'note=a b'`,
      );
    lines.push(`[g${group}:vars]`, ...Array.from({ length: 10 }, (_, at) => `v${at}=[${at}, 'x']`));
  }
  lines.push("[even:children]");
  for (let group = 0; group < GROUPS; group += 2) lines.push(`g${group}`);
  return `${lines.join("\n")}\n`;
}

/** All kinds of terms; every pattern is another one, so that nothing is remembered from the one before. */
async function timePatterns(file: string): Promise<number> {
  const read = { sources: [file], playbookFolders: [], programs: "refuse", nameOf: String } as const;
  const match = makeMatcher(rosterOf((await readAnsibleInventory(read)).fleet));
  return await timed(async () => {
    for (let at = 0; at < PATTERNS; at++) match(splitHostPattern(patternOf(at)));
  });
}

function patternOf(at: number): string {
  const [group, other] = [`g${at % GROUPS}`, `g${(at * 7) % GROUPS}`];
  switch (at % 5) {
    case 0:
      return `${group}:${other}:!web${at}`;
    case 1:
      return `even:&${group}[0:${at}]`;
    case 2:
      return `web${at}?*`;
    case 3:
      return `~web${at}\\d$`;
    default:
      return `all:!${group}[-1],web${at}`;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
