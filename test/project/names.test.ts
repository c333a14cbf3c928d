/** The names for completion: of a project that is whole, and of one that is not. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeProjectNames } from "../../src/project/names.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = {
  "inventory/prod.yaml": "hosts:\n  web[1:2]: {}\n  db: { address: 1.2.3.4 }\ngroups:\n  webs: {}\n",
  "inventory/odd.yaml": "hosts: [a, b]\ngroups: 7\n",
  "inventory/torn.yaml": 'hosts:\n  half: {}\n  "web[1:": {}\n  : [\n',
  "inventory/many.yaml": "hosts:\n  web[1:999999999]: {}\n  one: {}\n",
  "services/file-name.yaml": 'name: api\ninstances: [blue, 8080, "{{host.name}}", "a b", blue]\n',
  "services/torn.yaml": "name: [",
  "services/ignored.yml": "name: no\n",
  "values/base.yaml": "etcd: { version: 1, ports: [1, 2], none: {} }\nseconds: 60\n",
  "values/prod.yaml": "only: { here: 1 }\n",
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
symlinkSync("/etc/passwd", join(folder, "inventory/away.yaml"));

const names = makeProjectNames(folder);

test("the names of a project", async () => {
  expect(await names.environments()).toEqual(["away", "many", "odd", "prod", "torn"]);
  expect(await names.hosts("prod")).toEqual(["web1", "web2", "db"]);
  expect(await names.groups("prod")).toEqual(["webs"]);
  expect(await names.services()).toEqual(["api", "torn"]);
  expect([
    await names.instances("api"),
    await names.instances("torn"),
    await names.instances("none"),
  ]).toEqual([["api@blue", "api@8080"], [], []]);
  expect(await names.valueKeys("prod")).toEqual([
    "etcd.version",
    "etcd.ports",
    "etcd.none",
    "seconds",
    "only.here",
  ]);
  expect(await names.valueKeys(null)).not.toContain("only.here");
});

test("what cannot be read gives no names, and what can does", async () => {
  expect(await names.hosts("odd")).toEqual([]);
  expect(await names.hosts("torn")).toContain("half");
  expect(await names.hosts("many")).toEqual(["one"]);
  expect(await names.hosts("../../etc/passwd")).toEqual([]);
  expect(await names.hosts(null)).toEqual(expect.arrayContaining(["web1", "half", "one"]));
});

test("no project, no names", async () => {
  const nowhere = makeProjectNames(join(folder, "nowhere"));
  expect([
    await nowhere.environments(),
    await nowhere.hosts(null),
    await nowhere.services(),
    await nowhere.valueKeys("prod"),
  ]).toEqual([[], [], [], []]);
});
