/** Progress: plain lines, the live rows' text, and the machine formats, all from the same events. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { DeployEvent, HostStage, HostWork, RunEvent } from "../../src/core/model/run.ts";
import type { HealthResult } from "../../src/core/model/verify.ts";
import { makeSink, type Sink } from "../../src/report/lines/sink.ts";
import { advance, makeProgress, progressTitle } from "../../src/report/run/play-progress.ts";
import { makePlainReporter } from "../../src/report/run/progress-plain.ts";
import type { Reporter } from "../../src/report/run/reporter.ts";
import { makeJsonReporter, makeNdjsonReporter } from "../../src/report/run/run-output.ts";
import { clockAt } from "./clock.ts";
import { sampleFailure, sampleReport } from "./samples.ts";

const stage = (host: string, name: HostStage): Extract<DeployEvent, { type: "host-stage" }> => ({
  type: "host-stage",
  play: "stores",
  host,
  stage: name,
  detail: "",
});
const work = (host: string, unit: string): HostWork => ({
  type: "host-work",
  play: "stores",
  host,
  work: { acts: [{ verb: "restart", unit }], changes: [{ kind: "file", outcome: "changed" }] },
  settleSeconds: 5,
  deadlineSeconds: 30,
});
const reports = [
  sampleReport("db1"),
  sampleFailure("db2"),
  sampleReport("db3", {
    status: "skipped",
    durationMilliseconds: 0,
    message: "not started: db2 failed (maxFailed 0)",
  }),
];
const ok: HealthResult = {
  service: "etcd",
  check: "/health",
  role: "ready",
  ok: true,
  detail: "",
  attempts: 2,
};
const EVENTS: readonly RunEvent[] = [
  {
    type: "run-started",
    run: "ab".repeat(16),
    environment: "prod",
    commit: "c0ffee",
    tree: "clean",
    hosts: ["db1", "db2", "db3"],
    plays: ["stores"],
  },
  { type: "play-started", play: "stores", hosts: ["db1", "db2", "db3"] },
  { type: "batch-started", play: "stores", batch: 1, batches: 2, hosts: ["db1", "db2"] },
  stage("db1", "connect"),
  stage("db2", "upload"),
  work("db1", "etcd.service"),
  work("db2", "etcd.service"),
  stage("db1", "settle"),
  stage("db2", "settle"),
  stage("db2", "undo"),
  stage("db1", "confirm"),
  { type: "host-finished", report: sampleReport("db1", { health: [ok] }) },
  { type: "host-finished", report: sampleFailure("db2") },
  { type: "batch-finished", play: "stores", batch: 1, ok: false },
  { type: "host-finished", report: sampleReport("db3", { status: "skipped" }) },
  { type: "run-finished", reports, exitCode: 5 },
];

async function outputOf(make: (sink: Sink) => Reporter): Promise<string> {
  const stream = new PassThrough();
  const sink = makeSink({ stream, palette: (_style, text) => text, columns: 80 });
  const reporter = make(sink);
  for (const event of EVENTS) reporter.event(event);
  await reporter.close();
  await sink.flush();
  return String(stream.read() ?? "");
}

test("plain lines: two a host, the second with how long it took to be healthy", async () => {
  const text = await outputOf((sink) => makePlainReporter(sink, "hosts", clockAt()));
  await expect(text).toMatchFileSnapshot("golden/progress-plain.txt");
  expect(text).toContain(" db1: changed, healthy after 3.0 s (12 s)\n");
  for (const host of ["db1", "db2"])
    expect(text.match(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${host}: `, "gm"))?.length).toBe(2);
});

test("plain lines with every step", async () => {
  const text = await outputOf((sink) => makePlainReporter(sink, "steps", clockAt()));
  expect(text.split("\n").slice(3, 11)).toEqual([
    "12:00:03 db1: connect",
    "12:00:04 db2: upload",
    "12:00:05 db1: restarting etcd",
    "12:00:06 db2: restarting etcd",
    "12:00:07 db1: settle",
    "12:00:08 db2: settle",
    "12:00:09 db2: undo",
    "12:00:10 db1: confirm",
  ]);
});

test("json prints one document, at the end", async () => {
  const document = JSON.parse(await outputOf(makeJsonReporter));
  expect(document).toMatchObject({
    schema: "svcdeploy.report/1",
    run: "ab".repeat(16),
    environment: "prod",
    exitCode: 5,
    hosts: [{ host: "db1" }, {}, {}],
  });
});

test("ndjson prints each event as one line, and not what is for people alone", async () => {
  const lines = (await outputOf(makeNdjsonReporter)).trimEnd().split("\n");
  expect(lines.map((text) => JSON.parse(text))).toEqual(
    EVENTS.filter(({ type }) => type !== "host-work").map((event) => ({
      schema: "svcdeploy.event/1",
      ...event,
    })),
  );
});

test("the live row of a play: what is done to its hosts, and how long they still have", () => {
  let progress = makeProgress("stores");
  const titles = EVENTS.map((event, second) => {
    progress = advance(progress, event, second * 1000);
    return progressTitle(progress, second * 1000);
  });
  expect(titles.slice(3, 11)).toEqual([
    "stores: 0 of 3 hosts, batch 1 of 2; db1 connecting",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 connecting, db2 sending",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 connecting, db2 sending",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 connecting, db2 sending",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 settling, 5 s left, db2 sending",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 settling, 4 s left, db2 settling, 5 s left",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 settling, 3 s left, db2 undoing",
    "stores: 0 of 3 hosts, batch 1 of 2; db1 confirming, db2 undoing",
  ]);
  expect(titles.at(-1)).toBe("stores: 2 of 3 hosts, 1 failed, 1 skipped, batch 1 of 2");
});

test("past its settle time a host has until the deadline of its checks", () => {
  const events: readonly RunEvent[] = [
    work("db1", "etcd.service"),
    stage("db1", "launch"),
    stage("db1", "settle"),
    { ...stage("db1", "settle"), detail: "waiting for /health: status 503" },
  ];
  const titleAt = (count: number, second: number): string => {
    const start = { ...makeProgress("stores"), hosts: 1 };
    const progress = events.slice(0, count).reduce((state, event) => advance(state, event, 0), start);
    return progressTitle(progress, second * 1000);
  };
  expect(titleAt(2, 0)).toBe("stores: 0 of 1 host; db1 restarting etcd");
  expect(titleAt(3, 1)).toBe("stores: 0 of 1 host; db1 settling, 4 s left");
  expect(titleAt(3, 5)).toBe("stores: 0 of 1 host; db1 checking");
  expect(titleAt(4, 6)).toBe("stores: 0 of 1 host; db1 24 s left, waiting for /health: status 503");
  expect(titleAt(4, 31)).toBe("stores: 0 of 1 host; db1 0 s left, waiting for /health: status 503");
});

test("many hosts under way are counted by stage, other plays' events change nothing", () => {
  const events = Array.from({ length: 500 }, (_, index) =>
    stage(`h${index}`, index % 2 === 0 ? "upload" : "settle"),
  );
  const start = { ...makeProgress("stores"), hosts: 500 };
  const progress = [work("h1", "etcd.service"), ...events].reduce(
    (state, event) => advance(state, event, 0),
    start,
  );
  expect(progressTitle(progress, 2000)).toBe("stores: 0 of 500 hosts; settling 250 (3 s left), sending 250");
  expect(advance(progress, { type: "play-started", play: "other", hosts: ["x"] }, 0)).toBe(progress);
});
