import fc from "fast-check";
import { expect, test } from "vitest";
import { fixUnitText } from "../../../src/core/lint/fix-unit.ts";
import { makeUnit } from "../../../src/core/lint/from-files.ts";

const edit = (section: string, name: string, from: string | null, to: string | null) => ({
  section,
  name,
  from,
  to,
});

test.each([
  [
    "a value",
    "[Service]\nMemoryMax = 2GB \n# x\n",
    edit("Service", "MemoryMax", "2GB", "2G"),
    "[Service]\nMemoryMax = 2G \n# x\n",
  ],
  [
    "a comment behind it goes above",
    "[Service]\nRestart=no # x\n",
    edit("Service", "Restart", "no # x", "no"),
    "[Service]\n# x\nRestart=no\n",
  ],
  ["a line goes", "[Service]\nA=1\nB=2\n", edit("Service", "A", "1", null), "[Service]\nB=2\n"],
  [
    "the one of the section",
    "[Unit]\nA=1\n[Service]\nA=1\n",
    edit("Service", "A", "1", "2"),
    "[Unit]\nA=1\n[Service]\nA=2\n",
  ],
  [
    "a line comes",
    "[Unit]\nA=1 \\\n  2\n\n[Service]\n",
    edit("Unit", "B", null, "x"),
    "[Unit]\nA=1 \\\n  2\nB=x\n\n[Service]\n",
  ],
  ["into an empty section", "[Unit]\n# x\n", edit("Unit", "B", null, "x"), "[Unit]\nB=x\n# x\n"],
  [
    "a section comes",
    "# head\n[Service]\nA=1\n",
    edit("Unit", "B", null, "x"),
    "# head\n[Unit]\nB=x\n\n[Service]\nA=1\n",
  ],
])("%s", (_name, text, wanted, edited) =>
  expect(fixUnitText(text, [wanted])).toEqual({ text: edited, made: 1 }),
);

test.each([
  ["a value over two lines", "[Service]\nA=1 \\\n2\n", edit("Service", "A", "1  2", "3")],
  ["another value", "[Service]\nA=1\n", edit("Service", "A", "2", "3")],
  ["a line that systemd cannot read", "[Service]\nA=1\nB\n", edit("Service", "A", "1", "3")],
  ["what is there already", "[Unit]\nA=1\n", edit("Unit", "A", null, "1")],
  ["carriage returns", "[Unit]\r\nA=1\r\n", edit("Unit", "A", "1", "2")],
])("%s is left alone", (_name, text, wanted) =>
  expect(fixUnitText(text, [wanted])).toEqual({ text, made: 0 }),
);

test("an edit changes the assignment that it is for, and no other", () => {
  const line = fc.constantFrom(
    "[Unit]",
    "[Service]",
    "# x",
    "",
    "A=1",
    "B=1",
    "A=2",
    "  A = 1",
    "B=1 \\",
    "; y",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("9", null), (lines, to) => {
      const text = lines.join("\n");
      const { text: edited, made } = fixUnitText(text, [edit("Service", "A", "1", to)]);
      const entries = (of: string) =>
        makeUnit("a.service", { path: "", text: of }, [], "").entries.map(
          (each) => `${each.section} ${each.name}=${each.value}`,
        );
      const [before, after] = [entries(text), entries(edited)];
      const at = before.findIndex((entry, index) => entry === "Service A=1" && after[index] !== entry);
      const expected = made === 0 ? before : before.toSpliced(at, 1, ...(to === null ? [] : ["Service A=9"]));
      expect(after.toSorted()).toEqual(expected.toSorted());
      if (made === 0) expect(edited).toBe(text);
    }),
  );
});
