/**
 * The history on a real disk: made for its owner alone, brought forward, and never lost, whatever state it is
 * found in.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { historyPath } from "../../src/store/history-path.ts";
import { MIGRATIONS } from "../../src/store/migrations.ts";
import { migrate, readHistory, writeHistory } from "../../src/store/open-history.ts";
import { listRuns, putRun } from "../../src/store/run-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { recordedHost, recordedRun } from "../core/history/sample-runs.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-store-"));
  path = join(folder, "state/svcdeploy/history.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
const run = recordedRun("1111", [recordedHost("web1")], { startedAt: NOW });
const write = (one = run): string | null =>
  writeHistory(path, NOW, (database) => putRun(database, one, NOW)).movedTo;
const ids = (): readonly string[] => (readHistory(path, listRuns) ?? []).map(({ id }) => id.slice(0, 4));

test("it is made in a folder of the user's own, and no one else can read it", () => {
  expect(readHistory(path, listRuns)).toBeNull();
  expect(existsSync(path)).toBe(false);
  expect(write()).toBeNull();
  expect(ids()).toEqual(["1111"]);
  expect([statSync(join(folder, "state/svcdeploy")).mode & 0o777, statSync(path).mode & 0o777]).toEqual([
    0o700, 0o600,
  ]);
});

test("a mode that someone loosened is tightened again", () => {
  write();
  chmodSync(path, 0o644);
  write();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what is in its place is not a regular file: refused, and left", () => {
  mkdirSync(join(folder, "state/svcdeploy"), { recursive: true });
  writeFileSync(join(folder, "elsewhere"), "mine");
  symlinkSync(join(folder, "elsewhere"), path);
  expect(() => write()).toThrow(/is not a regular file/);
  expect(readFileSync(join(folder, "elsewhere"), "utf8")).toBe("mine");
});

test("a newer schema is refused in both directions and stays as it is", () => {
  write();
  const database = openSqlite(path);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  const before = readFileSync(path);
  expect(() => write()).toThrow(/was made by a newer svcdeploy \(schema 2, this one knows 1\)/);
  expect(() => ids()).toThrow(/newer svcdeploy/);
  expect(readFileSync(path)).toEqual(before);
});

test("an older schema is brought forward by the steps that it lacks, all or none", () => {
  write();
  const database = openSqlite(path);
  const versionOf = () => database.prepare("PRAGMA user_version").get()?.user_version;
  expect(() => migrate(database, path, [...MIGRATIONS, "CREATE TABLE more (a)", "nonsense"])).toThrow(
    /syntax error/,
  );
  expect(versionOf()).toBe(1);
  migrate(database, path, [...MIGRATIONS, "CREATE TABLE more (a)", "ALTER TABLE more ADD COLUMN b"]);
  expect(versionOf()).toBe(3);
  expect(database.prepare("SELECT b FROM more").all()).toEqual([]);
  expect(listRuns(database)).toHaveLength(1);
  database.close();
});

test.each([
  [
    "text",
    () => writeFileSync(path, "this is no database at all, but long enough to be taken for one".repeat(100)),
  ],
  [
    "a database whose pages were overwritten",
    () =>
      writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(16_384, 0xab)])),
  ],
  ["a database that was cut off", () => writeFileSync(path, readFileSync(path).subarray(0, 4096))],
])("%s is moved aside, not deleted, and a new one is begun", (_, damage) => {
  write();
  damage();
  const damaged = readFileSync(path);
  expect(() => ids()).toThrow(/is damaged/);
  expect(readFileSync(path)).toEqual(damaged);
  const movedTo = write(recordedRun("2222", [recordedHost("web1")], { startedAt: NOW }));
  expect(movedTo).toBe(`${path}.damaged-20261121T100000Z`);
  expect(readFileSync(movedTo ?? "")).toEqual(damaged);
  expect(ids()).toEqual(["2222"]);
});

test("an empty file, as a full disk leaves it, becomes a history", () => {
  mkdirSync(join(folder, "state/svcdeploy"), { recursive: true });
  writeFileSync(path, "");
  expect(ids()).toEqual([]);
  expect(write()).toBeNull();
  expect(ids()).toEqual(["1111"]);
});

test("a folder that cannot be made", () => {
  writeFileSync(join(folder, "state"), "");
  expect(() => write()).toThrow(/cannot be written \((ENOTDIR|EEXIST)\)/);
  path = "/proc/nowhere/svcdeploy/history.db";
  expect(() => write()).toThrow(/cannot be written \(ENOENT\)/);
});

test("locked by another process: said after the wait, and nothing is lost", () => {
  write();
  const other = openSqlite(path);
  other.exec("BEGIN EXCLUSIVE");
  expect(() => write()).toThrow(/has locked .* for 2 s/);
  other.exec("ROLLBACK");
  other.close();
  expect(ids()).toEqual(["1111"]);
}, 20_000);

test("a run that was killed while it wrote: its half is taken back when the history is read next", () => {
  write();
  const script = `
    const { openSqlite } = await import("./src/store/sqlite.ts");
    const open = openSqlite(process.argv[1]);
    open.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE runs SET folder = hex(zeroblob(200000)), project = 'half'");
    process.kill(process.pid, "SIGKILL");`;
  const killed = spawnSync(process.execPath, ["--input-type=module", "--eval", script, "--", path]);
  expect({ signal: killed.signal, journal: existsSync(`${path}-journal`) }).toEqual({
    signal: "SIGKILL",
    journal: true,
  });
  expect(readHistory(path, listRuns)).toMatchObject([{ project: "shop" }]);
});

test("a full disk: said as such, what was there stays, and with room again all is well", (context) => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "none", disk], { stdio: "ignore" });
  } catch {
    context.skip("no tmpfs can be mounted here");
  }
  try {
    path = join(disk, "svcdeploy/history.db");
    write();
    const large = recordedRun("3333", [recordedHost("web1", { message: "x".repeat(200_000) })], {
      startedAt: NOW,
    });
    expect(() => write(large)).toThrow(/the disk that holds .*history\.db is full/);
    expect(ids()).toEqual(["1111"]);
    expect(readdirSync(join(disk, "svcdeploy"))).toEqual(["history.db"]);
    write(recordedRun("4444", [recordedHost("web1")], { startedAt: NOW }));
    expect(ids()).toEqual(["1111", "4444"]);
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("where it is: under XDG_STATE_HOME, else under a HOME that is there, else nowhere", () => {
  expect(historyPath({ XDG_STATE_HOME: "/state", HOME: folder })).toBe("/state/svcdeploy/history.db");
  expect(historyPath({ XDG_STATE_HOME: "relative", HOME: folder })).toBe(
    join(folder, ".local/state/svcdeploy/history.db"),
  );
  expect(historyPath({ HOME: join(folder, "none") })).toBeNull();
  expect(historyPath({ HOME: "" })).toBeNull();
  expect(historyPath({})).toBeNull();
});
