/**
 * What is put into the history comes out again, from several processes at once too, and is forgotten in time.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RecordedRun } from "../../src/core/history/recorded-run.ts";
import { readHistory, writeHistory } from "../../src/store/open-history.ts";
import { findRun, KEPT, listApplied, listRuns, putRun } from "../../src/store/run-store.ts";
import { recordedHost, recordedRun } from "../core/history/sample-runs.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-runs-"));
  path = join(folder, "history.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
const put = (run: RecordedRun): unknown => writeHistory(path, NOW, (database) => putRun(database, run, NOW));
const list = (): readonly RecordedRun[] => readHistory(path, listRuns) ?? [];
const find = (id: string): RecordedRun | null => readHistory(path, (database) => findRun(database, id));

test("a run is what it was, with any text in it", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, text, fc.integer({ min: 0, max: 255 }), (word, message, line, exitCode) => {
      const run = recordedRun(
        "1111",
        [recordedHost("web1", { message, journal: [{ unit: "web.service", lines: [line] }] })],
        {
          commandLine: ["apply", word],
          startedAt: NOW,
          end: { durationMilliseconds: 5, exitCode },
          plans: [{ play: "site", hosts: ["web1"], lines: [line] }],
        },
      );
      put(run);
      expect(find(run.id)).toEqual(JSON.parse(JSON.stringify(run)));
      expect(list()).toMatchObject([
        {
          id: run.id,
          plans: [],
          hosts: [{ host: "web1", status: "changed", transaction: run.hosts[0]?.transaction, journal: [] }],
        },
      ]);
    }),
    { numRuns: 40 },
  );
});

test("what was applied where, oldest first: one project alone, and only what changed", () => {
  const run = (id: string, startedAt: number, status: "changed" | "failed", project = "shop"): unknown =>
    put(recordedRun(id, [recordedHost("web1", { status, transaction: id })], { startedAt, project }));
  run("2222", NOW + 5, "changed");
  run("1111", NOW, "changed");
  run("3333", NOW, "failed");
  run("4444", NOW, "changed", "blog");
  const rest = { host: "web1", environment: "prod", play: "site", services: ["web"] };
  expect(readHistory(path, (database) => listApplied(database, "shop"))).toEqual([
    { ...rest, transaction: "1111", at: NOW },
    { ...rest, transaction: "2222", at: NOW + 5 },
  ]);
});

test("runs come newest first whatever their names are, those of one moment by name; hosts as they were", () => {
  const at = (id: string, startedAt: number, hosts: readonly string[] = []): unknown =>
    put(
      recordedRun(
        id,
        hosts.map((host) => recordedHost(host)),
        { startedAt },
      ),
    );
  at("2222", NOW - 1000);
  at("1111", NOW, ["web2", "web1", "web10"]);
  at("4444", NOW - 2000);
  at("3333", NOW);
  expect(list().map(({ id }) => id.slice(0, 4))).toEqual(["1111", "3333", "2222", "4444"]);
  const hosts = [list()[0], find(recordedRun("1111", []).id)].map((run) =>
    run?.hosts.map(({ host }) => host),
  );
  expect(hosts).toEqual([
    ["web2", "web1", "web10"],
    ["web2", "web1", "web10"],
  ]);
});

test("its start is kept, and its end takes the start's place", () => {
  const started = recordedRun("1111", [], { startedAt: NOW, end: null, selected: ["web1"] });
  put(started);
  expect(find(started.id)).toEqual(started);
  const ended = {
    ...started,
    end: { durationMilliseconds: 1, exitCode: 5 },
    hosts: [recordedHost("web1", { status: "rolled-back" })],
  };
  put(ended);
  expect(list()).toHaveLength(1);
  expect(find(started.id)).toEqual(ended);
  expect(find("f".repeat(32))).toBeNull();
});

test(`the newest ${KEPT.runs} are kept, and none older than ${KEPT.days} days`, () => {
  writeHistory(path, NOW, (database) => {
    for (let index = 0; index < KEPT.runs + 5; index += 1)
      putRun(
        database,
        recordedRun(String(index).padStart(5, "a"), [recordedHost("web1")], {
          startedAt: NOW - index * 1000,
        }),
        NOW,
      );
  });
  expect(list()).toHaveLength(KEPT.runs);
  put(recordedRun("eeee", [recordedHost("web1")], { startedAt: NOW + (KEPT.days + 1) * 86_400_000 }));
  writeHistory(path, NOW, (database) =>
    putRun(
      database,
      recordedRun("ffff", [recordedHost("web1")], { startedAt: NOW }),
      NOW + (KEPT.days + 1) * 86_400_000,
    ),
  );
  expect(list().map(({ id }) => id.slice(0, 4))).toEqual(["eeee"]);
});

/** One process that writes runs, each start and end, as fast as it can. */
const WRITER = `
  const [path, name] = process.argv.slice(1);
  const { writeHistory } = await import("./src/store/open-history.ts");
  const { putRun } = await import("./src/store/run-store.ts");
  const { recordedRun, recordedHost } = await import("./test/core/history/sample-runs.ts");
  for (let index = 0; index < 10; index += 1) {
    const run = recordedRun(name + index, [recordedHost("web1")], { startedAt: Date.now() });
    for (const end of [null, run.end]) writeHistory(path, Date.now(), (database) => putRun(database, { ...run, end }, Date.now()));
  }`;

test("four processes at once: every run of each is there", async () => {
  const run = promisify(execFile);
  const ends = await Promise.all(
    ["a", "b", "c", "d"].map((name) =>
      run(process.execPath, ["--input-type=module", "--eval", WRITER, "--", path, name]),
    ),
  );
  expect(ends.map(({ stderr }) => stderr)).toEqual(["", "", "", ""]);
  expect(list().filter(({ end }) => end !== null)).toHaveLength(40);
}, 60_000);
