/** The file of what healing remembers, on a real disk. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { healFile, readHealFile, writeHealFile } from "../../src/store/heal-file.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-heal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const project = { name: "shop", environment: "prod", root: "/srv/shop" };
const state = { seen: new Map([['["h1","p"]', 7]]), heals: [{ host: "h1", service: "app", at: 9 }] };

test("stands where it was asked for, else in the user's state folder, each project in its own", () => {
  const given = healFile(project, "/given", {});
  expect(given).toMatch(/^\/given\/drift\/shop\.prod\.[0-9a-f]{8}\/heal\.json$/);
  expect(healFile({ ...project, root: "/other" }, "/given", {})).not.toBe(given);
  expect(healFile(project, null, { XDG_STATE_HOME: "/state", HOME: folder })).toMatch(
    /^\/state\/svcdeploy\/drift\/shop/,
  );
  expect(healFile(project, null, { HOME: folder })).toContain(`${folder}/.local/state/svcdeploy/drift/shop`);
});

test.each([{}, { HOME: "/nonexistent" }, { HOME: "relative", XDG_STATE_HOME: "relative" }])(
  "without a home (%j) it asks for a folder",
  (environment) => {
    expect(() => healFile(project, null, environment)).toThrow(UsageError);
  },
);

test("is written for the user alone and read back; nothing there is nothing remembered", async () => {
  const path = healFile(project, folder, {});
  expect(await readHealFile(path)).toEqual({ state: { seen: new Map(), heals: [] }, asideAs: null });
  await writeHealFile(path, state);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(await readHealFile(path)).toEqual({ state, asideAs: null });
});

test("what makes no sense is put aside, whole", async () => {
  const path = join(folder, "damaged.json");
  writeFileSync(path, "half a sta");
  const { state: fresh, asideAs } = await readHealFile(path);
  expect(fresh.heals).toEqual([]);
  expect(readFileSync(asideAs ?? "", "utf8")).toBe("half a sta");
  expect(await readHealFile(path)).toEqual({ state: { seen: new Map(), heals: [] }, asideAs: null });
});

test("a folder that cannot be used is refused with what to do", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(writeHealFile(join(folder, "file/below/heal.json"), state)).rejects.toThrow(
    /nothing was healed/,
  );
  mkdirSync(join(folder, "directory.json"));
  chmodSync(join(folder, "directory.json"), 0o700);
  await expect(readHealFile(join(folder, "directory.json"))).rejects.toThrow(UsageError);
});
