/** Values: layers, --values files and --set. */
import { describe, expect, test } from "vitest";
import { mergeMaps } from "../../../src/core/config/merge.ts";
import { overlayValues, readValues, setValue } from "../../../src/core/config/values.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { UsageError } from "../../../src/core/errors.ts";
import type { TreeMap } from "../../../src/core/model/declared.ts";

const base = (text: string): TreeMap => readValues(parseYaml(text, "values/base.yaml")).values;
const ONLY = "--set only changes values that are there: write it into values/base.yaml first";
const app = base('app: { version: "1.0", port: 8080, debug: false, tags: [a], extra: ~ }');

test("maps merge, lists and scalars replace, inputs stay", () => {
  const below = base("a: { x: 1, y: [1, 2] }\nb: 1");
  expect(mergeMaps(below, base("a: { y: [3] }\nc: 2"))).toEqual({ a: { x: 1, y: [3] }, b: 1, c: 2 });
  expect(below).toEqual({ a: { x: 1, y: [1, 2] }, b: 1 });
});

describe("--set", () => {
  test.each([
    ["app.version=1.10", { version: "1.10" }],
    ["app.version=", { version: "" }],
    ["app.version=a=b {{x}}", { version: "a=b {{x}}" }],
    ["app.port=9090", { port: 9090 }],
    ["app.debug=true", { debug: true }],
    ["app.tags=[b, c]", { tags: ["b", "c"] }],
    ["app.extra=7", { extra: 7 }],
  ])("%s", (assignment, expected) => {
    expect(setValue(app, assignment)).toMatchObject({ app: expected });
  });

  test.each([
    ["app.prot=1", 'there is no value "app.prot"', 'did you mean "app.port"?'],
    ["ap.port=1", 'there is no value "ap"', 'did you mean "app"?'],
    ["app.port.x=1", 'there is no value "app.port.x"', ONLY],
    ["app.port=many", 'a number is expected, this is "many"', null],
    ["app.debug=1", "true or false is expected, this is the number 1", null],
    ["app.__proto__=1", 'there is no value "app.__proto__"', ONLY],
    ["nothing", "KEY.PATH=VALUE is expected", null],
    ["=x", "KEY.PATH=VALUE is expected", null],
  ])("%s is refused", (assignment, message, hint) => {
    const attempt = () => setValue(app, assignment);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect(error).toMatchObject({ hint });
    }
  });
});

describe("--values", () => {
  test("changes what is there", () => {
    expect(overlayValues(app, parseYaml('app: { version: "2", tags: [] }', "v.yaml"))).toMatchObject({
      values: { app: { version: "2", port: 8080, tags: [] } },
      problems: [],
    });
  });
  test.each([
    ["app:\n  verison: x\n", '2:3 there is no value "app.verison" to change', 'did you mean "app.version"?'],
    ["app: { port: x }", '1:8 "app.port" is a number, this is "x"', null],
    ["app: 1", '1:1 "app" is a map, this is the number 1', null],
    ["- a", "1:1 a map is expected here, this is a list", null],
  ])("%j is refused", (text, message, hint) => {
    const [problem] = overlayValues(app, parseYaml(text, "v.yaml")).problems;
    expect(`${problem?.place.line}:${problem?.place.column} ${problem?.message}`).toBe(message);
    expect(problem?.hint).toBe(hint);
  });
});
