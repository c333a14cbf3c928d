/** What `init` writes: read back by the real loader, for any host and any folder's name. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { parseLogin } from "../../src/core/init/login.ts";
import { makeProjectFiles } from "../../src/core/init/project-files.ts";
import { readLayouts } from "../../src/project/layouts.ts";
import { loadProject } from "../../src/project/load.ts";
import { buildTargets } from "../../src/project/targets.ts";
import { writeProject } from "../../src/project/write-project.ts";

const layouts = await readLayouts("init");
let folder = "";
let count = 0;
const fresh = (): string => {
  count += 1;
  return join(folder, `p${count}`);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-init-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [
    "deploy@web1.example.com:2222",
    { name: "web1", address: "web1.example.com", user: "deploy", become: "sudo", port: 2222 },
  ],
  ["web1", { name: "web1", address: "web1", user: "root", become: "none", port: 22 }],
  ["null@no", { name: "no", address: "no", user: "null", become: "sudo", port: 22 }],
  ["root@1e3", { name: "1e3", address: "1e3", user: "root" }],
  ["yes@10.1", { name: "host1", address: "10.1", user: "yes" }],
  ["a-1.b_@[fe80::1%eth0]:65535", { name: "host1", address: "fe80::1%eth0", user: "a-1.b_", port: 65535 }],
])("for %s the project loads and renders", async (text, expected) => {
  const login = parseLogin(text);
  if ("problem" in login) throw new Error(login.problem);
  const root = fresh();
  await writeProject(root, makeProjectFiles(layouts, "shop", login));
  const project = await loadProject(root, "prod", { set: [], valuesFiles: [] });
  expect(project).toMatchObject({ name: "shop", protected: true, hosts: [expected] });
  const [play] = (await buildTargets(project, { limit: null, services: [] })).plays;
  const paths = play?.targets[0]?.resources.map(({ id }) => id).join("\n");
  expect(paths).toContain("/etc/systemd/system/heartbeat.service");
  expect(paths).toContain("/etc/heartbeat.conf");
});

test("without a host there is an example, of an address that no one has", async () => {
  const root = fresh();
  await writeProject(root, makeProjectFiles(layouts, "shop", null));
  const { hosts } = await loadProject(root, "prod", { set: [], valuesFiles: [] });
  expect(hosts.map(({ name, address }) => [name, address])).toEqual([["web1", "192.0.2.10"]]);
  expect(readFileSync(join(root, "inventory/prod.yaml"), "utf8")).toContain("an example");
});

test.each([
  ["My Shop", "my-shop"],
  ["2026-fleet", "fleet"],
  ["", "my-project"],
  ["日本", "my-project"],
  ["a".repeat(80), "a".repeat(63)],
])("a folder called %j is the project %s", (name, project) => {
  const [first] = makeProjectFiles(layouts, name, null);
  expect(first?.text).toMatch(new RegExp(`^name: ${project}$`, "m"));
});

test("the program may be run, the rest not", async () => {
  const root = fresh();
  await writeProject(root, makeProjectFiles(layouts, "shop", null));
  expect(statSync(join(root, "artifacts/heartbeat")).mode & 0o111).not.toBe(0);
  expect(statSync(join(root, "svcdeploy.yaml")).mode & 0o111).toBe(0);
});

test("a folder that holds something is refused with what it holds, and is left as it is", async () => {
  const root = fresh();
  mkdirSync(root);
  for (let index = 0; index < 12; index += 1)
    writeFileSync(join(root, `f${String(index).padStart(2, "0")}`), "");
  const failure = writeProject(root, makeProjectFiles(layouts, "shop", null));
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(/is not empty; it contains f00, .*f09 and 2 more$/);
  expect(readdirSync(root)).toHaveLength(12);
});

test("a fresh clone is an empty folder; a file is none", async () => {
  const root = fresh();
  mkdirSync(join(root, ".git"), { recursive: true });
  await writeProject(root, makeProjectFiles(layouts, "shop", null));
  expect(existsSync(join(root, "svcdeploy.yaml"))).toBe(true);
  await expect(writeProject(join(root, "svcdeploy.yaml"), [])).rejects.toThrow(/is not a folder/);
});

test("a folder that may not be read is told", async () => {
  const root = fresh();
  mkdirSync(root);
  chmodSync(root, 0);
  const failure = await writeProject(root, []).catch((error: unknown) => error);
  chmodSync(root, 0o700);
  // Root may read everything.
  if (process.getuid?.() !== 0) expect(failure).toBeInstanceOf(UsageError);
});
