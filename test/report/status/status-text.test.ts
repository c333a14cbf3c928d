/**
 * The status table as a user reads it. The files in golden/ are the expectation: look at them when they
 * change.
 */
import { expect, test } from "vitest";
import { ConnectError } from "../../../src/core/errors.ts";
import type { OpenTransaction } from "../../../src/core/model/observation.ts";
import type { DriftMark, StatusOfHost, UnitStatus } from "../../../src/core/status/host-status.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { statusJson } from "../../../src/report/status/status-json.ts";
import { statusText } from "../../../src/report/status/status-text.ts";
import type { SeenHost, StatusView } from "../../../src/report/status/status-view.ts";

function unit(service: string, changes: Partial<UnitStatus> = {}): UnitStatus {
  return {
    service,
    unit: `${service}.service`,
    main: "yes",
    state: "running",
    word: "running",
    detail: "",
    activeState: "active",
    subState: "running",
    version: { running: "2.3.1", current: "2.3.1", says: null },
    sinceSeconds: 273_600,
    restarts: 0,
    pid: 4711,
    invocation: "abc",
    memory: { bytes: 12_582_912, limit: 268_435_456, limitOf: "unit" },
    openFiles: { count: 17, limit: 1024 },
    tasks: 4,
    ...changes,
  };
}

const LOOP = {
  state: "crash-loop",
  word: "crash loop",
  restarts: 57,
  sinceSeconds: 2,
  pid: null,
  memory: null,
  openFiles: null,
  tasks: null,
} as const;
const detail = "the main process exited with status 3; 57 restarts so far";

function host(name: string, units: readonly UnitStatus[], drift: DriftMark = "none"): SeenHost {
  const lastRun = {
    run: "0".repeat(32),
    user: "anna",
    controller: "laptop",
    commit: "3f2a1c94d",
    tree: "clean",
    result: "confirmed",
    agoSeconds: 7500,
  };
  const status: StatusOfHost = {
    host: name,
    units,
    lastRun,
    transactions: [],
    drift: new Map(units.map((each) => [each.unit, drift])),
  };
  return { host: name, status, error: null, ageSeconds: 0, changed: new Set() };
}
const gone = (name: string): ConnectError =>
  new ConnectError(
    "unreachable",
    name,
    "deploy@10.0.0.9:22: connection refused: nothing listens on that port",
  );
const silent = (name: string): SeenHost => ({
  host: name,
  status: null,
  error: gone(name),
  ageSeconds: 0,
  changed: new Set(),
});
const view = (hosts: readonly SeenHost[], rows: StatusView["rows"] = "folded"): StatusView => ({
  environment: "prod",
  hosts,
  rows,
});

const few = view([
  host("web1", [
    unit("api"),
    unit("etcd", { version: { running: "3.3.25", current: "3.3.26", says: null } }),
    unit("proxy"),
  ]),
  host("web2", [unit("api"), unit("etcd"), unit("proxy", { ...LOOP, detail })], "drift"),
  silent("web3"),
]);
const slice = (changes: Partial<UnitStatus>): UnitStatus =>
  unit("api", {
    unit: "shop.slice",
    main: "no",
    version: { running: null, current: null, says: null },
    ...changes,
  });

test.each([60, 80, 120])("three hosts, three services at %i columns", async (columns) => {
  const text = plainText(statusText(few, columns));
  await expect(text).toMatchFileSnapshot(`golden/status-${columns}.txt`);
  expect(Math.max(...text.split("\n").map((each) => [...each].length))).toBeLessThanOrEqual(columns);
});

test("two hundred hosts with a few troubles read as ten lines", async () => {
  const many = Array.from({ length: 200 }, (_, index) => {
    const services = [unit("api", { sinceSeconds: 3600 * (index + 1), restarts: index % 3 }), unit("etcd")];
    if (index === 100) return host("web101", [unit("api", { ...LOOP, detail }), unit("etcd")]);
    return index === 150 ? silent("web151") : host(`web${index + 1}`, services);
  });
  const text = plainText(statusText(view(many), 80));
  await expect(text).toMatchFileSnapshot("golden/status-folded-80.txt");
  expect(text.split("\n").length).toBeLessThanOrEqual(11);
  expect(plainText(statusText(view(many, "all"), 80)).split("\n").length).toBeGreaterThan(400);
});

test("a unit beside its service's own shows when it is not well, or with --all", () => {
  const idle = view([host("h1", [unit("api"), slice({ state: "idle", word: "idle" })])]);
  expect(plainText(statusText(idle, 80))).not.toContain("shop.slice");
  expect(plainText(statusText({ ...idle, rows: "all" }, 80))).toMatch(/^h1 {4}shop\.slice {2}idle/m);
  expect(
    plainText(
      statusText(view([host("h1", [unit("api"), slice({ state: "failed", word: "failed (signal)" })])]), 80),
    ),
  ).toMatch(/^prod: 1 running, 1 failed/);
});

test("what a host said before it was lost is shown as old; what changed has a mark", () => {
  const lost: SeenHost = { ...host("h1", [unit("api")]), error: gone("h1"), ageSeconds: 14 };
  const text = plainText(
    statusText(view([lost, { ...host("h2", [unit("api")]), changed: new Set(["api.service"]) }]), 100),
  );
  expect(text).toContain("prod: 1 running, 1 of 2 hosts not seen\n");
  expect(text).toContain(
    "h1  unreachable (below: as of 14 s ago): connection refused: nothing listens on that port\n",
  );
  expect(text).toMatch(/^h1 {4}api {6}was running/m);
  expect(text).toMatch(/^\*h2 {3}api {6}running /m);
});

const open = (changes: Partial<OpenTransaction> = {}): OpenTransaction => ({
  ...{ id: "1".repeat(32), state: "AWAIT", running: true, leaseAgeSeconds: 3, ageSeconds: 75 },
  ...{ owner: "anna@laptop", project: "shop", ...changes },
});

test("a run under way: who, in which state, for how long and when its controller was last heard of; hosts alike share a line", () => {
  const busy = (name: string, changes: Partial<OpenTransaction> = {}): SeenHost => {
    const seen = host(name, [unit("api")]);
    return { ...seen, status: seen.status && { ...seen.status, transactions: [open(changes)] } };
  };
  const hosts = [busy("web1"), busy("web2", { ageSeconds: 80 }), busy("web3", { leaseAgeSeconds: 900 })];
  expect(
    plainText(statusText(view(hosts), 120))
      .split("\n")
      .slice(0, 4),
  ).toEqual([
    "prod: 3 running",
    "web1, web2: a run of anna@laptop (project shop, not confirmed yet) is under way, for 1 min, last heard of 3 s ago",
    "web3: a run of anna@laptop (project shop, not confirmed yet) has not ended, for 1 min: the next apply settles it",
    "",
  ]);
  const json = JSON.parse(JSON.stringify(statusJson(view(hosts), 0)));
  expect(json.hosts[2].transactions).toEqual([{ ...open({ leaseAgeSeconds: 900 }), isUnderWay: false }]);
  expect(json.hosts[0].transactions[0].isUnderWay).toBe(true);
});

test("what a program says of itself is its version; another on the disk stays in sight", () => {
  const shown = (running: string, current: string): string =>
    plainText(
      statusText(view([host("web1", [unit("api", { version: { running, current, says: "2.4" } })])]), 120),
    );
  expect(shown("aaa", "aaa")).toMatch(/running {2}2\.4 {4}/);
  expect(shown("aaa", "bbb")).toContain("aaa, disk 2.4");
});

test("a host that is asked for the first time is no trouble yet", () => {
  const asked: SeenHost = { ...silent("web2"), error: null };
  expect(plainText(statusText(view([host("web1", [unit("api")]), asked]), 80))).toMatch(
    /^prod: 1 running, asking 1 of 2 hosts …\n/,
  );
});

test("as JSON", () => {
  const json = JSON.parse(JSON.stringify(statusJson(few, 3)));
  expect(json).toMatchObject({ schema: "svcdeploy.status/1", environment: "prod", exitCode: 3 });
  expect(json.hosts[1].units[2]).toMatchObject({
    service: "proxy",
    state: "crash-loop",
    drift: "drift",
    isMain: true,
    isChanged: false,
  });
  expect(json.hosts[2]).toMatchObject({
    host: "web3",
    status: "unreachable",
    error: { code: "unreachable" },
    lastRun: null,
    units: [],
    ageSeconds: null,
  });
});
