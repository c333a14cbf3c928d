import fc from "fast-check";
import { expect, test } from "vitest";
import { TIMER_MARK } from "../../src/core/timer/timer-units.ts";
import { timerChangeQuestion, timerLookQuestion } from "../../src/host/timer-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const PLACE = { scope: "system", folder: "/etc/systemd/system", name: "svcdeploy-drift-shop.prod" } as const;
const UNITS = { service: `${TIMER_MARK}\na`, timer: `${TIMER_MARK}\nb` };

const outcomeOf = (stdout: string) => answerOf(timerChangeQuestion, { place: PLACE, units: UNITS }, stdout);
const SHOP = { project: "/srv/shop", environment: "prod" };

test("what is asked: a field a line, the units in base64", () => {
  expect(inputOf(timerLookQuestion, SHOP)).toBe("N\nlook\n--system\n/\n-\n/srv/shop\nprod\n");
  expect(inputOf(timerChangeQuestion, { place: PLACE, units: null })).toBe(
    "N\nremove\n--system\n/etc/systemd/system\nsvcdeploy-drift-shop.prod\n-\n-\n",
  );
  expect(inputOf(timerChangeQuestion, { place: PLACE, units: UNITS }).split("\n")[5]).toBe(
    Buffer.from(UNITS.service).toString("base64"),
  );
});

test("nothing that a shell could read gets into it, and no unit that could not be removed", () => {
  expect(() => inputOf(timerLookQuestion, { ...SHOP, project: "/srv/$(reboot)" })).toThrow(/must not reach/);
  expect(() => inputOf(timerChangeQuestion, { place: { ...PLACE, folder: "/a b" }, units: null })).toThrow(
    /must not reach/,
  );
  expect(() => inputOf(timerChangeQuestion, { place: PLACE, units: { ...UNITS, timer: "b" } })).toThrow(
    /mark/,
  );
});

test("what a host has", () => {
  const facts = [
    "uid 0",
    "home /root",
    "systemd yes",
    "node /usr/bin/node",
    "version v24.12.0",
    "program /usr/bin/svcdeploy",
    "answers 0.1.0",
    "project yes",
  ];
  const answer = `Last login\nN fact ${facts.join("\nN fact ")}\nN finished\n`;
  expect(answerOf(timerLookQuestion, SHOP, answer)).toEqual({
    ...{ uid: "0", home: "/root", systemd: true, node: "/usr/bin/node", nodeVersion: "v24.12.0" },
    ...{ program: "/usr/bin/svcdeploy", programVersion: "0.1.0", project: true, environment: false },
  });
  expect(() => answerOf(timerLookQuestion, SHOP, answer.replace("finished", "fini"), "boom")).toThrow(
    "h: the answer about its timer is cut off (timer.sh); its output: boom",
  );
});

test("a path that could not stand in a unit file is none", () => {
  for (const path of ["node", "/usr/bin/no de", "/usr/$HOME", '/a"b', "/x%h", `/${"a".repeat(2000)}`, ""])
    expect(answerOf(timerLookQuestion, SHOP, `N fact node ${path}\nN finished\n`).node).toBeNull();
});

test.each([
  [
    "N wrote /a\nN ran systemctl x\nN finished\n",
    { ok: true, lines: ["wrote /a", "ran systemctl x"], found: "pair" },
  ],
  ["N absent\n", { ok: true, lines: [], found: "nothing" }],
  ["N refused /a is a link\n", { ok: false, lines: [], reason: "/a is a link" }],
  ["N wrote /a\nN failed systemctl x: no\nN undone\n", { ok: false, lines: [], reason: "systemctl x: no" }],
  ["N removed /a\nN failed \u001b[31mx\n", { ok: false, lines: ["removed /a"], reason: "x" }],
])("%j", (answer, outcome) => {
  expect(outcomeOf(answer)).toEqual(outcome);
});

test("an answer that stops in the middle is never a success", () => {
  const whole = "N wrote /a\nN wrote /b\nN ran systemctl x\nN finished";
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (end) => {
      expect(() => outcomeOf(whole.slice(0, end))).toThrow(/cut off/);
    }),
  );
});
