/** The lock between real processes: one at a time, and free the moment its holder is dead. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeRunLock } from "../../src/store/run-lock.ts";

const module = fileURLToPath(new URL("../../src/store/run-lock.ts", import.meta.url));
let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-lock-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that says what it got and then stays. */
async function other(): Promise<{ readonly said: string; readonly kill: () => Promise<void> }> {
  const program = `import { takeRunLock } from ${JSON.stringify(module)};
const lock = await takeRunLock(${JSON.stringify(folder)}, "process " + process.pid);
console.log(JSON.stringify(lock));
setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [said] = await once(child.stdout, "data");
  return {
    said: String(said),
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

test("one that is killed in the middle leaves the place at once, and nothing that anyone has to judge", async () => {
  const first = await other();
  expect(JSON.parse(first.said)).toMatchObject({ held: true });
  expect(await takeRunLock(folder, "me")).toMatchObject({
    held: false,
    by: expect.stringMatching(/^process \d+$/),
  });
  await first.kill();
  const mine = await takeRunLock(folder, "me");
  expect(mine.held).toBe(true);
  if (mine.held) mine.release();
  expect(readdirSync(folder).sort()).toEqual(["lock", "running"]);
});

test("of many at once exactly one gets it", async () => {
  const all = await Promise.all(Array.from({ length: 6 }, other));
  expect(all.filter(({ said }) => JSON.parse(said).held)).toHaveLength(1);
  await Promise.all(all.map(({ kill }) => kill()));
});

test("what stands in the note of another is shown only where it is a line", async () => {
  const first = await other();
  writeFileSync(join(folder, "running"), "\u001b[31m\n");
  expect(await takeRunLock(folder, "me")).toEqual({ held: false, by: null });
  await first.kill();
});

test("a folder that is not there, or a lock that is something else, is said", async () => {
  await expect(takeRunLock(join(folder, "absent"), "me")).rejects.toThrow(/absent\/lock cannot be used/);
  writeFileSync(
    join(folder, "lock"),
    "not a database, and longer than the head of one would be: ".repeat(20),
  );
  await expect(takeRunLock(folder, "me")).rejects.toThrow(/cannot be used/);
});
