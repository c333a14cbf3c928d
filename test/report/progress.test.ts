/** Progress: plain lines, the live rows' text, and the machine formats, all from the same events. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { DeployEvent, HostStage } from "../../src/core/model/run.ts";
import { makeSink, type Sink } from "../../src/report/lines/sink.ts";
import { advance, makeProgress, progressTitle } from "../../src/report/run/play-progress.ts";
import { makePlainReporter } from "../../src/report/run/progress-plain.ts";
import type { Reporter } from "../../src/report/run/reporter.ts";
import { makeJsonReporter, makeNdjsonReporter } from "../../src/report/run/run-output.ts";
import { sampleFailure, sampleReport } from "./samples.ts";

const stage = (host: string, name: HostStage): DeployEvent => ({
  type: "host-stage",
  play: "stores",
  host,
  stage: name,
  detail: "",
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
const EVENTS: readonly DeployEvent[] = [
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
  { type: "host-finished", report: sampleReport("db1") },
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

test("plain lines", async () => {
  await expect(await outputOf(makePlainReporter)).toMatchFileSnapshot("golden/progress-plain.txt");
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

test("ndjson prints each event as one line", async () => {
  const lines = (await outputOf(makeNdjsonReporter)).trimEnd().split("\n");
  expect(lines.map((text) => JSON.parse(text))).toEqual(
    EVENTS.map((event) => ({ schema: "svcdeploy.event/1", ...event })),
  );
});

test("the live row of a play", () => {
  const titles = EVENTS.reduce<{ progress: ReturnType<typeof makeProgress>; titles: string[] }>(
    ({ progress, titles }, event) => {
      const next = advance(progress, event);
      return { progress: next, titles: [...titles, progressTitle(next)] };
    },
    { progress: makeProgress("stores"), titles: [] },
  ).titles;
  expect(titles[3]).toBe("stores: 0 of 3 hosts, batch 1 of 2; db1 connect");
  expect(titles[4]).toBe("stores: 0 of 3 hosts, batch 1 of 2; db1 connect, db2 upload");
  expect(titles.at(-1)).toBe("stores: 2 of 3 hosts, 1 not well, 1 skipped, batch 1 of 2");
});

test("many hosts under way are counted by stage, other plays' events change nothing", () => {
  const events = Array.from({ length: 500 }, (_, index) =>
    stage(`h${index}`, index % 2 === 0 ? "upload" : "settle"),
  );
  const progress = events.reduce(advance, { ...makeProgress("stores"), hosts: 500 });
  expect(progressTitle(progress)).toBe("stores: 0 of 500 hosts; upload 250, settle 250");
  expect(advance(progress, { type: "play-started", play: "other", hosts: ["x"] })).toBe(progress);
});
