/** The regular expressions of host patterns mean what they mean elsewhere, and take no time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileRegex } from "../../../../src/core/config/pattern/regex.ts";
import { processorTime } from "../../../support/processor-time.ts";

/** Where JavaScript and Python agree. */
const atom = fc.constantFrom(
  "a",
  "b",
  ".",
  "[ab]",
  "[^a]",
  "^",
  "$",
  "\\b",
  "\\w",
  "(?:ab)",
  "(?!a)",
  "(?=b)",
  "(?<=a)",
  "(?<!b)",
);
const item = fc
  .tuple(atom, fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "*?"))
  .map(([one, repeat]) => (/^[\^$\\(]/.test(one) && one !== "(?:ab)" && one !== "\\w" ? one : one + repeat));
const sequence = fc.array(item, { maxLength: 5 }).map((items) => items.join(""));
const expression = fc.oneof(
  sequence,
  fc.tuple(sequence, sequence).map(([left, right]) => `${left}|${right}`),
  fc.tuple(sequence, sequence, sequence).map(([a, b, c]) => `${a}(${b}|${c})*`),
);

test("an expression matches where the one of the language matches", () => {
  fc.assert(
    fc.property(
      expression,
      fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 8 }),
      (text, subject) => {
        const compiled = compileRegex(text);
        expect(compiled.ok && compiled.test(subject)).toBe(new RegExp(`^(?:${text})`).test(subject));
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  ["(a)\\1", "references to a group (\\1) are not supported"],
  ["(?P<n>a)(?P=n)", "references to a group are not supported"],
  ["(?>a)", "atomic groups are not supported"],
  ["a*+", "possessive repeats such as *+ are not supported"],
  ["(a", "a ( is not closed"],
  ["[a", "a [ is not closed"],
  ["*a", "nothing is in front of a repeat"],
  ["a**", "two repeats follow each other"],
  ["((a{1000}){1000}){1000}", "it is too large once its repeats are written out"],
])("%s is refused", (text, reason) => {
  expect(compileRegex(text)).toEqual({ ok: false, reason });
});

test("what takes others forever takes no time", () => {
  const started = processorTime();
  for (const text of ["(a*)*b", "(a|a)*b", "(?=(a+)+b)a", "(?<!(a*)*b)c", "(.*a){12}b"]) {
    const compiled = compileRegex(text);
    expect(compiled.ok && compiled.test("a".repeat(250))).toBe(false);
  }
  expect(processorTime() - started).toBeLessThan(1000);
});
