/** From what systemd and /proc say to a word that an operator can act on. */
import { expect, test } from "vitest";
import type { UnitProperties } from "../../../src/core/model/observation.ts";
import type { HostTarget } from "../../../src/core/model/resource.ts";
import {
  type ProcessFacts,
  rowName,
  type StatusAnswer,
  type UnitStatus,
} from "../../../src/core/status/host-status.ts";
import { judgeStatus, statusRequest } from "../../../src/core/status/judge-status.ts";
import { CLOCK, makeResource, makeTarget, UPTIME } from "../plan/host-builder.ts";

const CURRENT = "/opt/app/current";
const since = (seconds: number): string => String((UPTIME - seconds) * 1e6);
const UP: UnitProperties = {
  LoadState: "loaded",
  ActiveState: "active",
  SubState: "running",
  Result: "success",
  NRestarts: "0",
  MainPID: "42",
  InvocationID: "abc",
  ActiveEnterTimestampMonotonic: since(3600),
  ExecMainStartTimestampMonotonic: since(3600),
  StateChangeTimestampMonotonic: since(3600),
};
const APP: ProcessFacts = {
  pid: 42,
  exe: "/opt/app/releases/1.2-0123456789ab/app",
  openFiles: 9,
  openFilesLimit: 1024,
};

function targetOf(unit: { readonly [key: string]: unknown } = {}): HostTarget {
  const units = [
    makeResource({ kind: "unit", ...unit }),
    makeResource({ kind: "unit", unit: "shop.slice", running: false }),
  ];
  return makeTarget([
    ...units,
    makeResource({ kind: "link", path: CURRENT, target: "releases/1.2-0123456789ab" }),
  ]);
}

type Said = {
  readonly unit?: UnitProperties;
  readonly process?: Partial<ProcessFacts> | null;
  readonly link?: string;
  readonly linkAge?: number;
  readonly slice?: UnitProperties;
};

function answerOf({
  unit = {},
  process = {},
  link = "releases/1.2-0123456789ab",
  linkAge = 7200,
  slice = {},
}: Said): StatusAnswer {
  return {
    machineId: "m",
    bootId: "b",
    uptime: UPTIME,
    clock: CLOCK,
    uid: 0,
    units: new Map([
      ["app.service", { ...UP, ...unit }],
      ["shop.slice", { LoadState: "loaded", ActiveState: "inactive", SubState: "dead", ...slice }],
    ]),
    processes: new Map(process === null ? [] : [[42, { ...APP, ...process }]]),
    links: new Map([[CURRENT, { target: link, changedAt: CLOCK - linkAge }]]),
    lastRun: null,
    transactions: [],
  };
}

function judge(said: Said, unit: { readonly [key: string]: unknown } = {}): UnitStatus {
  const [status] = judgeStatus([targetOf(unit)], answerOf(said));
  if (status === undefined) throw new Error("no unit");
  return status;
}

test("what is asked: each unit and each current link once", () => {
  expect(statusRequest([targetOf(), targetOf()])).toEqual({
    project: "shop",
    units: ["app.service", "shop.slice"],
    links: [CURRENT],
  });
  expect(() => statusRequest([])).toThrow(RangeError);
});

test("a service that runs", () => {
  const status = judge({
    unit: { MemoryCurrent: "1048576", MemoryMax: "infinity", TasksCurrent: "3", Slice: "shop.slice" },
    slice: { MemoryMax: "4194304" },
  });
  expect(status).toMatchObject({
    main: "yes",
    state: "running",
    word: "running",
    detail: "",
    sinceSeconds: 3600,
    restarts: 0,
    pid: 42,
    tasks: 3,
  });
  expect(status.version).toEqual({ running: "1.2", current: "1.2", says: null });
  expect(status.memory).toEqual({ bytes: 1048576, limit: 4194304, limitOf: "slice" });
  expect(status.openFiles).toEqual({ count: 9, limit: 1024 });
});

test("a slice without members is well, and no service's main unit", () => {
  const [, slice] = judgeStatus([targetOf()], answerOf({}));
  expect(slice).toMatchObject({
    unit: "shop.slice",
    main: "no",
    state: "idle",
    version: { running: null, current: null },
  });
});

test.each([
  [
    {
      ActiveState: "activating",
      SubState: "auto-restart",
      NRestarts: "7",
      Result: "exit-code",
      ExecMainStatus: "3",
    },
    "crash-loop",
    "crash loop",
    /status 3; 7 restarts so far/,
  ],
  [
    { NRestarts: "2", ActiveEnterTimestampMonotonic: since(4) },
    "crash-loop",
    "crash loop",
    /within the last 10 s/,
  ],
  [{ NRestarts: "1", ActiveEnterTimestampMonotonic: since(4) }, "running", "running", /^$/],
  [{ NRestarts: "9", ActiveEnterTimestampMonotonic: since(60) }, "running", "running", /^$/],
  [
    { ActiveState: "failed", SubState: "failed", Result: "oom-kill" },
    "failed",
    "failed (out-of-memory)",
    /memory ran out/,
  ],
  [
    {
      ActiveState: "inactive",
      SubState: "dead",
      ExecMainCode: "2",
      ExecMainExitTimestampMonotonic: since(3599),
    },
    "stopped",
    "stopped",
    /^$/,
  ],
  [
    {
      ActiveState: "inactive",
      SubState: "dead",
      ExecMainCode: "1",
      ExecMainExitTimestampMonotonic: since(3599),
    },
    "stopped",
    "stopped",
    /ended on its own/,
  ],
  [
    { ActiveState: "activating", SubState: "start", StatusText: "loading" },
    "starting",
    "starting",
    /it reports: loading/,
  ],
  [{ ActiveState: "deactivating", SubState: "stop-sigterm" }, "stopping", "stopping", /stop-sigterm/],
  [{ LoadState: "not-found", ActiveState: "inactive" }, "not-installed", "not installed", /^$/],
  [{ LoadState: "masked", ActiveState: "inactive" }, "masked", "masked", /^$/],
  [
    { LoadState: "bad-setting", ActiveState: "inactive" },
    "bad-unit",
    "bad unit file",
    /refuses the unit file/,
  ],
  [{ ActiveState: "active", SubState: "exited", RemainAfterExit: "yes" }, "running", "exited", /^$/],
] as const)("%j is %s", (unit, state, word, detail) => {
  const status = judge({ unit });
  expect(status).toMatchObject({ state, word });
  expect(status.detail).toMatch(detail);
});

test("a oneshot whose work is done is well; one that never ran is not", () => {
  const rest = { ActiveState: "inactive", SubState: "dead" };
  expect(judge({ unit: rest }, { type: "oneshot" })).toMatchObject({ state: "idle", word: "done" });
  expect(judge({ unit: { ...rest, ExecMainStartTimestampMonotonic: "0" } }, { type: "oneshot" }).state).toBe(
    "stopped",
  );
});

test("the version is what the process was started from", () => {
  expect(judge({ link: "releases/2.0-fedcba987654" }).version).toEqual({
    running: "1.2",
    current: "2.0",
    says: null,
  });
  const script = { exe: "/usr/bin/perl" };
  expect(judge({ process: script }).version).toEqual({ running: "1.2", current: "1.2", says: null });
  expect(judge({ process: script, linkAge: 60 }).version).toEqual({
    running: null,
    current: "1.2",
    says: null,
  });
  const gone = { exe: "/opt/app/releases/1.2-0123456789ab/app (deleted)" };
  expect(judge({ process: gone }).version).toEqual({ running: "1.2 (deleted)", current: "1.2", says: null });
  expect(judge({ link: "releases/1.2-fedcba987654" }).version).toEqual({
    running: "1.2-0123456789ab",
    current: "1.2-fedcba987654",
    says: null,
  });
  expect(judge({ process: null, link: "somewhere else" }).version).toEqual({
    running: null,
    current: null,
    says: null,
  });
  expect(
    judge({ link: "releases/0123456789ab", process: { exe: "/opt/app/releases/0123456789ab/app" } }).version
      .running,
  ).toBe("0123456789ab");
});

test("what systemd does not know is not made up", () => {
  const status = judge({
    unit: {
      MemoryCurrent: "[not set]",
      TasksCurrent: "18446744073709551615",
      NRestarts: "x",
      ActiveEnterTimestampMonotonic: "0",
    },
    process: { openFiles: null },
  });
  expect(status).toMatchObject({
    memory: null,
    tasks: null,
    restarts: null,
    sinceSeconds: null,
    openFiles: null,
  });
});

test("a host without an answer for a unit has it not installed", () => {
  expect(judgeStatus([targetOf()], { ...answerOf({}), units: new Map() })[0]).toMatchObject({
    state: "not-installed",
    restarts: null,
  });
});

test("each instance stands for its service, and its row has its name; a unit beside them keeps its own", () => {
  const units = ["app@a.service", String.raw`app@b\x2dc.service`, "app-sweep.timer", "app-x@a.service"];
  const target = makeTarget(units.map((unit) => makeResource({ kind: "unit", service: "app", unit })));
  const rows = judgeStatus([target], answerOf({})).map((status) => `${status.main} ${rowName(status)}`);
  expect(rows).toEqual(["yes app@a", String.raw`yes app@b\x2dc`, "no app-sweep.timer", "no app-x@a.service"]);
});
