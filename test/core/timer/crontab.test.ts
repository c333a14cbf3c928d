import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crontabLine } from "../../../src/core/timer/crontab.ts";

const QUARTER = { text: "15min", seconds: 900 };

/**
 * What cron hands to the shell: the command up to the first % that no backslash stands before, those
 * backslashes taken off (crontab(5)).
 */
function commandOf(line: string): string {
  const command = line.replace(/^(?:\S+ ){5}/, "");
  return (/^(?:\\%|[^%])*/.exec(command)?.[0] ?? "").replaceAll("\\%", "%");
}

/** The words as a program gets them. */
function wordsOf(command: string): readonly string[] {
  return execFileSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

test("a line", () => {
  expect(
    crontabLine({
      every: QUARTER,
      seed: 3,
      command: ["/usr/bin/node", "/opt/it's 100%/main.js", "--env=prod"],
    }),
  ).toEqual({
    line: "3,18,33,48 * * * * /usr/bin/node '/opt/it'\\''s 100\\%/main.js' --env=prod",
  });
});

test("through cron and the shell every word arrives as it was", () => {
  const word = fc.string({
    unit: fc.constantFrom(..."ab%\\'\"$`!*?~#;&|<>(){}[] =-é\u{1f600}"),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (command) => {
      const made = crontabLine({ every: QUARTER, seed: 0, command });
      expect("line" in made ? wordsOf(commandOf(made.line)) : made).toEqual(command);
    }),
    { numRuns: 200 },
  );
});

test.each([
  [
    "a period that cron cannot say",
    { text: "7min", seconds: 420 },
    ["x"],
    /cron cannot run something every 7min; it can: .*15/,
  ],
  ["a line break, which would be a line of its own", QUARTER, ["a\n* * * * * reboot"], /control character/],
  ["a line that cron would not run", QUARTER, ["x".repeat(1000)], /1000 bytes/],
])("%s is refused", (_, every, command, problem) => {
  const made = crontabLine({ every, seed: 0, command });
  expect("problem" in made ? made.problem : made).toMatch(problem);
});
