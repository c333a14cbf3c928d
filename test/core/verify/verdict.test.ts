/** The verdict table: what systemd says over a few samples → what we say. */
import { describe, expect, it } from "vitest";
import type { UnitProperties } from "../../../src/core/model/observation.ts";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import type { BeforeAct } from "../../../src/core/model/verify.ts";
import { earlyFailure, judgeUnit } from "../../../src/core/verify/verdict.ts";
import { makeResource } from "../plan/host-builder.ts";

const RUNNING: UnitProperties = {
  LoadState: "loaded",
  ActiveState: "active",
  SubState: "running",
  Result: "success",
  Type: "simple",
  RemainAfterExit: "no",
  NRestarts: "0",
  MainPID: "100",
  InvocationID: "a1",
  StartLimitBurst: "5",
  ExecMainStartTimestampMonotonic: "1000000000",
};
const FAILED: UnitProperties = {
  ...RUNNING,
  ActiveState: "failed",
  SubState: "failed",
  Result: "exit-code",
  ExecMainCode: "1",
  ExecMainStatus: "1",
  MainPID: "0",
};
const WAITING: UnitProperties = { ...FAILED, ActiveState: "activating", SubState: "auto-restart" };
const DONE: UnitProperties = {
  ...RUNNING,
  ActiveState: "inactive",
  SubState: "dead",
  MainPID: "0",
  InvocationID: "",
};

type Row = readonly [
  what: string,
  unit: UnitResource,
  samples: readonly UnitProperties[],
  cause: string,
  isActive: string,
];

const app = unit();
const notify = unit({ type: "notify" });
const oneshot = unit({ type: "oneshot" });

describe("units that are well", () => {
  const rows: readonly Row[] = [
    ["a service", app, [RUNNING, RUNNING, RUNNING], "running", "active"],
    [
      "a service that restarted before it was watched",
      app,
      [{ ...RUNNING, NRestarts: "3" }],
      "running",
      "active",
    ],
    ["a oneshot that is done", oneshot, [DONE], "exited", "inactive"],
    [
      "a oneshot that was still at work first",
      oneshot,
      [{ ...DONE, ActiveState: "activating", SubState: "start" }, DONE],
      "exited",
      "inactive",
    ],
    [
      "a oneshot that stays",
      oneshot,
      [{ ...RUNNING, SubState: "exited", RemainAfterExit: "yes", MainPID: "0" }],
      "exited",
      "active",
    ],
    [
      "a socket",
      unit({ unit: "app.socket" }),
      [{ ...RUNNING, SubState: "listening" }],
      "listening",
      "active",
    ],
    [
      "a socket whose service runs",
      unit({ unit: "app.socket" }),
      [{ ...RUNNING, SubState: "running" }],
      "running",
      "active",
    ],
    ["a timer", unit({ unit: "app.timer" }), [{ ...RUNNING, SubState: "waiting" }], "waiting", "active"],
    ["a path", unit({ unit: "app.path" }), [{ ...RUNNING, SubState: "waiting" }], "waiting", "active"],
    ["a mount", unit({ unit: "c.mount" }), [{ ...RUNNING, SubState: "mounted" }], "mounted", "active"],
    ["a target", unit({ unit: "app.target" }), [{ ...RUNNING, SubState: "active" }], "active", "active"],
    [
      "a slice without members",
      unit({ unit: "app.slice", running: false }),
      [{ ...DONE }],
      "loaded",
      "inactive",
    ],
  ];
  it.each(rows)("%s", (_what, resource, samples, cause, isActive) => {
    expect(judgeUnit(resource, samples)).toMatchObject({ ok: true, cause, isActive, unit: resource.unit });
  });
});

describe("units that are not", () => {
  const rows: readonly Row[] = [
    ["nobody asked", app, [], "not-observed", "unknown"],
    ["masked", app, [{ ...DONE, LoadState: "masked" }], "masked", "inactive"],
    ["not there", app, [{ ...DONE, LoadState: "not-found" }], "not-found", "inactive"],
    ["not loadable", app, [{ ...DONE, LoadState: "bad-setting" }], "bad-setting", "inactive"],
    [
      "a slice that is not there",
      unit({ unit: "app.slice", running: false }),
      [{ ...DONE, LoadState: "not-found" }],
      "not-found",
      "inactive",
    ],
    [
      "starting is not running",
      notify,
      [{ ...RUNNING, ActiveState: "activating", SubState: "start" }],
      "activating",
      "activating",
    ],
    [
      "up, then on its way down",
      app,
      [RUNNING, { ...RUNNING, ActiveState: "deactivating", SubState: "stop-sigterm" }],
      "deactivating",
      "deactivating",
    ],
    ["failed once and for all", app, [FAILED], "exit-code", "failed"],
    [
      "failed in the middle, up again as another run",
      app,
      [RUNNING, FAILED, { ...RUNNING, InvocationID: "b2", NRestarts: "1" }],
      "crash-loop",
      "active",
    ],
    ["waiting for the next restart", app, [WAITING], "crash-loop", "activating"],
    [
      "between two crashes in every sample",
      app,
      [RUNNING, { ...RUNNING, NRestarts: "1", InvocationID: "b2" }],
      "crash-loop",
      "active",
    ],
    ["started again by hand", app, [RUNNING, { ...RUNNING, InvocationID: "b2" }], "crash-loop", "active"],
    ["another main process", app, [RUNNING, { ...RUNNING, MainPID: "101" }], "main-pid-changed", "active"],
    [
      "start limit, said by systemd",
      app,
      [{ ...FAILED, Result: "start-limit-hit" }],
      "start-limit",
      "failed",
    ],
    ["start limit after automatic restarts", app, [{ ...FAILED, NRestarts: "5" }], "start-limit", "failed"],
    ["READY=1 never came", notify, [{ ...FAILED, Type: "notify", Result: "timeout" }], "not-ready", "failed"],
    [
      "ended before READY=1",
      notify,
      [{ ...FAILED, Type: "notify", Result: "protocol" }],
      "not-ready",
      "failed",
    ],
    [
      "a simple service's start step took too long",
      app,
      [{ ...FAILED, Result: "timeout" }],
      "timeout",
      "failed",
    ],
    [
      "watchdog",
      app,
      [{ ...WAITING, Result: "watchdog", ExecMainCode: "2", ExecMainStatus: "6" }],
      "watchdog",
      "activating",
    ],
    [
      "core dump",
      app,
      [{ ...FAILED, Result: "core-dump", ExecMainCode: "3", ExecMainStatus: "11" }],
      "core-dump",
      "failed",
    ],
    ["out of memory", app, [{ ...FAILED, Result: "oom-kill" }], "out-of-memory", "failed"],
    ["no such program", app, [{ ...FAILED, ExecMainStatus: "203" }], "exec-failed", "failed"],
    [
      "no such program, again and again",
      app,
      [{ ...FAILED, ExecMainStatus: "203", NRestarts: "5" }],
      "exec-failed",
      "failed",
    ],
    [
      "no such user",
      app,
      [{ ...WAITING, ExecMainStatus: "217", NRestarts: "1" }],
      "exec-failed",
      "activating",
    ],
    [
      "killed",
      app,
      [{ ...FAILED, Result: "signal", ExecMainCode: "2", ExecMainStatus: "9" }],
      "signal",
      "failed",
    ],
    ["missing environment file", app, [{ ...FAILED, Result: "resources" }], "resources", "failed"],
    [
      "exited 0 at once",
      app,
      [{ ...DONE, ExecMainExitTimestampMonotonic: "1000200000" }],
      "exited-at-once",
      "inactive",
    ],
    [
      "exited 0 again and again",
      app,
      [{ ...WAITING, Result: "success", ExecMainStatus: "0", NRestarts: "2" }],
      "crash-loop",
      "activating",
    ],
    [
      "stopped after an hour",
      app,
      [{ ...DONE, ExecMainExitTimestampMonotonic: "4600000000" }],
      "inactive",
      "inactive",
    ],
    [
      "condition false",
      app,
      [{ ...DONE, ConditionResult: "no", ConditionTimestampMonotonic: "5" }],
      "condition",
      "inactive",
    ],
    ["ExecCondition false", app, [{ ...DONE, Result: "exec-condition" }], "condition", "inactive"],
    ["a oneshot that failed", oneshot, [FAILED], "exit-code", "failed"],
    [
      "a oneshot that is at work",
      oneshot,
      [{ ...DONE, ActiveState: "activating", SubState: "start" }],
      "activating",
      "activating",
    ],
    ["a service that is active but exited", app, [{ ...RUNNING, SubState: "exited" }], "exited", "active"],
    [
      "a mount that failed",
      unit({ unit: "c.mount" }),
      [{ ...FAILED, SubState: "failed" }],
      "exit-code",
      "failed",
    ],
  ];
  it.each(rows)("%s", (_what, resource, samples, cause, isActive) => {
    expect(judgeUnit(resource, samples)).toMatchObject({ ok: false, cause, isActive });
  });

  it.each([
    { ...DONE, ConditionResult: "no", ConditionTimestampMonotonic: "5" },
    { ...DONE, Result: "exec-condition" },
    { ...DONE, ConditionResult: "no", ConditionTimestampMonotonic: "5", RemainAfterExit: "yes" },
  ])("a oneshot whose condition is false has nothing to do: %j", (sample) => {
    expect(judgeUnit(oneshot, [sample])).toMatchObject({ ok: true, cause: "condition" });
    expect(earlyFailure(oneshot, sample)).toBeNull();
  });

  it("a unit that was never started has no false condition", () => {
    expect(
      judgeUnit(oneshot, [{ ...DONE, ConditionResult: "no", ConditionTimestampMonotonic: "0" }]),
    ).toMatchObject({ ok: true });
  });

  it("says what the exit status means, and that systemd gave up", () => {
    const { detail } = judgeUnit(app, [{ ...FAILED, ExecMainStatus: "226", NRestarts: "5" }]);
    expect(detail).toMatch(/226\/NAMESPACE: .*ReadWritePaths/);
    expect(detail).toContain("gave up after 5 restarts");
  });

  it("says of a SIGKILL that it may have been the kernel, of no other signal", () => {
    const killedBy = (status: string): string =>
      judgeUnit(app, [{ ...FAILED, Result: "signal", ExecMainCode: "2", ExecMainStatus: status }]).detail;
    expect(killedBy("9")).toMatch(/SIGKILL; if no one sent it, memory ran out/);
    expect(killedBy("15")).toBe("the main process was killed by SIGTERM");
  });

  it("counts one restart in the singular", () => {
    expect(judgeUnit(app, [{ ...FAILED, StartLimitBurst: "1", NRestarts: "1" }]).detail).toContain(
      "gave up after 1 restart (StartLimitBurst=1)",
    );
  });

  it("hands on what the service says of itself", () => {
    expect(judgeUnit(app, [{ ...FAILED, StatusText: "no database" }]).detail).toContain("no database");
  });
});

describe("a unit whose process was to stay", () => {
  const beforeAct = (act: BeforeAct["act"]): BeforeAct => ({ sample: RUNNING, act });
  const other = { ...RUNNING, InvocationID: "b2", NRestarts: "1", MainPID: "200" };

  it("is the one from before", () => {
    expect(judgeUnit(app, [RUNNING, RUNNING], beforeAct("reload"))).toMatchObject({
      ok: true,
      cause: "running",
    });
  });

  it.each([
    ["reload", "reload-ended-it", "the reload ended the process"],
    ["none", "restarted", "the process ended, although nothing restarts it"],
  ] as const)("%s: another run in every sample is a failure", (act, cause, words) => {
    expect(judgeUnit(app, [other, other], beforeAct(act))).toMatchObject({
      ok: false,
      cause,
      detail: expect.stringContaining(
        `${words}, and systemd started it anew: main process 100 → 200, NRestarts 0 → 1`,
      ),
    });
  });

  it("one that did not come back says until when it ran", () => {
    const dead = { ...FAILED, Result: "signal", ExecMainCode: "2", ExecMainStatus: "1" };
    const { ok, detail } = judgeUnit(app, [dead], beforeAct("reload"));
    expect({ ok, detail }).toEqual({
      ok: false,
      detail: "the main process was killed by SIGHUP\nit ran until it was reloaded",
    });
  });
  it.each([
    ["in the first sample", [WAITING]],
    ["behind the first sample", [RUNNING, WAITING]],
  ])(
    "a reload that ended the process is the reason also where systemd is about to start it: %s",
    (_when, samples) => {
      const found = judgeUnit(app, samples, beforeAct("reload"));
      expect(found).toMatchObject({ ok: false, cause: "reload-ended-it" });
      expect(found.detail).toMatch(/^the reload ended the process, and systemd start(s|ed) it anew/);
    },
  );

  it("another main process of the same run was named by the program: a note", () => {
    const renamed = { ...RUNNING, MainPID: "300" };
    const found = judgeUnit(notify, [renamed, renamed], beforeAct("reload"));
    expect(found).toMatchObject({ ok: true, cause: "running" });
    expect(found.note).toBe("its main process is 300 now, it was 100: the program named it itself");
  });

  it("so is one that is named only while it is watched; without an act that leaves it alone it is none", () => {
    const renamed = { ...RUNNING, MainPID: "300" };
    const found = judgeUnit(notify, [RUNNING, RUNNING, renamed], beforeAct("reload"));
    expect(found).toMatchObject({ ok: true, cause: "running" });
    expect(found.note).toBe("its main process is 300 now, it was 100: the program named it itself");
    expect(judgeUnit(notify, [RUNNING, renamed])).toMatchObject({ ok: false, cause: "main-pid-changed" });
    const restarted = { ...renamed, NRestarts: "1" };
    expect(judgeUnit(notify, [RUNNING, renamed, restarted], beforeAct("reload")).ok).toBe(false);
    const other = { ...renamed, InvocationID: "another" };
    expect(judgeUnit(notify, [RUNNING, other], beforeAct("reload")).ok).toBe(false);
  });
});

describe("the end of the one process is no crash loop", () => {
  it.each([
    ["Restart=no", { ...FAILED, ExecMainStatus: "9" }, "exit-code", "the main process exited with status 9"],
    [
      "Restart=on-abnormal that does not fit",
      { ...FAILED, Restart: "on-abnormal" },
      "exit-code",
      "exited with status 1",
    ],
  ])("%s", (_what, end, cause, words) => {
    const found = judgeUnit(app, [RUNNING, { ...end, InvocationID: "a1" }]);
    expect(found).toMatchObject({ ok: false, cause, detail: expect.stringContaining(words) });
    expect(found.detail).not.toContain("restart");
  });

  it("and of a restart that is only due no number is given: the journal may be further by then", () => {
    const { detail } = judgeUnit(app, [WAITING]);
    expect(detail).toContain("systemd keeps restarting it");
    expect(detail).not.toMatch(/\d restart/);
  });
});

describe("an early failure", () => {
  it.each([
    ["failed", app, FAILED],
    ["waiting for a restart", app, WAITING],
    ["gone without an error", app, DONE],
    ["masked", app, { ...DONE, LoadState: "masked" }],
    ["a failed oneshot", oneshot, FAILED],
  ])("%s", (_what, resource, sample) => {
    expect(earlyFailure(resource, sample)).toMatchObject({ ok: false });
  });

  it.each([
    ["running", app, RUNNING],
    ["still starting", notify, { ...RUNNING, ActiveState: "activating", SubState: "start" }],
    ["a oneshot that is done", oneshot, DONE],
    ["a slice without members", unit({ unit: "app.slice", running: false }), DONE],
    ["an empty sample", app, {}],
  ])("is not: %s", (_what, resource, sample) => {
    expect(earlyFailure(resource, sample)).toBeNull();
  });
});

function unit(spec: Partial<UnitResource> = {}): UnitResource {
  const resource = makeResource({ kind: "unit", ...spec });
  if (resource.kind !== "unit") throw new Error("not a unit");
  return resource;
}
