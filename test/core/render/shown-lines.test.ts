/** What may be shown of a text with secrets. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { shownLines } from "../../../src/core/render/shown-lines.ts";
import { renderTemplate } from "../../../src/core/render/template.ts";
import { Secret } from "../../../src/core/secret.ts";
import { makeTarget } from "../plan/host-builder.ts";

const span = (from: number, to: number, name = "A") => ({ from, to, names: [name] });

test.each<[string, string, readonly ReturnType<typeof span>[], readonly (string | null)[]]>([
  ["none", "a\nb\n", [], [null, null, null]],
  ["within a line", "a=xyz;\nb", [span(2, 5)], ["a=<secret A>;", null]],
  ["over three lines", "a=x\ny\nz;\nb", [span(2, 7)], ["a=<secret A>", "<secret A>", "<secret A>;", null]],
  ["to the line end, which is in it", "ax\nb", [span(1, 3)], ["a<secret A>", null]],
  [
    "two in a line, and one within another",
    "abcdef",
    [span(1, 2), span(3, 5), span(3, 6, "B")],
    ["a<secret A>c<secret A><secret B>"],
  ],
  ["an empty one", "ab", [span(1, 1)], [null]],
])("%s", (_name, text, spans, expected) => {
  expect(shownLines(text, spans)).toEqual(expected);
});

const host = makeTarget([]).host;
const parts = [
  "plain ",
  "\n",
  "{{secrets.ONE}}",
  "{{secrets.TWO}}",
  "{{json secrets.ONE}}",
  "{{values.name}}",
  "{{#if secrets.ONE}}yes {{secrets.TWO}}\n{{/if}}",
  "{{#each values.list}}{{this}}={{@root.secrets.TWO}}\n{{/each}}",
  "{{#with secrets.ONE as |it|}}{{it}}{{/with}}",
];

test("whatever the template, no shown line has anything of a secret, and all others are as they are", () => {
  const secret = fc
    .array(fc.constantFrom("Q", "Z", "\n"), { minLength: 1, maxLength: 6 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), secret, secret, (some, one, two) => {
      const secrets = new Map([
        ["ONE", new Secret("ONE", one)],
        ["TWO", new Secret("TWO", two)],
      ]);
      const values = { name: "n", list: ["a", "b"] };
      const context = { env: "e", host, service: { name: "s" }, values, secrets };
      const { text, spans } = renderTemplate(some.join(""), context, { file: "f", line: 1, column: 1 });
      const lines = text.split("\n");
      const shown = shownLines(text, spans);
      expect(shown).toHaveLength(lines.length);
      // No text of the project has these letters.
      const seen = lines.map((line, index) => shown[index] ?? line).join("\n");
      expect(seen).not.toMatch(/[QZ]/);
      expect(seen.replaceAll(/<secret [A-Z]+>/g, "")).toMatch(/^[a-z =\\"\n]*$/);
    }),
    { numRuns: 300 },
  );
});
