import { expect, test } from "vitest";
import { makeStatusBoard } from "../../../src/cli/status/status-board.ts";
import { ConnectError } from "../../../src/core/errors.ts";
import type { StatusOfHost, UnitStatus } from "../../../src/core/status/host-status.ts";

const none = { detail: "", sinceSeconds: null, memory: null, openFiles: null, tasks: null } as const;
const version = { running: null, current: null, says: null };
const said = (changes: Partial<UnitStatus> = {}): StatusOfHost => ({
  host: "h1",
  units: [
    {
      ...none,
      service: "a",
      unit: "a.service",
      main: "yes",
      state: "running",
      word: "running",
      activeState: "active",
      subState: "running",
      version,
      restarts: 0,
      pid: 1,
      invocation: "x",
      ...changes,
    },
  ],
  lastRun: null,
  transactions: [],
  drift: new Map(),
});

test("a host that no one heard of, and one that went silent without an error", () => {
  const board = makeStatusBoard(["h1"], 10_000, 0);
  expect(board.isComplete()).toBe(false);
  expect(board.hosts(9000)[0]).toMatchObject({ status: null, error: null });
  expect(board.hosts(11_000)[0]).toMatchObject({ status: null, error: { message: "no answer yet" } });
  board.note("h1", said(), 1000);
  expect(board.isComplete()).toBe(true);
  expect(board.hosts(2000)[0]).toMatchObject({ error: null, ageSeconds: 1 });
  expect(board.hosts(13_000)[0]).toMatchObject({
    error: { message: "no answer for 12 s" },
    ageSeconds: 12,
  });
});

test("an error keeps what was said before, and its age; an answer takes the error away", () => {
  const board = makeStatusBoard(["h1"], 10_000, 0);
  board.note("h1", said(), 0);
  board.note("h1", new ConnectError("connection-lost", "h1", "gone"), 5000);
  expect(board.hosts(6000)[0]).toMatchObject({
    status: { host: "h1" },
    error: { message: "gone" },
    ageSeconds: 6,
  });
  board.note("h1", said(), 7000);
  expect(board.hosts(7000)[0]).toMatchObject({ error: null, ageSeconds: 0 });
});

test("what changed is marked for five looks; memory is no change", () => {
  const board = makeStatusBoard(["h1"], 10_000, 0);
  const marks = (status: StatusOfHost): number => {
    board.note("h1", status, 0);
    return board.hosts(0)[0]?.changed.size ?? 0;
  };
  const first = said();
  const next = said({ pid: 2, restarts: 1 });
  expect([marks(first), marks(said({ memory: { bytes: 1, limit: null, limitOf: null } }))]).toEqual([0, 0]);
  expect([1, 2, 3, 4, 5, 6].map(() => marks(next))).toEqual([1, 1, 1, 1, 1, 0]);
});
