/** Reading YAML: places, refusals and the bombs of SEC-16. */
import { describe, expect, test } from "vitest";
import { parseYaml } from "../../../src/core/config/yaml.ts";

function problemsOf(text: string): readonly string[] {
  return parseYaml(text, "f.yaml").problems.map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );
}

describe("a tree", () => {
  test("is inert data with null prototypes", () => {
    const { tree, problems } = parseYaml("a: 1\nb: [x, 'y', true, ~]\nc: { 200: z }\nd: !!str 5\n", "f.yaml");
    expect(problems).toEqual([]);
    expect(JSON.stringify(tree)).toBe('{"a":1,"b":["x","y",true,null],"c":{"200":"z"},"d":"5"}');
    expect(Object.getPrototypeOf(tree)).toBeNull();
  });

  test("an empty file and a byte order mark are no mistakes", () => {
    expect(parseYaml("", "f.yaml")).toMatchObject({ tree: null, problems: [] });
    expect(parseYaml("\u{feff}a: 1\r\nb: 2\r\n", "f.yaml")).toMatchObject({
      tree: { a: 1, b: 2 },
      problems: [],
    });
  });

  test("timestamps, octal and yes stay texts", () => {
    expect(parseYaml("a: 2026-01-01\nb: yes\nc: 1_000\n", "f.yaml").tree).toMatchObject({
      a: "2026-01-01",
      b: "yes",
      c: "1_000",
    });
  });

  test("aliases are copies", () => {
    expect(parseYaml("a: &x [1, 2]\nb: *x\n", "f.yaml").tree).toMatchObject({ a: [1, 2], b: [1, 2] });
  });
});

describe("placeOf", () => {
  const document = parseYaml(
    'a:\n  b: "text"\n  c: |\n    first\n  d: plain\nlist:\n  - x\n  - { y: z }\n',
    "f.yaml",
  );
  test.each([
    [["a", "b"], 2, 7],
    [["a", "c"], 4, 5],
    [["a", "d"], 5, 6],
    [["list", 1, "y"], 8, 10],
    [["list", 1, "unknown", "deeper"], 8, 5],
    [[], 1, 1],
  ])("%j", (path, line, column) => {
    expect(document.placeOf(path)).toEqual({ file: "f.yaml", line, column });
  });
  test("keyPlaceOf points at the key", () => {
    expect(document.keyPlaceOf(["a", "d"])).toEqual({ file: "f.yaml", line: 5, column: 3 });
  });
});

describe("refused with line and column", () => {
  test.each([
    ["a: 1\nb: 2\na: 3\n", '3:1 the key "a" is written twice in this map'],
    ["a: { __proto__: 1 }\n", '1:6 the key "__proto__" is reserved and refused'],
    ["constructor: 1\n", '1:1 the key "constructor" is reserved and refused'],
    ["a:\n  prototype: 1\n", '2:3 the key "prototype" is reserved and refused'],
    ["a: !vault x\n", "1:11 the tag !vault is not supported"],
    ["a: !!js/function x\n", "1:18 the tag tag:yaml.org,2002:js/function is not supported"],
    ["a: 1\n---\nb: 2\n", "2:1 several documents in one file; write one document a file"],
    ["a: &a { x: 1 }\nb: { <<: *a }\n", "2:6 merge keys (<<) are not supported"],
    ["mode: 0755\n", "1:7 YAML reads 0755 as the number 755"],
    ["version: 1.10\n", "1:10 YAML reads 1.10 as the number 1.1"],
    ["flag: True\n", "1:7 YAML reads True as the truth value true"],
    ["big: 12345678901234567890\n", "1:6 YAML reads 12345678901234567890 as the number 12345678901234567000"],
    ["a: \u0007\n", "1:4 control character U+0007 in the file"],
    ['a: "\\ud800"\n', "1:5 the text is not valid Unicode (a lone surrogate)"],
    ["a: *nowhere\n", "1:4 there is no anchor &nowhere before this alias"],
    ["[a]: 1\n", "1:1 a key must be a plain word or text"],
    [": 1\n", "1:1 a key is missing here"],
    ["a: {{values.x}}\n", "1:4 YAML reads {{ as the start of a map"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test.each([
    ["a tab", "a:\n  b: 1\n\tc: 2\n", 3, "indent with spaces"],
    ["a list that is left open", "a: [\n  - b: 1\n    c: 2\nd: 3\n", 4, null],
  ])("%s is one mistake, whatever the parser says about what follows", (_, text, line, hint) => {
    expect(parseYaml(text, "f.yaml").problems).toMatchObject([{ place: { line }, hint }]);
  });

  test("a syntax mistake has an excerpt with a caret", () => {
    const [problem] = parseYaml("ok: 1\nlist: [1, 2\nnext: 3\n", "f.yaml").problems;
    expect(problem?.place.line).toBe(3);
    expect(problem?.excerpt).toBe("next: 3\n^");
  });
});

/** Processor time, not the clock: other work on the machine is not the bomb's. */
describe("bombs end in a mistake within a second", () => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join("\n");
  const laughs = (width: number) =>
    lines(
      9,
      (index) =>
        `l${index}: &l${index} [${Array(width)
          .fill(index === 0 ? "lol" : `*l${index - 1}`)
          .join(", ")}]`,
    );
  const bombs: readonly (readonly [string, string])[] = [
    ["a billion laughs", laughs(10)],
    ["laughs within the alias budget", `a: &a [${"x, ".repeat(30_000)}x]\nb: [*a, *a, *a, *a]`],
    ["an alias that contains itself", "&a [*a]"],
    ["a thousand aliases", `a: &a x\nb: [${"*a, ".repeat(1000)}*a]`],
    ["flow lists 1 Mi deep", "[".repeat(1_000_000)],
    ["flow maps 200 k deep", "{a: ".repeat(200_000)],
    ["block lists 500 k deep", "- ".repeat(500_000)],
    ["block maps 1400 deep", lines(1400, (index) => `${" ".repeat(index)}a:`)],
    ["explicit keys 500 k deep", "? ".repeat(500_000)],
    ["more than 1 MiB", `a: ${"x".repeat(1_100_000)}`],
    ["90 k keys", lines(90_000, (index) => `k${index}: 1`)],
    ["500 k empty items", "-\n".repeat(500_000)],
    ["a million commas", `[${",".repeat(1_000_000)}`],
    ["a million closing brackets", "]".repeat(1_000_000)],
    ["200 k directives", "%FOO\n".repeat(200_000)],
    ["90 k document ends", "...\n".repeat(90_000)],
    ["300 k quotes", "'' ".repeat(300_000)],
    ["500 k anchors", "& ".repeat(500_000)],
  ];
  test.each(bombs)("%s", (_, text) => {
    const started = process.cpuUsage();
    const { problems } = parseYaml(text, "f.yaml");
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(60);
  });

  test("what is long but no bomb is read", () => {
    expect(problemsOf(lines(30_000, (index) => `k${index}: 1`))).toEqual([]);
    expect(problemsOf("#\n".repeat(90_000))).toEqual([]);
    expect(problemsOf(`a: "${"\\n".repeat(400_000)}"`)).toEqual([]);
    expect(problemsOf(`${"[".repeat(60)}${"]".repeat(60)}`)).toEqual([]);
  });
});
