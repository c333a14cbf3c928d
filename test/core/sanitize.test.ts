/** sanitize: nothing that a terminal or a CI log obeys comes through, and text that is only text does. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  MAX_LINE_BYTES,
  MAX_TEXT_BYTES,
  sanitize,
  sanitizeLine,
  stripControls,
} from "../../src/core/sanitize.ts";

const HOSTILE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test.each([
  ["colour", "a\u001b[31mred\u001b[0mb", "aredb"],
  ["clear screen", "\u001b[2J\u001b[Hgone", "gone"],
  ["window title", "\u001b]0;owned\u0007text", "text"],
  ["hyperlink", "\u001b]8;;https://evil\u001b\\click\u001b]8;;\u001b\\", "click"],
  ["clipboard by 8-bit OSC", "\u009d52;c;ZXZpbA==\u009ctext", "text"],
  ["8-bit CSI", "\u009b31mred", "red"],
  ["device control string", '\u001bP$q"p\u001b\\x', "x"],
  ["an unfinished string sequence cannot swallow the lines after it", "\u001b]0;x\nkept", "0;x\nkept"],
  ["charset switch", "\u001b(0lqk", "lqk"],
  ["reset", "\u001bcx", "x"],
  ["a sequence inside a sequence", "\u001b[\u001b[31m31mx", "31mx"],
  ["carriage return overwriting a line", "real\rfake", "realfake"],
  ["backspaces", "ab\b\bcd", "abcd"],
  ["bell, NUL, DEL", "a\u0007\u0000\u007fb", "ab"],
  ["bidi override", "user\u202etxt.exe\u2066x\u2069", "usertxt.exex"],
  ["lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
  ["tab and newline stay", "a\tb\n\nc", "a\tb\n\nc"],
  ["other scripts stay", "Grüße 日本 🎉 עברית", "Grüße 日本 🎉 עברית"],
])("%s", (_name, text, wanted) => {
  expect(sanitize(text)).toBe(wanted);
});

test.each([
  ["::set-output name=x::y", ": :set-output name=x::y"],
  ["  ::add-mask::x", "  : :add-mask::x"],
  [":\u001b[0m:set-env name=PATH::x", ": :set-env name=PATH::x"],
  ["a\n::error::x", "a\n: :error::x"],
  ["x ##vso[task.setvariable]y", "x ## vso[task.setvariable]y"],
  ["##[command]x", "## [command]x"],
  ["##teamcity[buildStatus]", "## teamcity[buildStatus]"],
])("the CI command %j is disarmed", (text, wanted) => {
  expect(sanitize(text)).toBe(wanted);
});

test.each(["std::vector", "::1 localhost", "a::b", "## heading", "#[derive]", "###"])(
  "%j is no CI command",
  (text) => {
    expect(sanitize(text)).toBe(text);
  },
);

test("a long line and a long text are cut, at whole characters", () => {
  const line = sanitize(`short\n${"é".repeat(5000)}\nafter`).split("\n");
  expect(line[0]).toBe("short");
  expect(Buffer.byteLength(line[1] ?? "")).toBeLessThanOrEqual(MAX_LINE_BYTES);
  expect(line[1]).toMatch(/^é+… \(line cut\)$/);
  expect(line[2]).toBe("after");
  const text = sanitize("0123456789\n".repeat(200_000));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_TEXT_BYTES);
  expect(text).toMatch(/… \(text cut at 1 MiB\)$/);
});

test("whatever comes in: no control comes out, the caps hold, and a second time changes nothing", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\u001b",
      "\u001b[",
      "\u009b",
      "\u001b]",
      "\u0007",
      "::",
      "##",
      "[",
      "vso[",
      "\n",
      "set",
      "\ud83d",
      "\udc00",
      "\u202e",
      "31m",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const clean = sanitize(pieces.join(""));
      expect(clean).not.toMatch(HOSTILE);
      expect(clean.isWellFormed()).toBe(true);
      expect(sanitize(clean)).toBe(clean);
      expect(
        clean
          .split("\n")
          .every((line) => Buffer.byteLength(line) <= MAX_LINE_BYTES && !/^\s*::[A-Za-z]/.test(line)),
      ).toBe(true);
      expect(clean).not.toMatch(/##[A-Za-z]{0,16}\[/);
    }),
    { numRuns: 2000 },
  );
});

test("sanitizeLine gives one line", () => {
  expect(sanitizeLine("a\nb\r\nc")).toBe("a b c");
  expect(Buffer.byteLength(sanitizeLine("x".repeat(100_000)))).toBeLessThanOrEqual(MAX_LINE_BYTES);
});

test("stripControls has no caps", () => {
  expect(stripControls(`${"x".repeat(10_000)}\u001b[0m`)).toBe("x".repeat(10_000));
});
