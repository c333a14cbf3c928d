/** rehearse.sh's lines: what is sent is data, and nothing of an answer is believed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import { rehearsalQuestion } from "../../src/host/rehearsal-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const plain = (text: string): string => text;
const nothing = { units: [], logrotate: [], verify: [] };
const decode = (lines: readonly string[], redact = plain) =>
  answerOf(rehearsalQuestion, { request: nothing, redact }, `Welcome\nN begin\n${lines.join("\n")}\nN end\n`);

test("contents travel as base64; a name that a shell could read is refused", () => {
  const content = new TextEncoder().encode("[Service]\n$(reboot)\n");
  const request = {
    units: [{ name: "a.service", content }],
    logrotate: [{ name: "a", content: null }],
    verify: ["a.service"],
  };
  expect(inputOf(rehearsalQuestion, { request, redact: plain })).toBe(
    `N\nunit\ta.service\t${Buffer.from(content).toString("base64")}\ngone\ta\nverify\ta.service\nend\n`,
  );
  const strange = { request: { ...request, verify: ["a b"] }, redact: plain };
  expect(() => inputOf(rehearsalQuestion, strange)).toThrow(/must not reach/);
});

test("an answer is decoded: colours and secrets are gone, what is long is cut", () => {
  const lines = [
    "verify-status\t1",
    "verify\t\u001b[0;1;31ma.service: token hunter2\u001b[0m",
    `verify\t${"x".repeat(1000)}`,
    "verify\t",
    "rotate-status\t0",
    "rotate-before-status\t0",
    "named\t/var/log/a\tb",
    "named\t/var/log/a\t../c",
    "lacks\tlogrotate",
    "lacks\twhatever",
    "timer\tTimersCalendar={ OnCalendar=*-*-* 00:00:00 ; next_elapse=Sun 2026-11-22 00:00:00 UTC }",
    "timer\tActiveState=active",
  ];
  const answer = decode(lines, (text) => text.replaceAll("hunter2", "***"));
  expect(answer.verify?.after.lines).toEqual(["a.service: token ***", `${"x".repeat(400)}…`]);
  expect(answer.verify?.before).toBeNull();
  expect(answer.rotate).toEqual({ after: { status: 0, lines: [] }, before: { status: 0, lines: [] } });
  expect(answer).toMatchObject({
    lacks: ["logrotate"],
    named: new Map([["/var/log/a", ["b"]]]),
    timer: "*-*-* 00:00:00",
  });
  expect(decode([...lines, "hourly"]).timer).toBeNull();
  expect(decode(lines.slice(0, -1)).timer).toBeNull();
});

test("an answer that is cut off is an error", () => {
  const order = { request: nothing, redact: plain };
  expect(() => answerOf(rehearsalQuestion, order, "N begin\nverify-status\t0\n", "no room\n")).toThrow(
    "h: the answer about the rehearsal is cut off (rehearse.sh); its output: no room",
  );
});

test("whatever a host says, it is an answer or a SvcdeployError, bounded and harmless", () => {
  const kinds = [
    "verify",
    "verify-before",
    "rotate",
    "rotate-before",
    "verify-status",
    "rotate-status",
    "named",
    "timer",
    "lacks",
    "hourly",
  ];
  const row = fc
    .tuple(fc.constantFrom(...kinds), fc.string({ unit: "binary" }))
    .map(([kind, text]) => `${kind}\t${text}`);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
      try {
        expect(JSON.stringify(decode(rows).verify)).not.toMatch(/\\u001b|\\u0007/);
      } catch (error) {
        if (!(error instanceof SvcdeployError)) throw error;
      }
    }),
  );
});
