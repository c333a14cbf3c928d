/** The unit-file parser against systemd.syntax(7), and parse∘print = identity. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUnitFile, type UnitFile } from "../../../src/core/unit-file/parse.ts";
import { printUnitFile } from "../../../src/core/unit-file/print.ts";

function entries(text: string): readonly string[] {
  const items = parseUnitFile(text).sections.flatMap((section) => section.items);
  return items.map((item) =>
    item.kind === "entry" ? `${item.line} ${item.name}=${item.value}` : `${item.line} ${item.text}`,
  );
}

/** Lines differ after printing; everything else must not. */
function withoutLines(file: UnitFile): unknown {
  return JSON.parse(
    JSON.stringify({ ...file, problems: [] }, (key, value) => (key === "line" ? undefined : value)),
  );
}

describe("parseUnitFile", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["trims both sides", "[A]\n  B \t= c d \n", ["2 B=c d"]],
    ["keeps comments of both kinds", "[A]\n# one\n ; two\nB=c", ["2 # one", "3 ; two", "4 B=c"]],
    ["does not know comments behind a value", "[A]\nB=c # d", ["2 B=c # d"]],
    ["joins a continued line with a blank", "[A]\nB=c\\\nd", ["2 B=c d"]],
    ["keeps the blanks of the continued line", "[A]\nB=c \\\n   d", ["2 B=c     d"]],
    [
      "skips a comment inside a continuation",
      "[A]\nB=c\\\n# note\\\nd\nE=f",
      ["3 # note\\", "2 B=c d", "5 E=f"],
    ],
    ["ends a continuation with an empty line", "[A]\nB=c\\\n\nE=f", ["2 B=c", "4 E=f"]],
    ["takes an escaped backslash for no continuation", "[A]\nB=c\\\\\nE=f", ["2 B=c\\\\", "3 E=f"]],
    ["lets a continuation run into the end", "[A]\nB=c\\", ["2 B=c"]],
    ["ends lines at carriage returns too", "[A]\r\nB=c\rD=e", ["2 B=c", "3 D=e"]],
    ["splits at the first equals sign", "[A]\nB=c=d", ["2 B=c=d"]],
    ["keeps an empty value, which resets", "[A]\nB=\nB=c", ["2 B=", "3 B=c"]],
    ["keeps white space that is not systemd's", "[A]\nB=\u00a0c\u00a0", ["2 B=\u00a0c\u00a0"]],
    ["skips a byte order mark", "\ufeff[A]\nB=c", ["2 B=c"]],
  ];
  test.each(cases)("%s", (_name, text, expected) => {
    expect(entries(text)).toEqual(expected);
  });

  test("reports lines that systemd would not take, and goes on", () => {
    const file = parseUnitFile("A=b\n[Unit\n[Unit]\nno equals\n=x\nDescription=d");
    expect(file.problems.map((problem) => problem.line)).toEqual([1, 2, 4, 5]);
    expect(file.sections).toEqual([
      { name: "Unit", line: 3, items: [{ kind: "entry", name: "Description", value: "d", line: 6 }] },
    ]);
  });

  const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
    Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))),
    );
  const refused = (input: string | Uint8Array): readonly number[] =>
    parseUnitFile(input).problems.flatMap(({ line, effect }) => (effect === "file refused" ? [line] : []));

  test("names the lines for which systemd refuses the whole file", () => {
    expect(refused("[Unit]\nDescription=d\n[Unit")).toEqual([3]);
    expect(refused('[Un"it]\n')).toEqual([1]);
    expect(refused("[Unit]\nDescription=\ufdd0")).toEqual([2]);
    expect(refused("[Unit]\n# \ud800\nDescription=\ud800")).toEqual([3]);
    expect(
      refused(bytes("[Unit]\n# ", [0xff], "\nDescription=", [0xff], "\nA=\\\n\n", [0xc3, 0x28])),
    ).toEqual([3, 6]);
    expect(refused(bytes("[Unit]\nDescription=é"))).toEqual([]);
  });

  test("knows systemd's limit of a line, in bytes, with continuations too", () => {
    const value = "a".repeat(1_048_576 - "Description=".length);
    expect(refused(`[Unit]\nDescription=${value}\n`)).toEqual([]);
    expect(refused(`[Unit]\nDescription=${value}a\n`)).toEqual([2]);
    expect(refused(`[Unit]\nDescription=${value.slice(1)}é\n`)).toEqual([2]);
    expect(refused(`[Unit]\nDescription=\\\n${value.slice(1)}`)).toEqual([]);
    expect(refused(`[Unit]\nDescription=\\\n${value}`)).toEqual([2]);
    expect(refused(`#${"a".repeat(1_048_576)}`)).toEqual([1]);
  });

  test("takes NUL after another line end for the same end, and one mark only, at the start of a line that is no comment", () => {
    expect(entries("[A]\n\0B=c\r\n\0\nD=e\n\rF=g")).toEqual(["2 B=c", "4 D=e", "5 F=g"]);
    expect(entries("# note\n\ufeff[A]\n\ufeffB=c")).toEqual(["3 \ufeffB=c"]);
    expect(entries("[A]\n\ufeffB=c")).toEqual(["2 B=c"]);
    expect(parseUnitFile("\ufeff# note\n[A]").problems).toMatchObject([{ line: 1, effect: "line ignored" }]);
  });

  test.each([
    ["a value of backslashes", `[A]\nB=${"\\".repeat(900_000)}x`],
    ["a value of many continuations", `[A]\nB=${"\\\n".repeat(400_000)}x`],
    ["many short lines", `[A]\n${"B\n".repeat(300_000)}`],
  ])("reads %s in linear time", (_name, text) => {
    expect(parseUnitFile(text).sections).toHaveLength(1);
    expect(parseUnitFile(Buffer.from(`${text}\xff`, "latin1")).sections).toHaveLength(1);
  });

  // With a backtracking trim this would take minutes, and the test's own time limit would end it.
  test("reads a line with many blanks in linear time", () => {
    const value = `x${" ".repeat(200_000)}x`;
    expect(entries(`[A]\nB=${" ".repeat(200_000)}${value}${" ".repeat(200_000)}`)).toEqual([`2 B=${value}`]);
  });
});

describe("parse and print", () => {
  const piece = fc.constantFrom(
    "[A]",
    "[B c]",
    "X=y",
    "  Z = 1",
    "#c",
    ";c",
    "\\",
    "\\\\",
    "\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    "=",
    "%",
    '"',
    "'",
    "é",
    "[",
    "]",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  );

  test("printing what was parsed loses nothing", () => {
    fc.assert(
      fc.property(text, (source) => {
        const file = parseUnitFile(source);
        const again = parseUnitFile(printUnitFile(file));
        // A section's bad name and bad Unicode stay what they are.
        expect(again.problems.filter(({ effect }) => effect === "line ignored")).toEqual([]);
        expect(withoutLines(again)).toEqual(withoutLines(file));
      }),
      { numRuns: 2_000 },
    );
  });

  test("printing is stable", () => {
    fc.assert(
      fc.property(text, (source) => {
        const printed = printUnitFile(parseUnitFile(source));
        expect(printUnitFile(parseUnitFile(printed))).toBe(printed);
      }),
      { numRuns: 1_000 },
    );
  });
});
