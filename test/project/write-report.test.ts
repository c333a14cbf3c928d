/** Report files: whole, readable by every user, and nothing left over where they cannot be written. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { checkReportFile, writeReport } from "../../src/project/write-report.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "svcdeploy-report-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a new file and one that is replaced: mode 0644 whatever stood there, nothing beside it", async () => {
  const path = join(folder, "a.xml");
  await writeReport(path, "one");
  await chmod(path, 0o600);
  await writeReport(path, "two");
  expect(await readFile(path, "utf8")).toBe("two");
  expect((await stat(path)).mode & 0o777).toBe(0o644);
  expect(await readdir(folder)).toEqual(["a.xml"]);
});

test("a reader that has the old file open goes on reading it whole: the new one is another inode", async () => {
  const path = join(folder, "a.xml");
  await writeReport(path, "one");
  const before = (await stat(path)).ino;
  await writeReport(path, "two");
  expect((await stat(path)).ino).not.toBe(before);
});

test("a link is replaced, what it leads to stays", async () => {
  await writeFile(join(folder, "precious"), "mine");
  await symlink("precious", join(folder, "a.xml"));
  await writeReport(join(folder, "a.xml"), "report");
  expect(await readFile(join(folder, "precious"), "utf8")).toBe("mine");
});

test("no folder, a folder as the file, a device: refused before any work, and at the end without leftovers", async () => {
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "file"), "");
  for (const path of [
    join(folder, "missing/a.xml"),
    join(folder, "taken"),
    "/dev/null",
    join(folder, "file/a.xml"),
  ]) {
    await expect(checkReportFile(path)).rejects.toBeInstanceOf(UsageError);
  }
  await expect(writeReport(join(folder, "taken"), "x")).rejects.toBeInstanceOf(UsageError);
  await expect(writeReport(join(folder, "missing/a.xml"), "x")).rejects.toBeInstanceOf(UsageError);
  expect((await readdir(folder)).sort()).toEqual(["file", "taken"]);
});
