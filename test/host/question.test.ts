/** The one frame of all questions: what is cut off is no answer, noise is none, and an error says whose. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostError } from "../../src/core/errors.ts";
import { adoptQuestion } from "../../src/host/adopt-answer.ts";
import { checkQuestion } from "../../src/host/check-answer.ts";
import { encryptQuestion } from "../../src/host/encrypt-answer.ts";
import { generationsQuestion, keptQuestion } from "../../src/host/generations-answer.ts";
import { probeQuestion } from "../../src/host/probe-answer.ts";
import { type Question, refuseAnswer } from "../../src/host/question.ts";
import { rehearsalQuestion } from "../../src/host/rehearsal-answer.ts";
import { runsQuestion } from "../../src/host/runs-answer.ts";
import { scripts } from "../../src/host/scripts.ts";
import { statusQuestion } from "../../src/host/status-answer.ts";
import { timerChangeQuestion, timerLookQuestion } from "../../src/host/timer-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

/** One case a question, with an order that asks for nothing where that can be. */
const scope = "system";
const cases = [
  each(adoptQuestion, { units: [], files: [] }),
  each(checkQuestion, new Set<never>()),
  each(encryptQuestion, []),
  each(generationsQuestion, "shop"),
  each(keptQuestion, []),
  each(probeQuestion, {
    ...{ project: "shop", paths: [], units: [], users: [], groups: [], mounts: [], encrypted: [], trees: [] },
    ...{ manifests: { selected: [], leave: [], rest: "leave" }, versions: [], programs: "not-asked" },
  }),
  each(rehearsalQuestion, {
    request: { units: [], logrotate: [], verify: [] },
    redact: (text: string) => text,
  }),
  each(runsQuestion, null),
  each(statusQuestion, { project: "shop", units: [], links: [] }),
  each(timerLookQuestion, { project: "/srv/shop", environment: "prod" }),
  each(timerChangeQuestion, { place: { scope, folder: "/etc/x", name: "x" }, units: null }),
];

function each<Order, Answer>(question: Question<Order, Answer>, order: Order) {
  return {
    name: question.script.name,
    input: () => inputOf(question, order),
    read: (stdout: string, stderr = "") => answerOf(question, order, stdout, stderr),
  };
}

describe.each(cases)("$name", ({ name, input, read }) => {
  test("the nonce is the first line of what it reads", () => {
    expect(input().split("\n")[0]).toBe("N");
  });

  test("an answer without its end is none, and the error names host, script, complaint and next step", () => {
    for (const stdout of ["", "N begin\n", "Welcome\nN begin\nfact\tuid\t0\n", "N fact uid 0\n", "N end\n"]) {
      const error = errorOf(() => read(stdout, "sh: 1: date: \u001b[31mnot found\n"));
      expect(error).toBeInstanceOf(HostError);
      expect(error).toMatchObject({
        code: "host-answer",
        host: "h",
        message: expect.stringMatching(
          /^h: the answer about .* is cut off \(\w+\.sh\); its output: sh: 1: date: not found$/,
        ),
        hint: expect.stringContaining("journalctl"),
      });
      expect(String(error)).toContain(name);
    }
  });

  test("whatever a host writes, it is an answer or a HostError", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("N begin\n", "N end\n", "N finished\n", "N failed\n", "N units-end\n", "N runs\n"),
      fc.constantFrom("units\n", "fact\tuid\t0\n", "clock\t5\n", "\t\t\n", "M begin\n", "N "),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.string({ unit: "binary" }), (pieces, stderr) => {
        const error = errorOf(() => read(pieces.join(""), stderr));
        if (error !== null) expect(error).toBeInstanceOf(HostError);
        expect(error === null ? "" : String(error)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 300 },
    );
  });
});

test("only what is between begin and end counts, also behind a greeting without a newline", () => {
  const lines: Question<null, readonly string[]> = {
    script: scripts.check,
    about: "lines",
    frame: "block",
    limits: { timeoutMilliseconds: 1 },
    encode: () => "",
    decode: ({ lines }) => lines,
  };
  expect(answerOf(lines, null, "a\nLast login: N begin\nb\nM end\nc\nN end\nd\nN end\n")).toEqual([
    "b",
    "M end",
    "c",
  ]);
  const marked = { ...lines, frame: { lastWords: ["done"] } };
  expect(answerOf(marked, null, "a\nmotdN fact x y\nM done\nN done\nb\n")).toEqual(["fact x y", "done "]);
  expect(() => answerOf(marked, null, "N done\nN fact x\n")).toThrow(/cut off/);
  const senseless = {
    ...lines,
    decode: (told: Parameters<typeof refuseAnswer>[0]) => refuseAnswer(told, "why"),
  };
  expect(() => answerOf(senseless, null, "N begin\nN end\n")).toThrow("h: why (check.sh)");
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}
