/**
 * A large fleet in a CI log: what is healthy is counted, what is not is named, and the whole fits on a page.
 */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { judgeError } from "../../src/core/check/judge-host.ts";
import { ConnectError } from "../../src/core/errors.ts";
import type { DeployEvent, HostReport } from "../../src/core/model/run.ts";
import { checkText } from "../../src/report/check-text.ts";
import { driftText } from "../../src/report/drift/drift-text.ts";
import { makeSink } from "../../src/report/lines/sink.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { planText } from "../../src/report/plan/plan-text.ts";
import { makePlainReporter } from "../../src/report/run/progress-plain.ts";
import { finalText } from "../../src/report/run/run-output.ts";
import { clockAt } from "./clock.ts";
import { emptyPlan, plannedHost, samplePlay, sampleReport } from "./samples.ts";

const HOSTS = Array.from({ length: 200 }, (_, index) => `web${String(index).padStart(3, "0")}`);
const REASON = "not started: web017 failed (maxFailed 0)";

const broken = (host: string, more: Partial<HostReport> = {}): HostReport =>
  sampleReport(host, {
    play: "web",
    services: ["web"],
    status: "rolled-back",
    cause: "unhealthy",
    message: "http://127.0.0.1:8080/ready is unhealthy",
    health: [
      {
        service: "web",
        check: "http://127.0.0.1:8080/ready",
        role: "ready",
        ok: false,
        detail: "status 503, wanted 200",
        attempts: 9,
      },
    ],
    ...more,
  });

const LAST_WORDS: Partial<HostReport> = {
  journal: [
    {
      unit: "web.service",
      lines: ["starting", "listening on 8080", "cannot write /var/lib/web/state: no space left on device"],
    },
  ],
  differences: [{ path: "/etc/web.conf", change: "update", secret: false, before: "a\n", after: "b\n" }],
};

function reportOf(host: string, index: number): HostReport {
  if (index === 17) return broken(host, LAST_WORDS);
  if (index > 50)
    return sampleReport(host, {
      play: "web",
      services: ["web"],
      status: "skipped",
      durationMilliseconds: 0,
      message: REASON,
    });
  return sampleReport(host, { play: "web", services: ["web"] });
}

function eventsOf(reports: readonly HostReport[]): readonly DeployEvent[] {
  const finished = (from: number, to: number): readonly DeployEvent[] => [
    ...reports.slice(from, to).flatMap(({ host, play }): readonly DeployEvent[] => [
      { type: "host-stage", play, host, stage: "connect", detail: "" },
      { type: "host-stage", play, host, stage: "apply", detail: "AWAIT" },
    ]),
    ...reports.slice(from, to).map((report): DeployEvent => ({ type: "host-finished", report })),
  ];
  const batch = (number: number, from: number, to: number): DeployEvent => ({
    type: "batch-started",
    play: "web",
    batch: number,
    batches: 3,
    hosts: HOSTS.slice(from, to),
  });
  return [
    {
      type: "run-started",
      run: "ab".repeat(16),
      environment: "prod",
      commit: "c0ffee",
      tree: "clean",
      hosts: HOSTS,
      plays: ["web"],
    },
    { type: "play-started", play: "web", hosts: HOSTS },
    batch(1, 0, 1),
    ...finished(0, 1),
    { type: "batch-finished", play: "web", batch: 1, ok: true },
    batch(2, 1, 51),
    ...finished(1, 51),
    { type: "batch-finished", play: "web", batch: 2, ok: false },
    ...finished(51, 200).filter((event) => event.type === "host-finished"),
    { type: "run-finished", reports, exitCode: 5 },
  ];
}

async function printed(events: readonly DeployEvent[]): Promise<string> {
  const stream = new PassThrough();
  const sink = makeSink({ stream, palette: (_style, text) => text, columns: 80 });
  const reporter = makePlainReporter(sink, "hosts", clockAt());
  for (const event of events) reporter.event(event);
  await reporter.close();
  await sink.flush();
  return String(stream.read() ?? "");
}

test("200 hosts with one failure read as ten lines: which, why, its last words, what was put back, and what became of the others", async () => {
  const text = await printed(eventsOf(HOSTS.map(reportOf)));
  const lines = text.split("\n").filter((line) => line !== "");
  for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(text.match(/web017: rolled-back/gi)?.length).toBe(2);
  for (const part of [
    "status 503, wanted 200",
    "no space left on device",
    "/etc/web.conf",
    "149 skipped",
    "web017 failed (maxFailed 0)",
  ])
    expect(text.replaceAll(/\s+/g, " ")).toContain(part);
  await expect(text).toMatchFileSnapshot("golden/folded-80.txt");
});

test("200 hosts that are well read as one line", async () => {
  const reports = HOSTS.map((host) => sampleReport(host, { play: "web", services: ["web"] }));
  expect(plainText(finalText(reports, [], 80))).toBe("200 changed.\n");
});

test("hosts that failed alike are told once, the first with its details, all by number", () => {
  const journal = (host: string): HostReport["journal"] => [
    { unit: "web.service", lines: [`${host} web[1]: no disk`] },
  ];
  const reports = HOSTS.map((host, index) =>
    index === 3
      ? broken(host, { message: "http://127.0.0.1:8080/other is unhealthy" })
      : broken(host, { message: `${host}: is unhealthy`, journal: journal(host) }),
  );
  const text = plainText(finalText(reports, [], 80));
  expect(text.split("\n").length).toBeLessThanOrEqual(35);
  expect(text).toMatch(/alike: web001, .*190\s+more \(198 hosts\)/s);
  expect(text).toContain("web000 web[1]: no disk");
  expect(text).not.toContain("web001 web[1]: no disk");
  expect(text).toContain("/other is unhealthy");
});

test("the plan and the drift of a large fleet name eight hosts, within the columns", () => {
  const names = HOSTS.map((host) => `${host}.example.net`);
  const plan = planText(
    {
      environment: "prod",
      plays: [{ play: samplePlay("web"), hosts: names.map((host) => plannedHost(host, emptyPlan(host))) }],
    },
    80,
  );
  const drift = driftText(
    {
      environment: "prod",
      health: "with",
      rules: { expired: [], unmatched: [] },
      hosts: names.map((host) => ({
        host,
        play: "web",
        services: [],
        findings: [],
        ignored: [],
        clock: null,
        error: null,
      })),
    },
    80,
  );
  for (const text of [plainText(plan), plainText(drift)]) {
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    expect(text.split("\n").length).toBeLessThanOrEqual(8);
    expect(text.replace(/\s+/g, " ")).toContain("web007.example.net and 192 more (200 hosts): ");
  }
});

test("hosts that are out of reach for one reason are one block with one hint, in plan and in check", () => {
  const names = Array.from({ length: 9 }, (_, index) => `web${index}`);
  const errorOf = (name: string, index: number): ConnectError =>
    new ConnectError("unreachable", name, `root@10.0.0.${index}:22: no route to host`, {
      hint: `Try it by hand: ssh -p 22 root@10.0.0.${index} true`,
    });
  const hosts = names.map((name, index) => ({ ...plannedHost(name, null), error: errorOf(name, index) }));
  const view = { environment: "prod", plays: [{ play: samplePlay("web"), hosts }] };
  const plan = plainText(planText(view, 100));
  expect(plan.match(/no route to host/g)?.length).toBe(1);
  expect(plan).toContain("hint: of web0: Try it by hand: ssh -p 22 root@10.0.0.0 true");
  const checks = names.map((name, index) =>
    judgeError(plannedHost(name, null).target.host, errorOf(name, index)),
  );
  const check = plainText(checkText(checks, 100));
  expect(check.match(/no route to host/g)?.length).toBe(1);
  expect(check).toContain("Of web0: Try it by hand");
});
