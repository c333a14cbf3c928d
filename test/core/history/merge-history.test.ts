/**
 * Two memories of the same runs: the host's word counts, and where it is another than ours that is reported.
 */
import { expect, test } from "vitest";
import { mergeHistory } from "../../../src/core/history/merge-history.ts";
import type { HostStatus } from "../../../src/core/model/run.ts";
import { answerOf, idOf, recordedHost, recordedRun, recordOf } from "./sample-runs.ts";

const run = recordedRun("1111", [recordedHost("web1")]);

function merged(status: HostStatus, outcome: "confirmed" | "rolled-back" | "rollback-failed" | "refused") {
  const ours = recordedRun("1111", [recordedHost("web1", { status, message: "ours" })]);
  return mergeHistory([ours], [answerOf("web1", [recordOf(ours, "web1", { outcome, detail: "theirs" })])])[0]
    ?.hosts[0];
}

test.each([
  ["changed", "confirmed", "changed", "agrees"],
  ["rolled-back", "rolled-back", "rolled-back", "agrees"],
  ["failed", "rolled-back", "failed", "agrees"],
  ["failed", "refused", "failed", "agrees"],
  ["failed", "rollback-failed", "failed", "agrees"],
  ["changed", "rolled-back", "rolled-back", "differs"],
  ["changed", "rollback-failed", "failed", "differs"],
  ["rolled-back", "confirmed", "changed", "differs"],
  ["unknown", "confirmed", "changed", "decides"],
  ["unknown", "rolled-back", "rolled-back", "decides"],
] as const)("recorded here as %s, by the host as %s: %s, %s", (status, outcome, wanted, word) => {
  expect(merged(status, outcome)).toMatchObject({
    status: wanted,
    word,
    said: { outcome, detail: "theirs" },
    report: { status },
  });
});

test("no host was asked, the host cannot be reached, it does not know, its record begins later", () => {
  const word = (answers: Parameters<typeof mergeHistory>[1]) =>
    mergeHistory([run], answers).find(({ id }) => id === run.id)?.hosts[0]?.word;
  expect(word([])).toBe("not-asked");
  expect(word([{ host: "web1", result: { kind: "failed", message: "no route" } }])).toBe("unreachable");
  expect(word([answerOf("web1", [])])).toBe("missing");
  const other = recordedRun("2222", [recordedHost("web1")]);
  const noted = (seconds: number) => [
    answerOf("web1", [recordOf(other, "web1", { at: run.startedAt / 1000 + seconds })]),
  ];
  expect(word(noted(-5))).toBe("missing");
  expect(word(noted(5))).toBe("older");
  expect(word([answerOf("web1", [], { isCut: true })])).toBe("older");
});

test("a host that had no transaction has nothing to say, reached or not", () => {
  const idle = recordedRun("1111", [recordedHost("web1", { status: "skipped", transaction: null })]);
  const answers = [
    [],
    [answerOf("web1", [])],
    [{ host: "web1", result: { kind: "failed", message: "" } } as const],
  ];
  for (const answer of answers)
    expect(mergeHistory([idle], answer)[0]?.hosts[0]).toMatchObject({ status: "skipped", word: "nothing" });
});

test("a host that was let go of is told once, by its own word", () => {
  const letGo = recordedRun("1111", [recordedHost("web1", { status: "unknown", transaction: null })]);
  const answers = [
    answerOf("web1", [recordOf(letGo, "web1", { transaction: idOf("a1"), outcome: "rolled-back" })]),
  ];
  expect(mergeHistory([letGo], answers)[0]?.hosts).toMatchObject([
    { host: "web1", status: "rolled-back", word: "decides" },
  ]);
});

test("two plays on one host are told apart by their transactions", () => {
  const both = recordedRun("1111", [
    recordedHost("web1", { play: "a", transaction: idOf("a1") }),
    recordedHost("web1", { play: "b", transaction: idOf("b1") }),
  ]);
  const records = [
    recordOf(both, "web1", { transaction: idOf("b1"), outcome: "rolled-back" }),
    recordOf(both, "web1", { transaction: idOf("a1") }),
  ];
  expect(
    mergeHistory([both], [answerOf("web1", records)])[0]?.hosts.map(({ play, word }) => [play, word]),
  ).toEqual([
    ["a", "agrees"],
    ["b", "differs"],
  ]);
});

test("a line without a transaction is the run's", () => {
  expect(
    mergeHistory([run], [answerOf("web1", [recordOf(run, "web1", { transaction: null })])])[0]?.hosts,
  ).toMatchObject([{ word: "agrees" }]);
});

test("a run of someone else is one run over all hosts, at the time of the first, by our clock", () => {
  const other = recordedRun("2222", [recordedHost("web1"), recordedHost("web2")], {
    user: "mallory",
    startedAt: 1_000_000_000_000,
  });
  const answers = [
    answerOf("web1", [recordOf(other, "web1", { at: 1_000_000_100 })], { clockOffset: 60 }),
    answerOf("web2", [recordOf(other, "web2", { at: 1_000_000_090, outcome: "rolled-back" })]),
  ];
  expect(
    mergeHistory([run], answers).map(({ id, at, here, user, hosts }) => [
      id.slice(0, 4),
      at,
      here === null,
      user,
      hosts.map((h) => h.status),
    ]),
  ).toEqual([
    ["1111", run.startedAt, false, "eve", ["changed"]],
    ["2222", 1_000_000_040_000, true, "mallory", ["changed", "rolled-back"]],
  ]);
});

test("a run whose end no one recorded: what the hosts noted, and unknown where they did not", () => {
  const lost = recordedRun("1111", [], { end: null, selected: ["web1", "web2"] });
  const record = recordOf(lost, "web1", { transaction: idOf("ab") });
  expect(mergeHistory([lost], [answerOf("web1", [record]), answerOf("web2", [])])[0]).toMatchObject({
    end: null,
    hosts: [
      { host: "web1", status: "changed", word: "alone", report: null },
      { host: "web2", status: "unknown", word: "nothing" },
    ],
  });
});

test("a line from the days of a wrong clock is not later than the line behind it, nor than now", () => {
  const noted = [2_000_000_000, 1_000_000_050, null, 3_000_000_000].map((at, index) =>
    recordOf(recordedRun(`${index}`.repeat(4), [recordedHost("web1")]), "web1", {
      at,
      transaction: idOf(`${index}`),
    }),
  );
  const times = new Map(
    mergeHistory([], [answerOf("web1", noted)]).map(({ id, at }) => [id.slice(0, 4), at]),
  );
  expect([...times].toSorted()).toEqual([
    ["0000", 1_000_000_050_000],
    ["1111", 1_000_000_050_000],
    ["2222", null],
    ["3333", Date.UTC(2027, 0, 1)],
  ]);
});

test("newest first, and last what has no time", () => {
  const at = (id: string, startedAt: number) => recordedRun(id, [recordedHost("web1")], { startedAt });
  const old = recordOf(at("dddd", 0), "web1", { at: null });
  expect(
    mergeHistory([at("aaaa", 10), at("bbbb", 30), at("cccc", 20)], [answerOf("web1", [old])]).map(({ id }) =>
      id.slice(0, 1),
    ),
  ).toEqual(["b", "c", "a", "d"]);
});
