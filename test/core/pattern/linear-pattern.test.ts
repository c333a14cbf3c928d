/** Patterns in linear time: as JavaScript finds them, and never slow. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { findPattern, parsePattern } from "../../../src/core/pattern/linear-pattern.ts";

function find(pattern: string, text: string): string | null {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.reason);
  return findPattern(parsed.pattern, text);
}

test.each<[string, string, string | null]>([
  ["version ([0-9.]+)", "prometheus, version 2.51.0 (branch: HEAD)", "2.51.0"],
  ["^v?(\\d+\\.\\d+(?:\\.\\d+)?)", "etcd\nv3.5.12\n", "3.5.12"],
  ["[^a-z ]+$", "app 1.2-rc1", "1"],
  ["a|ab", "ab", "a"],
  ["(ab|a)(b?)", "ab", "ab"],
  ["(a*)*b", "aaab", "aaa"],
  ["x{2,3}", "xxxx", "xxx"],
  ["[]x-]+", "a]x-", "]x-"],
  ["nothing", "else", null],
  ["(x)?y", "y", null],
])("%s in %j", (pattern, text, expected) => {
  expect(find(pattern, text)).toBe(expected);
});

test.each([
  ["", "it has 1 to 200 characters"],
  ["(a", "a ( is not closed"],
  ["a)", "a ) closes nothing"],
  ["[a", "a [ is not closed"],
  ["*a", "nothing is before * that it could repeat; write \\* for the character"],
  ["a**", "one repetition follows another"],
  ["a+?", "one repetition follows another"],
  ["(?=a)", "looks ahead and behind, and names of groups, are not known here: ( ) and (?: ) are"],
  ["(a)\\1", "\\1 is not known here: \\d \\w \\s \\D \\W \\S \\t \\n are"],
  ["[z-a]", "z-a is no range"],
  ["a{51}", "a repetition counts from 0 to 50"],
  ["((((a{50}){50}){50}){50})", "its repetitions come to too much"],
  ["a\\", "a backslash is at its end"],
])("%s is refused", (pattern, reason) => {
  expect(parsePattern(pattern)).toEqual({ ok: false, reason });
});

const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "1", "\\n", "^", "$");
const tree = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fc.tuple(tie("all"), tie("all")).map(([one, other]) => one + other),
    fc.tuple(tie("all"), tie("all")).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(atom, fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,}"))
      .map(([one, sign]) => (/[$^]/.test(one) && one.length === 1 ? one : one + sign)),
  ),
})).all;

test("what it finds is what JavaScript finds", () => {
  fc.assert(
    fc.property(
      tree,
      tree,
      fc.string({ unit: fc.constantFrom("a", "b", "1", "\n"), maxLength: 12 }),
      (one, two, text) => {
        const pattern = `${one}(${two})`;
        const expected = new RegExp(pattern, "m").exec(text);
        expect(find(pattern, text)).toBe(expected === null ? null : (expected[1] ?? null));
      },
    ),
    { numRuns: 2000 },
  );
});

test("what takes a backtracking engine forever takes steps in proportion to the text", () => {
  const text = "a".repeat(4096);
  for (const pattern of ["(a+)+b", "(a|a)*b", "(?:a?){50}a{50}b", "(.*)(.*)(.*)(.*)b"])
    expect(find(pattern, text)).toBeNull();
});
