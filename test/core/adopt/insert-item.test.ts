/** An item is put into a service file, and nothing else of the file changes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { insertItem } from "../../../src/core/adopt/insert-item.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";

const item = new Map([
  ["name", "roll"],
  ["ExecStart", "/bin/roll '{{x}}' # no comment"],
]);
const LINES = ["name: roll", "ExecStart: \"/bin/roll '\\\\{{x}}' # no comment\""];

test.each([
  ["no list", "name: web\n", `name: web\n\ntimers:\n  - ${LINES[0]}\n    ${LINES[1]}\n`],
  ["no newline at the end", "name: web", `name: web\n\ntimers:\n  - ${LINES[0]}\n    ${LINES[1]}\n`],
  [
    "a list in the middle",
    "timers: # all\n  # one\n  - name: a\n    X:\n      - b\n\n# next\nname: web\n",
    `timers: # all\n  # one\n  - name: a\n    X:\n      - b\n  - ${LINES[0]}\n    ${LINES[1]}\n\n# next\nname: web\n`,
  ],
  [
    "a list without indentation",
    "timers:\n- { name: a }\nname: web\n",
    `timers:\n- { name: a }\n- ${LINES[0]}\n  ${LINES[1]}\nname: web\n`,
  ],
  [
    "a list at the end",
    "name: web\ntimers:\n    - name: a\n",
    `name: web\ntimers:\n    - name: a\n    - ${LINES[0]}\n      ${LINES[1]}\n`,
  ],
])("%s", (_name, before, after) => {
  expect(insertItem(before, "timers", item)).toBe(after);
});

test.each([
  ["a list in one line", "name: web\ntimers: [{ name: a }]\n"],
  ["a list that stands on lines of its own, in brackets", "name: web\ntimers:\n  [\n    { name: a }\n  ]\n"],
  ["the whole file in braces", "{ name: web }\n"],
  ["an end of the document", "name: web\n...\n"],
  ["a key in quotes", 'name: web\n"timers":\n  - name: a\n'],
  ["something that is no list", "name: web\ntimers:\n  name: a\n"],
  ["broken YAML", "name: [web\n"],
])("%s: only a human can", (_name, before) => {
  expect(insertItem(before, "timers", item)).toBeNull();
});

test("whatever the file is like, it is the same but for the item, or it is left alone", () => {
  const line = fc.constantFrom(
    "timers:",
    "  - name: a",
    "    X: 1",
    "  # c",
    "# c",
    "",
    "name: web",
    "- b",
    "  k: |",
    "    - text",
    "timers: []",
    "...",
    "other: >",
    "  - x",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      const before = lines.join("\n");
      const after = insertItem(before, "timers", item);
      if (after === null) return;
      const kept = after.split("\n").filter((each) => each.trim() !== "");
      for (const each of lines.filter((one) => one.trim() !== "")) expect(kept).toContain(each);
      const tree = parseYaml(after, "").tree;
      expect(JSON.stringify(tree)).toContain("/bin/roll");
    }),
  );
});
