import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixServiceText, withoutIgnore } from "../../../src/core/config/fix-service.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";

const edit = (block: string, name: string, from: string | null, to: string | null) => ({
  block,
  name,
  from,
  to,
});

describe("only the characters of the value change", () => {
  test.each([
    [
      "a plain value",
      "service:\n  A: 2GB   # enough\n",
      edit("service", "A", "2GB", "2G"),
      "service:\n  A: 2G   # enough\n",
    ],
    [
      "a number",
      "service: { A: 75, B: 1 }\n",
      edit("service", "A", "75", "75%"),
      "service: { A: 75%, B: 1 }\n",
    ],
    ["in quotes", 'service:\n  A: "x # y"\n', edit("service", "A", "x # y", "x"), "service:\n  A: x\n"],
    [
      "a value that needs quotes",
      "service:\n  A: x\n",
      edit("service", "A", "x", "- y: z"),
      'service:\n  A: "- y: z"\n',
    ],
    ["a truth value", "service:\n  A: x\n", edit("service", "A", "x", "true"), 'service:\n  A: "true"\n'],
    [
      "an item",
      "service:\n  A:\n    - x # 1\n    - y\n",
      edit("service", "A", "x", "z"),
      "service:\n  A:\n    - z # 1\n    - y\n",
    ],
    [
      "a key goes",
      "service:\n  A: x # 1\n  # of B\n  B: y\n",
      edit("service", "A", "x", null),
      "service:\n  # of B\n  B: y\n",
    ],
    [
      "the last key goes",
      "unit:\n  A: x\nservice:\n  B: y\n",
      edit("unit", "A", "x", null),
      "service:\n  B: y\n",
    ],
    [
      "an item goes",
      "service:\n  A: [x, y, z]\n",
      edit("service", "A", "z", null),
      "service:\n  A: [x, y]\n",
    ],
    [
      "the first item goes",
      "service:\n  A: [x, y, z]\n",
      edit("service", "A", "x", null),
      "service:\n  A: [y, z]\n",
    ],
    [
      "an item of a block goes",
      "service:\n  A:\n    - x\n    - y\n",
      edit("service", "A", "y", null),
      "service:\n  A:\n    - x\n",
    ],
    [
      "a key comes",
      "unit:\n  A: x # 1\nservice:\n  B: y\n",
      edit("unit", "C", null, "z"),
      "unit:\n  A: x # 1\n  C: z\nservice:\n  B: y\n",
    ],
    ["a key comes into braces", "unit: { A: x }\n", edit("unit", "C", null, "z"), "unit: { A: x, C: z }\n"],
    ["a word comes", "unit:\n  A: x\n", edit("unit", "A", null, "z"), "unit:\n  A: x z\n"],
    [
      "an item comes",
      "unit:\n  A:\n    - x\n  B: y\n",
      edit("unit", "A", null, "z"),
      "unit:\n  A:\n    - x\n    - z\n  B: y\n",
    ],
    [
      "a block comes",
      "name: a\n# of service\nservice:\n  B: y\n",
      edit("unit", "A", null, "z"),
      "name: a\n# of service\nunit:\n  A: z\nservice:\n  B: y\n",
    ],
    [
      "behind a list",
      "unit:\n  A:\n    - x\nb: 1\n",
      edit("unit", "C", null, "z"),
      "unit:\n  A:\n    - x\n  C: z\nb: 1\n",
    ],
  ])("%s", (_name, text, wanted, edited) =>
    expect(fixServiceText(text, [wanted])).toEqual({ text: edited, made: 1 }),
  );
});

describe("left alone", () => {
  test.each([
    [
      "another value, as a template gives it",
      'service:\n  A: "{{values.size}}"\n',
      edit("service", "A", "2GB", "2G"),
    ],
    ["a block text", "service:\n  A: |\n    x\n", edit("service", "A", "x", "y")],
    ["behind a block text", "unit:\n  A: |\n    x\n", edit("unit", "B", null, "y")],
    [
      "a key that something else stands beside",
      "unit: { A: x }\nservice: {A: x,\n  B: y}\n",
      edit("service", "C", "x", null),
    ],
    ["a file with a mistake", "service:\n  A: 2GB\n  A: 3\n", edit("service", "A", "2GB", "2G")],
    ["a file that is no YAML", "service: [\n", edit("service", "A", "2GB", "2G")],
    ["no service:", "name: a\n", edit("unit", "A", null, "z")],
    ["nothing to take out", "unit: {}\n", edit("unit", "A", "x", null)],
  ])("%s", (_name, text, wanted) => expect(fixServiceText(text, [wanted])).toEqual({ text, made: 0 }));
});

test("an entry of lint.ignore goes, and lint with the last one", () => {
  const text =
    "name: a\nlint:\n  ignore:\n    - { rule: SD001, because: x } # gone\n    - { rule: SD002, because: y }\n";
  const once = withoutIgnore(text, "SD001");
  expect(once).toBe("name: a\nlint:\n  ignore:\n    - { rule: SD002, because: y }\n");
  expect(withoutIgnore(once ?? "", "SD002")).toBe("name: a\n");
  expect(withoutIgnore(text, "SD003")).toBeNull();
});

test("whatever the value is, the file then says it and nothing else has changed", () => {
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom("yes", "1.0", "- a", "a: b", "#", "x # y", "'", '"', "{", "%", "é", "null"),
  );
  const clean = value.filter((text) => !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text) && text.trim() === text);
  fc.assert(
    fc.property(clean, fc.boolean(), (to, inFlow) => {
      const text = inFlow
        ? "service: { A: x, B: [y, z] }\n"
        : "# 1\nservice:\n  A: x # 2\n  B:\n    - y\n    - z\n";
      const edited = fixServiceText(text, [edit("service", "A", "x", to), edit("service", "B", "y", to)]);
      const items = to === "x" || to === "y" ? null : { service: { A: to, B: [to, "z"] } };
      if (items !== null) expect(parseYaml(edited.text, "").tree).toEqual(items);
    }),
  );
});
