/** Expanding a service file's strings once for a host. */
import { expect, test } from "vitest";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Host, ServiceSource } from "../../../src/core/model/declared.ts";
import { isTreeMap } from "../../../src/core/model/tree.ts";
import { expandTree } from "../../../src/core/render/expand.ts";

const host: Host = {
  name: "web1",
  address: "a",
  port: 22,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 247,
  required: false,
  place: { file: "i", line: 1, column: 1 },
};

function source(text: string): ServiceSource {
  const document = parseYaml(text, "services/x.yaml");
  if (!isTreeMap(document.tree)) throw new Error("the test's text is no map");
  return { name: "x", file: "services/x.yaml", tree: document.tree, placeOf: document.placeOf };
}

const context = { env: "prod", host, service: { name: "x" }, values: { port: 8080, raw: "{{env}}" } };

test("strings once, keys never, other scalars untouched", () => {
  const tree = expandTree(
    source('name: x\n"{{env}}": 1\na: ["{{env}}", 5, true, ~, { b: "{{values.raw}}" }]\n'),
    context,
  );
  expect(tree).toEqual({ name: "x", "{{env}}": 1, a: ["prod", 5, true, null, { b: "{{env}}" }] });
  expect(Object.getPrototypeOf(tree)).toBeNull();
});

test("the content of files is left for later, everything else of files is not", () => {
  const tree = expandTree(
    source('files: [{ path: "/etc/{{env}}", content: "{{secrets.A}}" }]\ncontent: "{{env}}"\n'),
    context,
  );
  expect(tree).toEqual({ files: [{ path: "/etc/prod", content: "{{secrets.A}}" }], content: "prod" });
});

test("all mistakes with their places: in quotes, in a block text, plain", () => {
  const text = 'a: "x {{values.prot}}"\nb: |\n  first\n  {{secrets.A}}\nc: y{{> z}}\n';
  try {
    expandTree(source(text), context);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`)).toEqual([
      '1:9 "values.prot" is not defined',
      "4:5 secrets can be used only in `files:`",
      "5:5 partials are not supported",
    ]);
  }
});
