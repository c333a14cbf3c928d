/** Health checks that are asked once an instance. */
import { expect, test } from "vitest";
import { normaliseService } from "../../../src/core/config/service.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { ServiceSource } from "../../../src/core/model/declared.ts";
import { isTreeMap } from "../../../src/core/model/tree.ts";
import { expandTree } from "../../../src/core/render/expand.ts";
import { spreadHealth } from "../../../src/core/render/spread-health.ts";
import { anyHost } from "../config/normalise-text.ts";

const values = { ports: { blue: 8081, green: 8082 }, second: "green", raw: "{{env}}" };
const context = { env: "prod", host: anyHost, service: { name: "x" }, values };

function source(text: string): ServiceSource {
  const document = parseYaml(`name: x\nservice: { ExecStart: /bin/x }\n${text}`, "services/x.yaml");
  if (!isTreeMap(document.tree)) throw new Error("the test's text is no map");
  return { name: "x", file: "services/x.yaml", tree: document.tree, placeOf: document.placeOf };
}

function checksOf(text: string): readonly string[] {
  const spread = spreadHealth(source(text), context);
  const { health } = normaliseService(spread, expandTree(spread, context), anyHost);
  return health.map(
    (check) =>
      `${check.place.line} ${check.kind === "http" ? check.url : check.kind === "tcp" ? check.port : check.command.join(" ")}`,
  );
}

test("a check that names the instance is one for each, at the place of the one; others stay one", () => {
  const text = `instances: [blue, "{{values.second}}"]
health:
  - tcp: "127.0.0.1:9090"
  - http: "http://127.0.0.1:{{lookup values.ports instance}}/{{instance}}"
  - command: [/bin/true, '{{#if (eq instance "blue")}}first{{else}}next{{/if}}']
`;
  expect(checksOf(text)).toEqual([
    "5 9090",
    "6 http://127.0.0.1:8081/blue",
    "6 http://127.0.0.1:8082/green",
    "7 /bin/true first",
    "7 /bin/true next",
  ]);
});

test("an instance's name is a value: what it holds is not expanded again", () => {
  const spread = spreadHealth(
    source('instances: ["{{values.raw}}"]\nhealth: [{ command: [/x, "{{instance}}"] }]\n'),
    context,
  );
  expect(expandTree(spread, context).health).toEqual([{ command: ["/x", "{{env}}"] }]);
});

test.each([
  ["no instances", 'health: [{ command: [/x, "{{instance}}"] }]\n', '"instance" is not defined'],
  ["a directive", 'instances: [a]\nunit: { Description: "{{instance}}" }\n', '"instance" is not defined'],
])("with %s there is no such variable, and %%i is told of", (_, text, message) => {
  try {
    checksOf(text);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map((problem) => problem.message)).toEqual([message]);
    expect(error.problems[0]?.hint).toContain("%i");
  }
});

test("a mistake in such a check is told once an instance that has it, with its place", () => {
  try {
    checksOf(
      'instances: [blue, red]\nhealth:\n  - tcp: "127.0.0.1:1"\n  - http: "http://127.0.0.1:{{lookup values.ports instance}}/"\n',
    );
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map(({ place, message }) => `${place.line} ${message}`)).toEqual([
      '6 lookup: there is no key "red"',
    ]);
  }
});

test("without such checks nothing is touched", () => {
  const plain = source('instances: [a]\nhealth: [{ tcp: "127.0.0.1:1" }]\n');
  expect(spreadHealth(plain, context)).toBe(plain);
});
