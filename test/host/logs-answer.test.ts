import { expect, test } from "vitest";
import { decodeLogLine, encodeLogs, type LogOrder } from "../../src/host/logs-answer.ts";

const NONCE = "0123456789abcdef0123456789abcdef";
const order: LogOrder = {
  mode: "once",
  units: ["web.service"],
  lines: "all",
  start: { kind: "oldest" },
  priority: null,
};
const cursor = "s=1;i=2";

test.each([
  [order, ["mode\tonce", "lines\tall", "unit\tweb.service", "end"]],
  [
    { ...order, start: { kind: "cursor", cursor }, priority: 4 },
    ["mode\tonce", "lines\tall", "cursor\ts=1,i=2", "priority\t4", "unit\tweb.service", "end"],
  ],
  [
    { ...order, lines: 5, start: { kind: "ago", seconds: 0.2 } },
    ["mode\tonce", "lines\t5", "ago\t1", "unit\tweb.service", "end"],
  ],
  [
    { ...order, start: { kind: "moment", clock: 17 } },
    ["mode\tonce", "lines\tall", "moment\t17", "unit\tweb.service", "end"],
  ],
] as const)("%j", (asked, lines) => {
  expect(encodeLogs(asked, NONCE)).toBe(`${NONCE}\n--system\n${lines.map((each) => `${each}\n`).join("")}`);
});

test("nothing that a shell could read gets into an order", () => {
  expect(() => encodeLogs({ ...order, units: ["$(reboot).service"] }, NONCE)).toThrow("must not reach");
  expect(() => encodeLogs({ ...order, start: { kind: "cursor", cursor: "a b" } }, NONCE)).toThrow(
    "must not reach",
  );
});

test.each([
  [`{"a": "${NONCE} clock 1"}`, { kind: "entry", json: `{"a": "${NONCE} clock 1"}` }],
  [`motd${NONCE} clock 1700000000`, { kind: "clock", clock: 1700000000 }],
  [`${NONCE} login 1000 nosudo adm`, { kind: "login", uid: 1000, groups: ["nosudo", "adm"] }],
  [`${NONCE} journald inactive`, { kind: "journald", state: "inactive" }],
  [
    `${NONCE} start web.service 1795255782.420156`,
    { kind: "start", unit: "web.service", at: 1795255782420.156 },
  ],
  [`${NONCE} start web.service `, { kind: "noise" }],
  [`${NONCE} clock never`, { kind: "noise" }],
  ["-- No entries --", { kind: "noise" }],
])("%s", (text, line) => {
  expect(decodeLogLine(text, NONCE)).toEqual(line);
});
