/** The writers: what they write is read back by a reader made after systemd's rules, or it is refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUnitFile } from "../../../src/core/unit-file/parse.ts";
import {
  formatEnvironmentAssignment,
  formatEnvironmentFileAssignment,
  formatExecArgument,
  formatLiteralUnitValue,
  formatLogrotatePath,
  formatUnitValue,
  type Quoted,
} from "../../../src/core/unit-file/quote.ts";

const hostile = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "\\",
        '"',
        "'",
        "$",
        "%",
        "`",
        ";",
        "#",
        " ",
        "\t",
        "\n",
        "\r",
        "{",
        "}",
        "a",
        "é",
        "\u0001",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
  fc
    .string({ unit: "grapheme" })
    .filter((text) => !text.includes("\0") && !/\p{Noncharacter_Code_Point}/u.test(text)),
);

/** One double-quoted word read with C escapes, then specifiers (systemd.syntax(7)). */
function readWord(text: string): string {
  const names: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"' };
  expect(text).toMatch(/^"(?:[^"\\]|\\.)*"$/s);
  const plain = text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_match, code, name) =>
      code === undefined ? (names[name] ?? "?") : String.fromCharCode(Number.parseInt(code, 16)),
    );
  expect(plain.replaceAll("%%", "")).not.toContain("%");
  return plain.replaceAll("%%", "%");
}

/** One double-quoted value of an environment file, as systemd's state machine takes it. */
function readEnvironmentFile(text: string): string {
  expect(text).toMatch(/^A="/);
  let value = "";
  let index = 3;
  for (; text[index] !== '"'; index++) {
    if (text[index] === "\\" && '"\\`$'.includes(text[index + 1] ?? "?")) index++;
    value += text[index];
  }
  expect(index).toBe(text.length - 1);
  return value;
}

function textOf(quoted: Quoted): string {
  if (!quoted.ok) throw new Error(quoted.reason);
  return quoted.text;
}

describe("what is written is read back", () => {
  test("an Exec argument", () => {
    fc.assert(
      fc.property(hostile, (argument) => {
        const text = textOf(formatExecArgument(argument));
        expect(text).not.toMatch(/[\n\r]/);
        expect(text.replaceAll("$$", "")).not.toContain("$");
        expect(readWord(text).replaceAll("$$", "$")).toBe(argument);
      }),
    );
  });

  test("an Environment= assignment", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(readWord(textOf(formatEnvironmentAssignment("A", value)))).toBe(`A=${value}`);
      }),
    );
  });

  test("an assignment of an environment file", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(readEnvironmentFile(textOf(formatEnvironmentFileAssignment("A", value)))).toBe(value);
      }),
    );
  });

  test("a unit value", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const written = formatUnitValue(value);
        if (!written.ok) return;
        const file = parseUnitFile(`[A]\nB=${written.text}\nC=d`);
        expect(file.sections[0]?.items).toMatchObject([{ value: written.text }, { name: "C", value: "d" }]);
      }),
    );
  });
});

describe("what a format cannot carry is refused", () => {
  test.each([["a\nb"], ["a\rb"], ["a\0b"], ["a\u001bb"], ["ends in \\"], ["\ud800"], ["\uffff"]])(
    "a unit value %j",
    (value) => {
      expect(formatUnitValue(value).ok).toBe(false);
    },
  );
  test("but not white space at its ends, an escaped backslash or a specifier", () => {
    expect(formatUnitValue("  /bin/x %i \\\\\n")).toEqual({ ok: true, text: "/bin/x %i \\\\" });
  });
  test("a literal unit value keeps its percent signs and every blank", () => {
    expect(formatLiteralUnitValue("100%")).toEqual({ ok: true, text: "100%%" });
    expect(formatLiteralUnitValue(" x").ok).toBe(false);
  });
  test.each(["\0", "\ud800", "\ufdd0"])("an argument and a variable %j", (text) => {
    expect([
      formatExecArgument(text).ok,
      formatEnvironmentAssignment("A", text).ok,
      formatEnvironmentFileAssignment("A", text).ok,
    ]).toEqual([false, false, false]);
  });
  test.each(["", "1A", "A-B", "A B", "A\n", "É"])("a variable named %j", (name) => {
    expect(formatEnvironmentFileAssignment(name, "x").ok).toBe(false);
  });
  test.each(["relative.log", '/a"b', "/a\nb", "/a{b", "/a}b", "/a\\b"])("a logrotate path %j", (path) => {
    expect(formatLogrotatePath(path).ok).toBe(false);
  });
  test("a logrotate path with blanks and wildcards is quoted", () => {
    expect(formatLogrotatePath("/var/log/my app/*.log")).toEqual({
      ok: true,
      text: '"/var/log/my app/*.log"',
    });
  });
});
