/** The question before hosts are changed says what it is about, within the terminal. */
import { expect, test } from "vitest";
import { type ApprovalQuestion, questionLines } from "../../src/cli/apply/confirm.ts";
import { plainText } from "../../src/report/lines/text.ts";

const asked = (more: Partial<ApprovalQuestion>, columns = 120): string =>
  plainText(
    questionLines(
      {
        environment: "prod",
        protected: false,
        verb: "Apply",
        sum: "2 restarts, 4 files changed on 3 hosts",
        ...more,
      },
      columns,
    ),
  );

test.each<[Partial<ApprovalQuestion>, string]>([
  [{}, "Apply this to prod (2 restarts, 4 files changed on 3 hosts)? [y/N]\n"],
  [{ verb: "Roll back" }, "Roll prod back like this (2 restarts, 4 files changed on 3 hosts)? [y/N]\n"],
  [
    { protected: true },
    "prod is protected. To apply this (2 restarts, 4 files changed on 3 hosts), type the environment's name:\n",
  ],
  [
    { protected: true, verb: "Roll back", sum: "1 stop on 1 host" },
    "prod is protected. To roll it back like this (1 stop on 1 host), type the environment's name:\n",
  ],
])("%j", (question, text) => {
  expect(asked(question)).toBe(text);
});

test("in a narrow terminal no line is too long, and the last one ends with what to type", () => {
  const text = asked({ protected: true }, 60);
  for (const each of text.split("\n")) expect(each.length).toBeLessThanOrEqual(60);
  expect(text.replaceAll("\n", " ")).toContain("type the environment's name:");
});
