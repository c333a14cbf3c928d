/** The JSON Schemas agree with the schemas that read the files, and what is made of them is not stale. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { FILE_KINDS, makeJsonSchema, schemaFiles } from "../../../src/core/config/json-schema.ts";
import { keyNotes, type ProjectFileKind } from "../../../src/core/config/key-notes.ts";
import { keysPage } from "../../../src/core/config/keys-page.ts";
import { makeProjectFiles } from "../../../src/core/init/project-files.ts";
import { hardeningMarkdown } from "../../../src/core/render/hardening.ts";
import { readLayouts } from "../../../src/project/layouts.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const layouts = await readLayouts("init");
const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
const validators = new Map(FILE_KINDS.map((kind) => [kind, ajv.compile(makeJsonSchema(kind))] as const));

/** What the schema says against a text; empty when nothing. */
function complaints(kind: ProjectFileKind, text: string): readonly string[] {
  const validate = validators.get(kind);
  if (validate === undefined) throw new Error(`no schema for ${kind}`);
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

test("the written schemas and the page are not stale; else: node scripts/config-pages.ts", () => {
  for (const { name, text } of schemaFiles())
    expect(readFileSync(`${root}schemas/${name}`, "utf8"), name).toBe(text);
  expect(readFileSync(`${root}docs/configuration.md`, "utf8")).toBe(keysPage(hardeningMarkdown()));
});

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(`${root}${folder}`).flatMap((name) =>
    name.endsWith(".yaml") ? [`${folder}/${name}`] : [],
  );
}

const demo = "playbooks/demo";
const shipped: readonly (readonly [ProjectFileKind, string])[] = [
  ...yamlFiles(`${demo}/services`).map((file) => ["service", file] as const),
  ...yamlFiles(`${demo}/inventory`).map((file) => ["inventory", file] as const),
  ...yamlFiles(`${demo}/playbooks`).map((file) => ["playbook", file] as const),
  ["project", `${demo}/svcdeploy.yaml`],
];

test.each(shipped)("%s: %s is valid", (kind, file) => {
  expect(complaints(kind, readFileSync(`${root}${file}`, "utf8"))).toEqual([]);
});

test.each([
  ["project", "svcdeploy.yaml"],
  ["inventory", "inventory/prod.yaml"],
  ["service", "services/heartbeat.yaml"],
  ["playbook", "playbooks/site.yaml"],
] as const)("%s: what init writes as %s is valid, and names its schema where init puts it", (kind, path) => {
  const text = makeProjectFiles(layouts, "shop", null).find((file) => file.path === path)?.text ?? "";
  expect(complaints(kind, text)).toEqual([]);
  expect(text.split("\n")[0]).toBe(
    `# yaml-language-server: $schema=${path.includes("/") ? "../" : ""}.svcdeploy/schemas/${kind}.schema.json`,
  );
});

describe.each(FILE_KINDS)("examples of a %s file", (kind) => {
  const notes = Object.entries(keyNotes[kind]).flatMap(([key, { example }]) =>
    example === undefined ? [] : [[key, example] as const],
  );
  const rest =
    kind === "service"
      ? "name: web\n"
      : kind === "inventory"
        ? "hosts: {}\n"
        : kind === "project"
          ? "name: shop\n"
          : "";

  test.each(notes)("%s is valid", (key, example) => {
    expect(
      complaints(kind, rest.startsWith(`${key}:`) || kind === "playbook" ? example : `${rest}${example}\n`),
    ).toEqual([]);
  });
});

test.each([
  ["service", "name: web\nservce: {}", "must NOT have additional properties"],
  ["service", "name: web\nservice: { ExecStrat: /bin/x }", "must NOT have additional properties"],
  ["service", "name: web\nartifact: { version: '1' }", "must have required property 'source'"],
  ["service", "name: web\nartifact: { source: a, version: 1.10 }", "must be string"],
  ["service", "name: web\nfiles: [{ path: etc/x, content: a }]", "must match pattern"],
  ["service", "name: web\ndirectories: [{ path: /var/lib/web, mode: 0755 }]", "must be string"],
  ["service", "name: web\nhardening: very", "must be equal to one of the allowed values"],
  ["service", "name: web\nunit: { Description: { a: b } }", "must be"],
  ["inventory", "hosts: { web1: { prot: 22 } }", "must NOT have additional properties"],
  ["inventory", "hosts: { web1: { port: 0 } }", "must be >= 1"],
  ["playbook", "- { play: a, hosts: all }", "must have required property 'services'"],
  ["playbook", "- { play: a, hosts: all, services: x, rollout: { batches: [0] } }", "must"],
  ["project", "name: shop\ndrift: { ignore: [{ path: /x }] }", "must have required property 'because'"],
] as const)("%s: %s is refused", (kind, text, words) => {
  expect(complaints(kind, text).join("\n")).toContain(words);
});

test.each([
  [
    "service",
    'name: web\nhardening: "{{values.hardening}}"\nsettle: "{{values.settle}}"\nartifact: { source: x, keep: "{{values.keep}}" }',
  ],
  [
    "service",
    "name: web\nservice: { ExecStart: ['', /bin/x], X-Owner: me, CPUWeight: 5, NoNewPrivileges: true }",
  ],
  ["service", "name: web\nlogrotate: { paths: /var/log/x.log, daily: true, rotate: 7 }"],
  ["inventory", 'hosts: { "web[1:3]": { address: "10.0.0.[1:3]", port: "[2201:2203]" }, db1: }'],
] as const)("%s: %s is valid", (kind, text) => {
  expect(complaints(kind, text)).toEqual([]);
});
