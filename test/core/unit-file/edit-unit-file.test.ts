/** Edits of unit files: the wanted effect, and nothing else. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { editUnitFile, type UnitEdit } from "../../../src/core/unit-file/edit-unit-file.ts";
import { joinLines, splitLines } from "../../../src/core/unit-file/lines.ts";
import { parseUnitFile } from "../../../src/core/unit-file/parse.ts";

function edit(text: string, ...edits: readonly UnitEdit[]): string {
  const edited = editUnitFile(text, edits);
  if (!edited.ok) throw new Error(edited.reason);
  return edited.text;
}

const service = (kind: "set" | "append", name: string, value: string): UnitEdit => ({
  kind,
  section: "Service",
  name,
  value,
});

const CASES: readonly (readonly [string, string, UnitEdit, string])[] = [
  [
    "sets a value in place",
    "[Service]\n# note\nA=1\nB=2\n",
    service("set", "A", "x y"),
    "[Service]\n# note\nA=x y\nB=2\n",
  ],
  [
    "keeps the layout of the line",
    "[Service]\n\t A  =  1\n",
    service("set", "A", "2"),
    "[Service]\n\t A  =  2\n",
  ],
  [
    "touches nothing when the value is there",
    "[Service]\n A = 1 \n",
    service("set", "A", "1"),
    "[Service]\n A = 1 \n",
  ],
  [
    "leaves one of several",
    "[Service]\nA=1\n# two\nA=2\nA=3\n",
    service("set", "A", "4"),
    "[Service]\n# two\nA=4\n",
  ],
  [
    "replaces continuations, keeps comments inside",
    "[Service]\nA=1 \\\n # why\n  2\nB=3\n",
    service("set", "A", "4"),
    "[Service]\nA=4\n # why\nB=3\n",
  ],
  [
    "adds at the end of the section",
    "[Service]\nA=1\n\n# next\n[Install]\n",
    service("set", "B", "2"),
    "[Service]\nA=1\nB=2\n\n# next\n[Install]\n",
  ],
  [
    "adds like the line above",
    "[Service]\r\n  A = 1\r\n",
    service("append", "B", "2"),
    "[Service]\r\n  A = 1\r\n  B = 2\r\n",
  ],
  [
    "adds after the last of its name",
    "[Service]\nA=1\nB=2\n",
    service("append", "A", "3"),
    "[Service]\nA=1\nA=3\nB=2\n",
  ],
  [
    "adds to the section's last part",
    "[Service]\nA=1\n[Unit]\nC=1\n[Service]\n",
    service("append", "B", "2"),
    "[Service]\nA=1\n[Unit]\nC=1\n[Service]\nB=2\n",
  ],
  ["makes a missing section", "[Unit]\nA=1", service("set", "B", "2"), "[Unit]\nA=1\n\n[Service]\nB=2\n"],
  ["makes a file", "", service("set", "B", "2"), "[Service]\nB=2\n"],
  [
    "ends a continuation that runs into the end",
    "[Service]\nA=1\\",
    service("append", "B", "2"),
    "[Service]\nA=1\\\n\nB=2\n",
  ],
  [
    "removes all of a name",
    "[Service]\nA=1\nB=2\nA=3\\\n4\n",
    { kind: "remove", section: "Service", name: "A" },
    "[Service]\nB=2\n",
  ],
  [
    "removes one value",
    "[Service]\nA=1\nA=2\n",
    { kind: "remove", section: "Service", name: "A", value: "1" },
    "[Service]\nA=2\n",
  ],
  [
    "removes nothing elsewhere",
    "[Unit]\nA=1\n",
    { kind: "remove", section: "Service", name: "A" },
    "[Unit]\nA=1\n",
  ],
  [
    "resets before the first",
    "[Service]\n  A=1\n  A=2\n",
    { kind: "reset", section: "Service", name: "A" },
    "[Service]\n  A=\n  A=1\n  A=2\n",
  ],
  [
    "resets once",
    "[Service]\nA=\nA=2\n",
    { kind: "reset", section: "Service", name: "A" },
    "[Service]\nA=\nA=2\n",
  ],
  [
    "resets what is not there",
    "[Service]\n",
    { kind: "reset", section: "Service", name: "A" },
    "[Service]\nA=\n",
  ],
  [
    "renames",
    "[Service]\n A = A \\\n b\n",
    { kind: "rename", section: "Service", name: "A", to: "B" },
    "[Service]\n B = A \\\n b\n",
  ],
  [
    "renames behind a continuation",
    "[Service]\n\\\n#A\n A=1\n",
    { kind: "rename", section: "Service", name: "A", to: "B" },
    "[Service]\n\\\n#A\n B=1\n",
  ],
];

test.each(CASES)("%s", (_name, before, change, after) => {
  expect(edit(before, change)).toBe(after);
});

test("edits follow each other", () => {
  const dropIn = edit("", service("set", "ExecStart", "/opt/x"), {
    kind: "reset",
    section: "Service",
    name: "ExecStart",
  });
  expect(dropIn).toBe("[Service]\nExecStart=\nExecStart=/opt/x\n");
});

test.each<UnitEdit>([
  service("set", "A", "1\n2"),
  service("append", "A", "ends in \\"),
  service("set", "A=B", "1"),
  service("set", "", "1"),
  { kind: "set", section: "A]\n[B", name: "A", value: "1" },
  { kind: "rename", section: "Service", name: "A", to: "#A" },
])("refused: %j", (change) => {
  expect(editUnitFile("[Service]\nA=0\n", [change])).toMatchObject({ ok: false });
});

const line = fc.constantFrom(
  "[Unit]",
  "[Service]",
  "A=1",
  " A = 2 \\",
  "B=3",
  "A=",
  "  more",
  "# note",
  "; other \\",
  "",
  "junk",
  "\\",
  "[broken",
  "A=4\\",
  "=x",
);
const source = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n", "\r"), fc.boolean())
  .map(([lines, end, ended]) => lines.join(end) + (ended ? end : ""));
const section = fc.constantFrom("Unit", "Service", "Install");
const name = fc.constantFrom("A", "B", "C");
const value = fc.constantFrom("", "1", "x y");
const anyEdit: fc.Arbitrary<UnitEdit> = fc.oneof(
  fc.record({ kind: fc.constantFrom("set" as const, "append" as const), section, name, value }),
  fc.record({ kind: fc.constant("remove" as const), section, name }),
  fc.record({ kind: fc.constant("remove" as const), section, name, value }),
  fc.record({ kind: fc.constant("reset" as const), section, name }),
  fc.record({ kind: fc.constant("rename" as const), section, name, to: fc.constant("D") }),
);

type Pair = readonly [section: string, name: string, value: string];

function pairsOf(text: string): readonly Pair[] {
  return parseUnitFile(text).sections.flatMap(({ name: header, items }) =>
    items.flatMap((item): readonly Pair[] =>
      item.kind === "entry" ? [[header, item.name, item.value]] : [],
    ),
  );
}

/** What the values of the edited name are to be. */
function wanted(before: readonly string[], change: UnitEdit): readonly string[] {
  switch (change.kind) {
    case "set":
      return [change.value];
    case "append":
      return [...before, change.value];
    case "remove":
      return before.filter((each) => change.value !== undefined && each !== change.value);
    case "reset":
      return before[0] === "" ? before : ["", ...before];
    case "rename":
      return [];
  }
}

test("an edit has the wanted effect and no other", () => {
  fc.assert(
    fc.property(source, anyEdit, (text, change) => {
      const after = edit(text, change);
      const isEdited = ([header, each]: Pair): boolean => header === change.section && each === change.name;
      const values = (pairs: readonly Pair[]): readonly string[] =>
        pairs.filter(isEdited).map((pair) => pair[2]);
      const before = pairsOf(text);
      expect(values(pairsOf(after))).toEqual(wanted(values(before), change));
      const others = before.map(
        (pair): Pair => (change.kind === "rename" && isEdited(pair) ? [pair[0], change.to, pair[2]] : pair),
      );
      expect(pairsOf(after).filter((pair) => !isEdited(pair))).toEqual(
        others.filter((pair) => !isEdited(pair)),
      );
    }),
    { numRuns: 5000 },
  );
});

/** The lines that belong to no assignment of the edited name: comments inside one stay as well. */
function otherLines(text: string, change: UnitEdit): readonly string[] {
  const lines = splitLines(text);
  const edited = new Set<number>();
  let header = "";
  for (const each of joinLines(lines)) {
    const stripped = each.text.trim();
    if (each.kind === "comment") continue;
    if (/^\[.*\]$/.test(stripped)) header = stripped.slice(1, -1);
    if (header !== change.section || stripped.split("=")[0]?.trim() !== change.name) continue;
    for (let number = each.first; number <= each.last; number++) edited.add(number);
  }
  return lines.flatMap((each, index) =>
    !edited.has(index + 1) || /^\s*[#;]/.test(each.text) ? [each.text] : [],
  );
}

test("every other line stays byte for byte, and the line ends stay of one kind", () => {
  fc.assert(
    fc.property(source, anyEdit, (text, change) => {
      const after = splitLines(edit(text, change));
      const left = otherLines(text, change);
      let at = 0;
      for (const { text: each } of after) if (at < left.length && each === left[at]) at++;
      expect(at).toBe(left.length);
      const ends = new Set([...splitLines(text), ...after].map(({ end }) => end).filter((end) => end !== ""));
      expect([...ends].length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5000 },
  );
});

test("editing twice is editing once, for all but append", () => {
  fc.assert(
    fc.property(source, anyEdit, (text, change) => {
      fc.pre(change.kind !== "append");
      const once = edit(text, change);
      expect(edit(once, change)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});
