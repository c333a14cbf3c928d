/** Runs and records for the tests of the history. */
import type { HostRecord } from "../../../src/core/history/host-record.ts";
import type { HostAnswer } from "../../../src/core/history/merge-history.ts";
import type { RecordedHost, RecordedRun } from "../../../src/core/history/recorded-run.ts";

/** 32 hex digits that start with these. */
export function idOf(start: string): string {
  return start.padEnd(32, "0");
}

/** A host's end as it is kept; changed, by transaction t-HOST, unless more says otherwise. */
export function recordedHost(host: string, more: Partial<RecordedHost> = {}): RecordedHost {
  return {
    host,
    play: "site",
    status: "changed",
    cause: null,
    services: ["web"],
    durationMilliseconds: 1200,
    message: "",
    hint: null,
    verdicts: [
      {
        unit: "web.service",
        ok: true,
        cause: "running",
        isActive: "active",
        detail: "running, main process 1",
      },
    ],
    health: [],
    journal: [],
    changes: 2,
    actions: ["restart web.service"],
    transaction: idOf(`aa${Buffer.from(host).toString("hex")}`),
    ...more,
  };
}

/** A run of web on these hosts. */
export function recordedRun(
  id: string,
  hosts: readonly RecordedHost[],
  more: Partial<RecordedRun> = {},
): RecordedRun {
  return {
    id: idOf(id),
    commandLine: ["apply", "--env", "prod", "--yes"],
    project: "shop",
    folder: "/home/eve/shop",
    environment: "prod",
    user: "eve",
    controller: "laptop",
    commit: "c0ffee0123456789c0ffee0123456789c0ffee01",
    tree: "clean",
    startedAt: Date.UTC(2026, 10, 21, 9, 0, 0),
    end: { durationMilliseconds: 12_300, exitCode: 0 },
    selected: hosts.map(({ host }) => host),
    hosts,
    plans: [],
    ...more,
  };
}

/** What a host noted of that run. */
export function recordOf(run: RecordedRun, host: string, more: Partial<HostRecord> = {}): HostRecord {
  return {
    run: run.id,
    transaction: run.hosts.find((each) => each.host === host)?.transaction ?? null,
    project: run.project,
    environment: run.environment,
    command: "apply",
    user: run.user,
    controller: run.controller,
    commit: run.commit,
    tree: run.tree,
    services: ["web"],
    plan: null,
    at: run.startedAt / 1000 + 5,
    outcome: "confirmed",
    detail: "",
    ...more,
  };
}

/** A host that answered with these records. */
export function answerOf(
  host: string,
  records: readonly HostRecord[],
  more: { clockOffset?: number; isCut?: boolean; unreadable?: number } = {},
): HostAnswer {
  return {
    host,
    result: {
      kind: "answered",
      records,
      answeredAt: Date.UTC(2027, 0, 1),
      clockOffset: 0,
      isCut: false,
      unreadable: 0,
      ...more,
    },
  };
}
