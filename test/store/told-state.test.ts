import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  makeStateFolder,
  readTold,
  stateBase,
  type ToldBefore,
  writeTold,
} from "../../src/store/told-state.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "svcdeploy-told-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const TOLD = new Map<string, ToldBefore>([
  ["ab12", { name: "drift", digest: "d".repeat(64), since: "2026-01-01T00:00:00.000Z" }],
]);

test("what was told is read again, in a folder of one's own", async () => {
  const folder = await makeStateFolder(base, "shop.prod.ab");
  expect(await readTold(folder)).toEqual(new Map());
  await writeTold(folder, TOLD);
  await writeTold(folder, TOLD);
  expect(await readTold(folder)).toEqual(TOLD);
  expect(readdirSync(folder)).toEqual(["told.json"]);
  expect((statSync(folder).mode & 0o777).toString(8)).toBe("700");
  expect((statSync(join(folder, "told.json")).mode & 0o777).toString(8)).toBe("600");
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"schema":"svcdeploy.told/2","receivers":{}}',
  '{"schema":"svcdeploy.told/1","receivers":{"a":{"name":"x"},"b":3}}',
])("%j is nothing told", async (text) => {
  const folder = await makeStateFolder(base, "x");
  writeFileSync(join(folder, "told.json"), text);
  expect(await readTold(folder)).toEqual(new Map());
});

test("where: XDG_STATE_HOME, else a HOME that is there, else it is asked for", async () => {
  expect(stateBase({ XDG_STATE_HOME: "/x/state", HOME: base })).toBe("/x/state/svcdeploy");
  expect(stateBase({ XDG_STATE_HOME: "relative", HOME: base })).toBe(join(base, ".local/state/svcdeploy"));
  expect(() => stateBase({})).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("--state DIR") }),
  );
  expect(() => stateBase({ HOME: "/nonexistent" })).toThrow(/There is no folder/);
});

test("a place that cannot be written is said", async () => {
  writeFileSync(join(base, "drift"), "a file");
  await expect(makeStateFolder(base, "x")).rejects.toThrow(/cannot be made/);
  chmodSync(base, 0o700);
  await expect(writeTold(join(base, "absent"), TOLD)).rejects.toThrow(/could not be written \(ENOENT\)/);
});
