/** The question before hosts are changed names its subject, within the terminal. */
import { PassThrough, type Readable } from "node:stream";
import { expect, test } from "vitest";
import {
  type Agreement,
  type ApprovalQuestion,
  confirm,
  questionLines,
} from "../../src/cli/apply/confirm.ts";
import { makePalette } from "../../src/report/lines/palette.ts";
import { makeSink } from "../../src/report/lines/sink.ts";
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

const QUESTION = { environment: "prod", protected: true, verb: "Apply", sum: "1 start on 1 host" } as const;

const PLAIN = {
  isTerminal: false,
  noColor: undefined,
  forceColor: undefined,
  cliColorForce: undefined,
  term: undefined,
};

/** Asks, and runs `onShown` once the question can be read. */
async function ask(
  stdin: Readable,
  onShown: () => void,
  more: Partial<ApprovalQuestion> = {},
): Promise<Agreement> {
  const shown = new PassThrough();
  shown.once("data", onShown);
  const stderr = makeSink({ stream: shown, palette: makePalette(PLAIN), columns: 80 });
  return await confirm({ ...QUESTION, ...more }, { asking: "possible", stderr, stdin });
}

test("input that ended before the question is a no, and the question does not wait for it", async () => {
  const stdin = new PassThrough();
  stdin.end();
  expect(await ask(stdin, () => {})).toEqual({ agreed: false, said: "Nothing was changed." });
});

test("input that ends at the question is a no", async () => {
  const stdin = new PassThrough();
  expect(await ask(stdin, () => stdin.end())).toEqual({ agreed: false, said: "Nothing was changed." });
});

test("what was typed ahead is no answer", async () => {
  const stdin = new PassThrough();
  stdin.write("prod\n");
  expect(await ask(stdin, () => stdin.write("\n"))).toEqual({ agreed: false, said: "Nothing was changed." });
});

test.each<[string, Partial<ApprovalQuestion>, Agreement]>([
  ["prod", {}, { agreed: true }],
  ["yes", {}, { agreed: false, said: '"yes" is not "prod": nothing was changed.' }],
  ["y", { protected: false }, { agreed: true }],
  ["prod", { protected: false }, { agreed: false, said: "Nothing was changed." }],
])("%s %j", async (typed, more, answer) => {
  const stdin = new PassThrough();
  expect(await ask(stdin, () => stdin.write(`${typed}\n`), more)).toEqual(answer);
});
