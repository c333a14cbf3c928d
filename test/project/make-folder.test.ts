/** Folders with their parents, and where none can be made. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "../../src/project/make-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the missing ones above it are made too, all with the mode; what is there stays", async () => {
  await makeFolder(join(folder, "a/b/c"), 0o700);
  await makeFolder(join(folder, "a/b/c/d"), 0o750);
  expect(["a", "a/b/c", "a/b/c/d"].map((path) => statSync(join(folder, path)).mode & 0o777)).toEqual([
    0o700, 0o700, 0o750,
  ]);
});

test("where no folder can be made, that one is named", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder("/proc/none/at/all")).rejects.toThrow(
    "the folder /proc/none cannot be made (ENOENT)",
  );
  await expect(makeFolder(join(folder, "file/below"))).rejects.toThrow("ENOTDIR");
});
