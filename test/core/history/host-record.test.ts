/**
 * A host's record is hostile text: what is a line of ours, what is none, and that nothing gets through that
 * was not checked.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastWords, parseHostRecord } from "../../../src/core/history/host-record.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const TXN = "f".repeat(32);
const OLD = `run=${RUN} project=shop user=eve controller=laptop commit=c0ffee tree=dirty plan=${"a".repeat(16)}`;
const NEW = `run=${RUN} project=shop user=eve controller=laptop commit=c0ffee tree=dirty env=prod command=apply services=web,db-1 plan=${"a".repeat(16)} txn=${TXN} at=1795256545`;

test("a line as it is written now", () => {
  expect(parseHostRecord(`${NEW} result=confirmed`)).toEqual({
    run: RUN,
    transaction: TXN,
    project: "shop",
    environment: "prod",
    command: "apply",
    user: "eve",
    controller: "laptop",
    commit: "c0ffee",
    tree: "dirty",
    services: ["web", "db-1"],
    plan: "a".repeat(16),
    at: 1795256545,
    outcome: "confirmed",
    detail: "",
  });
});

test("the line of a rollback names the run that it goes back on", () => {
  const line = `${NEW.replace("command=apply", "command=rollback")} rollback-of=${TXN} result=confirmed`;
  expect(parseHostRecord(line)).toMatchObject({ run: RUN, command: "rollback", outcome: "confirmed" });
});

test("a line as it was written before lacks what it did not have", () => {
  expect(parseHostRecord(`${OLD} result=rolled-back`)).toMatchObject({
    run: RUN,
    transaction: null,
    environment: null,
    command: null,
    services: [],
    at: null,
    outcome: "rolled-back",
  });
});

test.each([
  ["confirmed", "confirmed", ""],
  ["rolled-back", "rolled-back", ""],
  ["rolled-back in a reboot", "rolled-back", "in a reboot"],
  ["refused: conflict: /etc/x is not as it was", "refused", "conflict: /etc/x is not as it was"],
  ["rollback-failed: a result=b \u001b[31mred\u001b[0m", "rollback-failed", "a result=b red"],
])("the result %j", (text, outcome, detail) => {
  expect(parseHostRecord(`${NEW} result=${text}`)).toMatchObject({ outcome, detail });
});

describe("is no line of ours", () => {
  test.each([
    ["empty", ""],
    ["no result", NEW],
    ["another result", `${NEW} result=confirmedly`],
    ["no run", `${NEW.replace("run=", "ran=")} result=confirmed`],
    ["a word that is none", `${NEW} \u001b[2J result=confirmed`],
    ["a word twice: two lines that were glued together", `${NEW} ${NEW} result=confirmed`],
    ["a start that was cut off", `${NEW.slice(10)} result=confirmed`],
    ["a very long one", `${NEW} result=refused: ${"x".repeat(10_000)}`],
    ["a bidi control", `${NEW.replace("eve", "e\u202eve")} result=confirmed`],
  ])("%s", (_, line) => {
    expect(parseHostRecord(line)).toBeNull();
  });
});

test("values of another shape are left out, the line stays", () => {
  const line = NEW.replace("at=1795256545", "at=never")
    .replace("services=web,db-1", "services=web,-,...,X")
    .replace("commit=c0ffee", "commit=@@@");
  expect(parseHostRecord(`${line} result=confirmed`)).toMatchObject({
    at: null,
    services: ["web", "..."],
    commit: "none",
  });
});

test("whatever a line is, it is refused or everything in it has the shape that it must have", () => {
  const piece = fc.oneof(
    fc.constantFrom(" ", "=", "result=", "run=", RUN, "confirmed", "txn=", TXN, "at=", "\u001b[31m", "\0"),
    fc.string(),
  );
  const anything = fc.oneof(
    fc.array(piece).map((parts) => parts.join("")),
    piece.map((text) => `${NEW} result=refused: ${text}`),
    piece.map((text) => `${NEW} x=${text} result=confirmed`),
  );
  fc.assert(
    fc.property(anything, (line) => {
      const record = parseHostRecord(line);
      if (record === null) return;
      const { services, at, detail, ...words } = record;
      expect([...Object.values(words), ...services].join("")).toMatch(/^[A-Za-z0-9._-]*$/);
      expect(at === null || Number.isInteger(at)).toBe(true);
      expect(detail).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(detail.length).toBeLessThanOrEqual(512);
    }),
  );
});

test("of a transaction that was taken up again the last word counts; lines without one stay", () => {
  const lines = [
    `${OLD} result=confirmed`,
    `${NEW} result=rollback-failed: x`,
    `${OLD} result=confirmed`,
    `${NEW} result=rolled-back`,
  ];
  const records = lines.map(parseHostRecord).filter((record) => record !== null);
  expect(lastWords(records).map(({ outcome }) => outcome)).toEqual(["confirmed", "confirmed", "rolled-back"]);
});
