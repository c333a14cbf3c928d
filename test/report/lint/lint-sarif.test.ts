/** SARIF against what its 2.1.0 schema requires and allows, of the parts that are written. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FoldedFinding } from "../../../src/core/lint/fold.ts";
import { RULES } from "../../../src/core/lint/rules.ts";
import { lintSarif } from "../../../src/report/lint/lint-sarif.ts";

/**
 * Object → its required and its other properties here, each with the kind of its value; every object of the
 * schema is closed.
 */
const SHAPES: Readonly<
  Record<string, { readonly required: readonly string[]; readonly parts: Readonly<Record<string, string>> }>
> = {
  log: { required: ["version", "runs"], parts: { $schema: "uri", version: "version", runs: "run[]" } },
  run: { required: ["tool"], parts: { tool: "tool", results: "result[]", columnKind: "columns" } },
  tool: { required: ["driver"], parts: { driver: "component" } },
  component: { required: ["name"], parts: { name: "text", semanticVersion: "text", rules: "descriptor[]" } },
  descriptor: {
    required: ["id"],
    parts: {
      id: "text",
      shortDescription: "message",
      fullDescription: "message",
      help: "message",
      defaultConfiguration: "configuration",
    },
  },
  configuration: { required: [], parts: { level: "level" } },
  message: { required: ["text"], parts: { text: "text", markdown: "text" } },
  result: {
    required: ["message"],
    parts: {
      ruleId: "text",
      ruleIndex: "index",
      level: "level",
      message: "message",
      locations: "location[]",
      properties: "bag",
    },
  },
  location: { required: [], parts: { physicalLocation: "physical", logicalLocations: "logical[]" } },
  physical: { required: ["artifactLocation"], parts: { artifactLocation: "artifact", region: "region" } },
  artifact: { required: [], parts: { uri: "uri", uriBaseId: "text" } },
  region: { required: [], parts: { startLine: "count", startColumn: "count" } },
  logical: { required: [], parts: { name: "text", kind: "text" } },
};
const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string" && value !== "",
  uri: (value) =>
    typeof value === "string" && /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$/.test(value),
  version: (value) => value === "2.1.0",
  columns: (value) => value === "utf16CodeUnits",
  level: (value) => value === "error" || value === "warning" || value === "note",
  index: (value) => Number.isInteger(value) && Number(value) >= 0,
  count: (value) => Number.isInteger(value) && Number(value) >= 1,
  bag: (value) => typeof value === "object",
};

function check(kind: string, value: unknown, at: string): readonly string[] {
  if (kind.endsWith("[]")) {
    return Array.isArray(value)
      ? value.flatMap((each, index) => check(kind.slice(0, -2), each, `${at}[${index}]`))
      : [`${at} is no list`];
  }
  const shape = SHAPES[kind];
  if (shape === undefined)
    return VALUES[kind]?.(value) === true ? [] : [`${at} is no ${kind}: ${JSON.stringify(value)}`];
  if (typeof value !== "object" || value === null) return [`${at} is no object`];
  const entries = Object.entries(value);
  const names = entries.map(([name]) => name);
  return [
    ...shape.required.filter((name) => !names.includes(name)).map((name) => `${at}.${name} is missing`),
    ...entries.flatMap(([name, part]) => {
      const inner = shape.parts[name];
      return inner === undefined
        ? [`${at}.${name} is not in the schema`]
        : check(inner, part, `${at}.${name}`);
    }),
  ];
}

const finding = (file: string, text: string): FoldedFinding => ({
  rule: "SD003",
  severity: "warn",
  place: { file, line: 3, column: 1 },
  unit: "app.service",
  happens: text,
  fix: "Do it.",
  hosts: [],
});
const sarif = (findings: readonly FoldedFinding[]): unknown =>
  JSON.parse(
    JSON.stringify(lintSarif({ findings, units: 1, hosts: [], security: "none", exposures: [] }, "1.0.0")),
  );

test("findings with any file name and text keep to the schema", () => {
  expect(check("log", sarif([]), "log")).toEqual([]);
  const text = fc.string({ unit: "binary", minLength: 1 });
  fc.assert(
    fc.property(text, text, (file, words) => {
      expect(check("log", sarif([finding(file, words)]), "log")).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("a finding names its rule by id and place in the list, and its file relative to where lint was started", () => {
  const index = RULES.findIndex(({ id }) => id === "SD003");
  expect(sarif([finding("./deploy/my app.service", "It loops.")])).toMatchObject({
    runs: [
      {
        tool: {
          driver: { rules: expect.objectContaining({ [index]: expect.objectContaining({ id: "SD003" }) }) },
        },
        results: [
          {
            ruleId: "SD003",
            ruleIndex: index,
            level: "warning",
            message: { text: "It loops. Do it." },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "deploy/my%20app.service", uriBaseId: "%SRCROOT%" },
                  region: { startLine: 3, startColumn: 1 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test("an absolute path is a file: URI", () => {
  expect(JSON.stringify(sarif([finding("/etc/systemd/system/a@.service", "x.")]))).toContain(
    '"uri":"file:///etc/systemd/system/a%40.service"',
  );
});
