/** Two columns: whatever is in them, nothing gets lost and nothing is wider than it must be. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { besideLines } from "../../../src/report/lines/beside.ts";

const textOf = (rows: Parameters<typeof besideLines>[0], columns: number): readonly string[] =>
  besideLines(rows, columns).map((line) => line.map(({ text }) => text).join(""));

test("beside where it fits, below where it does not, one column for all", () => {
  const rows = [
    { left: "[Unit]", right: [] },
    { left: "A=1", right: ["services/app.yaml:3 (account.user)"] },
    {
      left: `ExecStart=${"x".repeat(60)}`,
      right: ["services/app.yaml:4", "values.port: values/prod.yaml:1, over values/base.yaml:1"],
    },
    { left: "Description=The application", right: ["services/app.yaml:5"] },
  ];
  expect(textOf(rows, 80)).toEqual([
    "  [Unit]",
    "  A=1                          services/app.yaml:3 (account.user)",
    `  ExecStart=${"x".repeat(60)}`,
    "                               services/app.yaml:4",
    "                                 values.port: values/prod.yaml:1, over",
    "                                   values/base.yaml:1",
    "  Description=The application  services/app.yaml:5",
  ]);
});

test("every word is there, and only what cannot be broken is wider than the screen", () => {
  const word = fc.stringMatching(/^[a-z/.:]{1,30}$/);
  const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
  const row = fc.record({ left: sentence, right: fc.array(sentence, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 60, max: 160 }), (rows, columns) => {
      const lines = textOf(rows, columns);
      const wanted = rows.flatMap(({ left, right }) => [left, ...right].flatMap((text) => text.split(" ")));
      expect(lines.flatMap((line) => line.trim().split(/ +/))).toEqual(wanted);
      const lefts = rows.map(({ left }) => `  ${left}`);
      expect(lines.filter((line) => line.length > columns && !lefts.includes(line))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
