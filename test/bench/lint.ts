/** What lint costs beside `systemd-analyze verify`, on the unit files of the hosts' packages. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import type { TestHost } from "../support/hosts.ts";
import { shippedUnits, writeFiles } from "../support/shipped-units.ts";

const run = promisify(execFile);
const FILES = 1000;
const ROUNDS = 5;

/**
 * Milliseconds of one run over 1,000 unit files: our command from start to end, and verify from start to end
 * on the host, both the median of five.
 */
export async function benchLint(
  hosts: readonly TestHost[],
  verifier: TestHost,
  dist: string,
): Promise<{ readonly lint: number; readonly verify: number; readonly distinct: number }> {
  const shipped = (
    await Promise.all(
      hosts.map(async (host) =>
        (await shippedUnits(host)).map((file) => ({ ...file, path: `${host.systemd}/${file.path}` })),
      ),
    )
  ).flat();
  // As many copies as make up the number; verify loads a folder at a time, so each copy has its own.
  const files = Array.from({ length: FILES }, (_, index) => ({
    copy: Math.floor(index / shipped.length),
    file: shipped[index % shipped.length],
  })).flatMap(({ copy, file }) =>
    file === undefined ? [] : [{ path: `${copy}/${file.path}`, text: file.text }],
  );
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-bench-lint-"));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await writeFiles(
    verifier,
    files.map(({ path, text }) => ({ path: `/tmp/bench/${path}`, text })),
  );
  const times: Record<"lint" | "verify", number[]> = { lint: [], verify: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.lint.push(
      await timed(() =>
        run(process.execPath, [dist, "lint", folder, "--format", "json"], { maxBuffer: 1 << 28 }).catch(
          () => null,
        ),
      ),
    );
    times.verify.push(
      await timed(() =>
        verifier.exec([
          "sh",
          "-c",
          "for d in /tmp/bench/*/*/*; do systemd-analyze verify --man=no --recursive-errors=no $d/* >/dev/null 2>&1; done",
        ]),
      ),
    );
  }
  rmSync(folder, { recursive: true, force: true });
  return { lint: median(times.lint), verify: median(times.verify), distinct: shipped.length };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
