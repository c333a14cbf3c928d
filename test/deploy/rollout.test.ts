import { expect, test } from "vitest";
import { ConnectError } from "../../src/core/errors.ts";
import type { Host, Play, Rollout } from "../../src/core/model/declared.ts";
import type { Plan } from "../../src/core/model/plan.ts";
import type { HostTarget } from "../../src/core/model/resource.ts";
import type { RunEvent } from "../../src/core/model/run.ts";
import type { PlannedHost } from "../../src/core/plan/planned.ts";
import type { DeployContext } from "../../src/deploy/context.ts";
import { rollout } from "../../src/deploy/rollout.ts";
import type { Connector } from "../../src/remote/remote.ts";

const place = { file: "inventory/prod.yaml", line: 1, column: 1 };
const hostNamed = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  address: "127.0.0.1",
  port: 1,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 252,
  required: false,
  place,
  ...more,
});
const play = (name: string, more: Partial<Rollout> = {}): Play => ({
  name,
  hosts: ["all"],
  services: [],
  place,
  rollout: {
    batches: ["100%"],
    maxFailed: 0,
    maxUnreachable: 0,
    pauseSeconds: 0,
    healthyDeadlineSeconds: 1,
    ...more,
  },
});
const emptyPlan = (host: string): Plan => ({
  host,
  play: "p",
  changes: [],
  actions: [],
  notices: [],
  orphans: [],
  collateral: [],
  manifests: [],
  records: [],
  fingerprint: "",
});
const planned = (host: Host): PlannedHost => {
  const target: HostTarget = {
    project: "demo",
    host,
    play: "p",
    services: [],
    resources: [],
    owners: new Map(),
    declared: null,
  };
  return { target, plan: emptyPlan(host.name), error: null };
};

/** No host answers; each connect is written down. */
function deadFleet(code: "unreachable" | "auth"): { connector: Connector; asked: string[] } {
  const asked: string[] = [];
  const connect = async (host: Host): Promise<never> => {
    asked.push(host.name);
    throw new ConnectError(code, host.name, `${host.name}: no answer`);
  };
  return { connector: { connect }, asked };
}

function surroundings(
  connector: Connector,
  events: RunEvent[],
  signal = new AbortController().signal,
): DeployContext {
  const run = {
    id: "0".repeat(32),
    user: "me",
    controller: "here",
    commit: "none",
    dirty: "unknown",
    environment: "test",
    command: "apply",
  } as const;
  return {
    connector,
    run,
    forks: 4,
    emit: (event) => events.push(event),
    signal,
    detach: new AbortController().signal,
    redact: (text) => text,
    newId: () => "1".repeat(32),
    now: () => performance.now(),
    readArtifact: async function* () {},
  };
}

const hosts = ["a", "b", "c", "d"].map((name) => planned(hostNamed(name)));

test("after a batch with an unreachable host no one else is started, and the table says so", async () => {
  const fleet = deadFleet("unreachable");
  const events: RunEvent[] = [];
  const plays = [
    { play: play("first", { batches: [1, "100%"] }), hosts },
    { play: play("second"), hosts },
  ];
  const reports = await rollout(plays, surroundings(fleet.connector, events));
  expect(fleet.asked).toEqual(["a"]);
  expect(reports.map(({ status }) => status)).toEqual(["unreachable", ...Array(7).fill("skipped")]);
  expect(reports[1]?.message).toBe("not started: a unreachable (maxUnreachable 0)");
  expect(events.filter(({ type }) => type === "play-started")).toHaveLength(1);
});

test("unreachable hosts within maxUnreachable do not stop the rollout", async () => {
  const fleet = deadFleet("unreachable");
  const reports = await rollout(
    [{ play: play("p", { batches: [1], maxUnreachable: 9 }), hosts }],
    surroundings(fleet.connector, []),
  );
  expect(reports.map(({ status }) => status)).toEqual(Array(4).fill("unreachable"));
});

test("a required host that is unreachable stops it whatever the limit", async () => {
  const fleet = deadFleet("unreachable");
  const withRequired = [planned(hostNamed("z", { required: true })), ...hosts];
  const reports = await rollout(
    [{ play: play("p", { batches: [1], maxUnreachable: 9 }), hosts: withRequired }],
    surroundings(fleet.connector, []),
  );
  expect(fleet.asked).toEqual(["z"]);
  expect(reports[1]?.message).toContain("z required and unreachable");
});

test("a refused login is a failure, not an unreachable host", async () => {
  const fleet = deadFleet("auth");
  const reports = await rollout(
    [{ play: play("p", { batches: [1], maxUnreachable: 9 }), hosts }],
    surroundings(fleet.connector, []),
  );
  expect(reports[0]).toMatchObject({ status: "failed", cause: "refused" });
  expect(fleet.asked).toEqual(["a"]);
});

test("an interrupt before the start starts no one", async () => {
  const fleet = deadFleet("unreachable");
  const interrupt = new AbortController();
  interrupt.abort();
  const reports = await rollout(
    [{ play: play("p"), hosts }],
    surroundings(fleet.connector, [], interrupt.signal),
  );
  expect(fleet.asked).toEqual([]);
  expect(reports.every(({ status, cause }) => status === "skipped" && cause === "interrupted")).toBe(true);
});
