/** One run tells all: a mistake of one file, at any stage, hides none of another's. */
import { expect, test } from "vitest";
import { parseYaml } from "../../src/core/config/yaml.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { EVERYTHING } from "../../src/core/target/select.ts";
import { loadAsFar } from "../../src/project/load.ts";
import { buildTargets, STAND_INS } from "../../src/project/targets.ts";
import { copyShop, problemsOf } from "./project-copy.ts";

const PROBE = "name: db\nservice: { ExecStart: /usr/bin/db }\n";

async function mistakesOf(files: { readonly [path: string]: string }): Promise<readonly string[]> {
  const root = await copyShop(files);
  return await problemsOf(async () => {
    const loaded = await loadAsFar(root, "prod", { set: [], valuesFiles: [] });
    return await buildTargets(loaded, EVERYTHING, STAND_INS);
  });
}

test("a key that is not known, a value that is missing, a directive, a template's file and a lost pattern", async () => {
  const found = await mistakesOf({
    "svcdeploy.yaml": "name: shop\nversoin: 1\n",
    "playbooks/site.yaml":
      "- { play: databases, hosts: db, services: [db], rollot: 1 }\n- { play: sites, hosts: web, services: [web, webb] }\n",
    "services/db.yaml":
      "name: db\nserivce: {}\nservice: { ExecStart: '{{values.db.path}}', Restrat: always }\nfiles: [{ path: /etc/db, template: none.hbs }]\n",
    "services/spare.yaml": "name: spare\nslice: {}\n",
  });
  expect(found).toEqual([
    'svcdeploy.yaml:2:1 the key "versoin" is not known here',
    'services/db.yaml:2:1 the key "serivce" is not known here',
    'services/spare.yaml:2:1 "name" is missing',
    'playbooks/site.yaml:1:49 the key "rollot" is not known here',
    'playbooks/site.yaml:2:46 there is no service "webb"',
    'services/db.yaml:3:26 "values.db" is not defined',
    "services/db.yaml:3:54 systemd 247 knows no Restrat= in [Service]",
    "services/db.yaml:4:9 The template none.hbs is not there",
  ]);
});

test("a file that is no YAML is one mistake, and what is in others is still found", async () => {
  const broken = "name: web\nservice:\n  ExecStart: /usr/bin/web\n Restart: always\n  User: web\n  Nice: 5\n";
  expect(await mistakesOf({ "services/web.yaml": broken, "services/db.yaml": `${PROBE}file: []\n` })).toEqual(
    [
      'services/db.yaml:3:1 the key "file" is not known here',
      "services/web.yaml:4:1 All mapping items must start at the same column",
    ],
  );
  const tabbed = "name: web\nservice:\n\tExecStart: /usr/bin/web\n\tRestart: always\n";
  expect(await mistakesOf({ "services/web.yaml": tabbed })).toEqual([
    "services/web.yaml:3:1 Tabs are not allowed as indentation",
  ]);
});

test("what a values file that is no YAML would have said is not missed", async () => {
  const found = await mistakesOf({
    "values/base.yaml": "web: { port: 8080\n",
    "services/db.yaml": `${PROBE}settle: soon\n`,
  });
  expect(found.filter((line) => line.includes("not defined"))).toEqual([]);
  expect(found.map((line) => line.split(":")[0])).toEqual(["values/base.yaml", "services/db.yaml"]);
});

test("an inventory that cannot be read takes no blame for the playbook, nor the other way round", async () => {
  expect((await mistakesOf({ "inventory/prod.yaml": "hosts:\n" })).join("\n")).toBe(
    "inventory/prod.yaml:1:1 the inventory has no host yet",
  );
  expect(
    await mistakesOf({ "playbooks/site.yaml": "- play: [\n", "services/db.yaml": `${PROBE}settle: soon\n` }),
  ).toHaveLength(2);
});

test("an item of a list that is left out moves no place of those behind it", async () => {
  const files = "files:\n  - { path: x, content: a }\n  - { path: /etc/db, template: none.hbs }\n";
  expect((await mistakesOf({ "services/db.yaml": PROBE + files })).map((line) => line.slice(0, 24))).toEqual([
    'services/db.yaml:4:13 "x',
    "services/db.yaml:5:5 The",
  ]);
});

test("a source that is too large is there; a name that is missing comes with where to put it", async () => {
  const large = await copyShop({
    "services/db.yaml": `${PROBE}files: [{ path: /etc/db, source: big }]\n`,
    big: new Uint8Array(16 * 1024 * 1024 + 1),
  });
  const loaded = await loadAsFar(large, "prod", { set: [], valuesFiles: [] });
  expect(await problemsOf(() => buildTargets(loaded, EVERYTHING, STAND_INS))).toEqual([
    "services/db.yaml:3:9 big is larger than 16 MiB",
  ]);
  const root = await copyShop({
    "services/db.yaml":
      "name: db\nservice: { ExecStart: /x, User: '{{values.db.user}}', Group: '{{host.vars.team}}' }\nfiles: [{ path: /etc/db, template: web/web.cnf.hbs }]\n",
  });
  const hints: string[] = [];
  try {
    await buildTargets(await loadAsFar(root, "prod", { set: [], valuesFiles: [] }), EVERYTHING, STAND_INS);
  } catch (error) {
    if (error instanceof ConfigError) hints.push(...error.problems.map(({ hint }) => hint ?? ""));
  }
  expect(hints).toEqual([
    "put db into values/base.yaml, or into values/ENVIRONMENT.yaml",
    "put team into vars: of the host, its group or defaults: in the inventory",
    'did you mean "web/web.conf.hbs"?',
  ]);
});

test("a wrong indent comes with what to look at", () => {
  const hints = (text: string) => parseYaml(text, "x.yaml").problems.map(({ hint }) => hint);
  expect(hints("name: b\nservice:\n ExecStart: /x\n  Restart: no\n")).toEqual([
    "indent the keys of one map alike: look at the next line as well",
  ]);
});
