/** Ansible's inventories in a project: what of them becomes hosts, and that each bad one is one error with a place. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { select } from "../../../src/core/target/select.ts";
import { readAnsibleInventory } from "../../../src/project/ansible/read-inventory.ts";
import { loadAsFar, loadProject } from "../../../src/project/load.ts";

const base = mkdtempSync(join(tmpdir(), "svcdeploy-ansible-"));
afterAll(() => rmSync(base, { recursive: true }));
let made = 0;

/** Texts that begin with #! become programs. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const root = join(base, String(++made));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    if (text.startsWith("#!")) chmodSync(join(root, path), 0o755);
  }
  return root;
}

const PROJECT = {
  "svcdeploy.yaml": "name: shop\n",
  "services/app.yaml": "name: app\nservice: { ExecStart: /bin/true }\n",
  "playbooks/site.yaml": "- { play: p, hosts: web, services: [app] }\n",
  "inventory/prod.yaml": "ansible: ../hosts.ini\n",
};

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError: ${error}`);
  expect(error.problems).toHaveLength(1);
  const [problem] = error.problems;
  return `${problem?.place.file}:${problem?.place.line}:${problem?.place.column}: ${problem?.message}`;
};

describe("in a project", () => {
  test("hosts are reached as the inventory says, and what the file says is laid over it", async () => {
    const root = folderOf({
      ...PROJECT,
      "hosts.ini":
        "[web]\nweb[1:2] ansible_host=192.0.2.1 ansible_port=2222 ansible_user=deploy\n[web:vars]\nx=1\n",
      "group_vars/all.yml": "x: 2\ny: yes\n",
      "inventory/prod.yaml":
        "ansible: ../hosts.ini\ndefaults: { port: 22, labels: { site: a } }\n" +
        "hosts: { web2: { port: 22, vars: { x: 3 } }, db1: }\ngroups: { gold: { hosts: [web1], vars: { z: 4 } } }\n",
    });
    const { hosts, groups } = await loadProject(root, "prod", { set: [], valuesFiles: [] });
    const shown = hosts.map(({ name, address, port, user, groups: mine, vars }) => [
      name,
      address,
      port,
      user,
      mine,
      { ...vars },
    ]);
    const common = { ansible_host: "192.0.2.1", ansible_port: 2222, ansible_user: "deploy", y: true };
    expect(shown).toEqual([
      ["web1", "192.0.2.1", 2222, "deploy", ["gold", "web"], { ...common, x: 2, z: 4 }],
      ["web2", "192.0.2.1", 22, "deploy", ["web"], { ...common, x: 3 }],
      ["db1", "db1", 22, "root", [], {}],
    ]);
    expect(groups?.get("ungrouped")).toEqual(["db1"]);
    expect(groups?.get("gold")).toEqual(["web1"]);
  });

  test.each([
    ["web1 ansible_connection=winrm", "hosts.ini:2:1: ansible_connection: winrm is not supported"],
    ["web1 ansible_become_method=su", "hosts.ini:2:1: ansible_become_method: su is not supported"],
    [
      "web1 'ansible_ssh_common_args=-o A=b'",
      "hosts.ini:2:1: ansible_ssh_common_args: -o A=b is not supported",
    ],
    [
      "web1 'ansible_host={{ x }}'",
      "hosts.ini:2:1: ansible_host: holds an expression of Jinja, which is never evaluated here",
    ],
    [
      "web1 ansible_host=-oProxyCommand=x",
      "hosts.ini:2:1: ansible_host: an address has letters, digits and . _ : % [ ] -, and does not start with -",
    ],
    [
      "web1:22\nweb1:2222",
      'hosts.ini:3:1: the host "web1" has the port 2222 here, and 22 in line 2 of hosts.ini',
    ],
  ])("%s is refused where the host is selected", async (line, message) => {
    const root = folderOf({ ...PROJECT, "hosts.ini": `[web]\n${line}\n[other]\nok1\n` });
    const project = await loadProject(root, "prod", { set: [], valuesFiles: [] });
    expect(await refusal((async () => select(project, { limit: null, services: [] }))())).toBe(message);
  });

  test("a path out of the project is refused", async () => {
    const root = folderOf({ ...PROJECT, "inventory/prod.yaml": "ansible: [../../elsewhere]\n" });
    mkdirSync(join(base, "elsewhere"), { recursive: true });
    const { problems } = await loadAsFar(root, "prod", { set: [], valuesFiles: [] });
    expect(problems[0]?.message).toMatch(/points outside the project/);
    expect(problems[0]?.place).toEqual({ file: "inventory/prod.yaml", line: 1, column: 11 });
  });

  test("a program is not run where that is forbidden", async () => {
    const root = folderOf({
      ...PROJECT,
      "inventory/prod.yaml": "ansible: ../inv.sh\n",
      "inv.sh": `#!/bin/sh\ntouch ${base}/ran\necho '{"web": ["web1"]}'\n`,
    });
    const { problems } = await loadAsFar(root, "prod", { set: [], valuesFiles: [], programs: "refuse" });
    expect(problems.map(({ message }) => message)).toEqual([
      "the inventory is a program, and programs are not run (--no-exec, SVCDEPLOY_NO_EXEC=1)",
    ]);
    expect(() => rmSync(join(base, "ran"))).toThrow("ENOENT");
  });
});

const BOMB = `a: &a [${"x, ".repeat(50)}x]\n${"bcdef"
  .split("")
  .map((name, at) => `${name}: &${name} [${`*${"abcde"[at]}, `.repeat(50)}1]`)
  .join("\n")}\n`;

describe("bad input", () => {
  const limits = { milliseconds: 500, bytes: 1000 };
  const read = (text: string, name = "hosts") => {
    const root = folderOf({ [name]: text });
    return readAnsibleInventory({
      sources: [join(root, name)],
      playbookFolders: [],
      programs: "run",
      nameOf: (path) => path.slice(root.length + 1),
      limits,
    });
  };

  test.each([
    [
      "a loop",
      "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[a]\n",
      "hosts:6:1: groups that contain themselves: a → b → c → a",
    ],
    [
      "a range of a billion",
      "web[1:1000000000]\n",
      "hosts:1:1: the range [1:1000000000] gives more than 100000 names",
    ],
    ["ranges in ranges", "web[1:9999][1:9999]\n", "hosts:1:1: the range [1:9999] gives more than"],
    ["a byte order mark", "\u{feff}[web]\nweb1\n", "hosts:1:1: the file begins with a byte order mark"],
    [
      "an open quote",
      "web1 x='a\n",
      "hosts:1:1: the words of this host cannot be told apart: a ' is not closed",
    ],
    [
      "a group that is not there",
      "[a:children]\nb\n",
      'hosts:2:1: [a:children] names "b", and nothing declares a group of that name',
    ],
  ])("%s", async (_what, text, message) => {
    expect(await refusal(read(text))).toContain(message);
  });

  test.each([
    ["a tab", "all:\n\thosts:\n", "h.yml:2:1: Tabs are not allowed as indentation"],
    ["a bomb of aliases", BOMB, "h.yml:4:7: more than 4000000 values once its aliases are written out"],
    ["an alias of itself", "a: &a [*a]\n", "h.yml:1:8: the value of &a contains itself"],
    [
      "Jinja without quotes",
      "all: { vars: { x: {{ y }} } }\n",
      "h.yml:1:19: YAML reads {{ as the start of a map",
    ],
    ["two documents", "a:\n---\nb:\n", "h.yml:2:1: several documents in one file"],
    [
      "a vault",
      "$ANSIBLE_VAULT;1.1;AES256\n33\n",
      "h.yml:1:1: the inventory is encrypted with ansible-vault",
    ],
  ])("%s", async (_what, text, message) => {
    expect(await refusal(read(text, "h.yml"))).toContain(message);
  });

  test.each([
    ["hangs", "sleep 600 & sleep 600", "inv.sh:1:1: the inventory program did not end within 0.5 s"],
    [
      "prints without end",
      "while :; do echo 0123456789; done",
      "inv.sh:1:1: the inventory program printed more than",
    ],
    [
      "exits 1",
      "echo no key >&2; exit 1",
      "inv.sh:1:1: the inventory program ended with 1, and said: no key",
    ],
    ["prints no JSON", "echo '{\"a\": '", "inv.sh --list:2:1: this is no JSON: a value is expected here"],
  ])("a program that %s", async (_what, body, message) => {
    expect(await refusal(read(`#!/bin/sh\n${body}\n`, "inv.sh"))).toContain(message);
  });

  test("CRLF is a line's end, and an INI file with the execute bit is no program", async () => {
    const root = folderOf({ hosts: "[web]\r\nweb1 x=1\r\n" });
    chmodSync(join(root, "hosts"), 0o755);
    const sources = [join(root, "hosts")];
    const { variablesOf } = await readAnsibleInventory({
      sources,
      playbookFolders: [],
      programs: "refuse",
      nameOf: String,
    });
    expect(variablesOf("web1").get("x")?.value).toBe(1n);
  });
});
