/** `svcdeploy inventory`, --limit @FILE, and the words of other tools. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { foreignOption, foreignVerb } from "../../src/cli/foreign-words.ts";
import { inventory } from "../../src/cli/inventory.ts";
import { withLimitFiles } from "../../src/cli/limit-files.ts";
import { fleetGraph } from "../../src/core/config/ansible/list.ts";
import { fleetOfHosts } from "../../src/core/config/ansible/of-hosts.ts";
import { showHost } from "../../src/core/config/ansible/show.ts";
import { readInventory } from "../../src/core/config/inventory.ts";
import { parseYaml } from "../../src/core/config/yaml.ts";
import { readAnsibleInventory } from "../../src/project/ansible/read-inventory.ts";
import { inventoryJson, inventoryText } from "../../src/report/inventory-text.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-inventory-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "hosts"), "[web]\nweb1 x='{{ y }}' z=1.0\n[web:vars]\nw=[1]\n");
const read = () =>
  readAnsibleInventory({
    sources: [join(folder, "hosts")],
    playbookFolders: [],
    programs: "refuse",
    nameOf: (path) => path.slice(folder.length + 1),
  });

describe("one host", () => {
  test("has every variable with its place", async () => {
    const host = showHost(await read(), "web1");
    if (host === null) throw new Error("no host");
    const lines = inventoryText({ kind: "host", host }, 100).map((each) =>
      each.map(({ text }) => text).join(""),
    );
    expect(lines.map((each) => each.trimEnd())).toEqual([
      "web1 (hosts:2)",
      "groups: web",
      "  w = [1]           hosts:4",
      '  x = "{{ y }}"     hosts:2; it holds an expression of Jinja, which is never evaluated here',
      "  z = 1.0           hosts:2",
    ]);
    expect(JSON.parse(inventoryJson({ kind: "host", host }))).toMatchObject({
      schema: "svcdeploy.inventory/1",
      host: "web1",
      variables: [{ name: "w", value: [1], place: { line: 4 }, unusable: null }, { name: "x" }, { value: 1 }],
    });
  });

  test("of our own inventory has what our keys say", () => {
    const text = 'hosts: { "web[1:2]": { port: 2222, vars: { a: 1 } } }\ngroups: { web: { hosts: [web1] } }';
    const { hosts, groups } = readInventory(parseYaml(text, "i"), String);
    const fleet = fleetOfHosts(hosts, groups, ({ place }) => place);
    expect(fleetGraph(fleet.fleet)).toEqual([
      "@all:",
      "  |--@ungrouped:",
      "  |  |--web2",
      "  |--@web:",
      "  |  |--web1",
    ]);
    expect(fleet.variablesOf("web1").get("ansible_port")?.value).toBe(2222n);
    expect(fleet.variablesOf("web2").get("a")?.value).toBe(1n);
  });
});

test("what is no view of an inventory is refused", async () => {
  const options = { project: ".", env: null, inventory: [], "playbook-dir": null, format: "text" } as const;
  const { makeSurroundings } = await import("../../src/cli/surroundings.ts");
  const work = inventory({ options, operands: ["grpah"] }, makeSurroundings(process));
  await expect(work).rejects.toThrow("inventory grpah: there is no such view");
});

test("--limit @FILE is what the file says", async () => {
  writeFileSync(join(folder, "retry"), "web1\r\n\nweb2\n");
  writeFileSync(join(folder, "empty"), "\n");
  expect(await withLimitFiles("all:&x,@retry", folder)).toBe("all:&x,web1,web2");
  expect(await withLimitFiles("web", folder)).toBe("web");
  await expect(withLimitFiles("@empty", folder)).rejects.toThrow("--limit @empty: the file names no host");
  await expect(withLimitFiles("@nope", folder)).rejects.toThrow("does not exist");
});

test.each(["check", "diff", "l", "e", "i", "tags", "auto-approve"])(
  "the option %s of another tool is answered",
  (name) => {
    expect(foreignOption(name)).toMatch(/--|svcdeploy/);
  },
);

test.each(["destroy", "deploy", "validate"])("the verb %s of another tool is answered", (name) => {
  expect(foreignVerb(name)).toMatch(/^svcdeploy /);
});
