/**
 * "svcdeploy/unit-file" as another program gets it: the package is installed elsewhere, and every example of
 * docs/unit-file.md is type-checked and run there.
 */
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dist } from "./support/dist.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "svcdeploy-unit-file-"));
  const staging = join(folder, "staging");
  await mkdir(staging);
  await cp(dist, join(staging, "dist"), { recursive: true });
  await copyFile(join(root, "package.json"), join(staging, "package.json"));
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--offline", "--pack-destination", folder], {
    cwd: staging,
  });
  const archive = (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "";
  await mkdir(join(folder, "consumer"));
  await writeFile(
    join(folder, "consumer/package.json"),
    '{ "name": "consumer", "private": true, "type": "module" }',
  );
  const install = [
    "install",
    "--offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--silent",
    join(folder, archive),
  ];
  await run("npm", install, { cwd: join(folder, "consumer") });
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the examples of the documentation are right, in types and results", async () => {
  const page = await readFile(join(root, "docs/unit-file.md"), "utf8");
  const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  expect(examples.length).toBeGreaterThan(5);
  const names = examples.map((_code, index) => `example-${index + 1}.ts`);
  await Promise.all(
    examples.map((code, index) => writeFile(join(folder, "consumer", names[index] ?? ""), code)),
  );
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--skipLibCheck",
    "false",
    "--types",
    "node",
  ];
  const types = ["--typeRoots", join(root, "node_modules/@types"), "--allowImportingTsExtensions"];
  const checked = await run(join(root, "node_modules/.bin/tsc"), [...options, ...types, ...names], {
    cwd: join(folder, "consumer"),
  }).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe("");
  for (const name of names) await run(process.execPath, [name], { cwd: join(folder, "consumer") });
}, 60_000);

test("nothing else of the package can be imported", async () => {
  const script =
    'await import("svcdeploy/dist/main.js").then(() => console.log("imported"), (error) => console.log(error.code))';
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(folder, "consumer"),
  });
  expect(stdout).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
});

test("the library stands alone: it imports nothing, not even a part of Node", async () => {
  const text = await readFile(join(folder, "consumer/node_modules/svcdeploy/dist/unit-file.js"), "utf8");
  expect([...text.matchAll(/^import .*/gm)].map(([line]) => line)).toEqual([]);
});
