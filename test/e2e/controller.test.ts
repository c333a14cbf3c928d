/**
 * The controller is lost: killed at each stage that it reports, interrupted, without a reader; and the host
 * loses its power under it.
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { at, eventsOf, reportsOf, stages, withoutSettling } from "../support/events.ts";
import {
  removeHosts,
  type SystemdVersion,
  startHost,
  systemdVersions,
  type TestHost,
} from "../support/hosts.ts";
import { ageLease, exceptRecord, settleAlone, snapshot, underWay } from "../support/snapshot.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

/** Where the lease is waited for in real time; elsewhere it is made old. */
const realLease: readonly string[] = ["apply AWAIT"];

/**
 * A host with a project of its own; change(n) is the n-th state of it, in which unit, environment,
 * configuration and release differ.
 */
type Bench = { readonly host: TestHost; readonly shop: Workshop };
const change = (n: number): readonly string[] => [
  "--env",
  "test",
  "--yes",
  "--set",
  `version=1.${n}`,
  "--set",
  `greeting=g${n}`,
];
const unitText = webService({ service: '  SyslogIdentifier: "web-{{values.greeting}}"' });

let benches: ReadonlyMap<SystemdVersion, Bench> = new Map();
let spare: Bench;
let cut: Bench;
let trio: Workshop;

beforeAll(async () => {
  const [b247, b252, b257, b4, b5] = await Promise.all(
    [...systemdVersions, 252 as const, 257 as const].map(makeBench),
  );
  if (b247 === undefined || b252 === undefined || b257 === undefined || b4 === undefined || b5 === undefined)
    throw new Error("hosts are missing");
  benches = new Map([
    [247, b247],
    [252, b252],
    [257, b257],
  ]);
  [spare, cut] = [b4, b5];
  trio = makeWorkshop([b247.host, b252.host, b257.host]);
  trio.write("services/web.yaml", unitText);
});
afterAll(async () => {
  for (const { shop } of [...benches.values(), spare, cut]) shop.remove();
  trio.remove();
  await removeHosts();
});

async function makeBench(systemd: SystemdVersion): Promise<Bench> {
  const host = await startHost({ systemd });
  const shop = makeWorkshop([host]);
  shop.write("services/web.yaml", unitText.replace("settle: 3s", "settle: 1s"));
  const first = await shop.run(["apply", ...change(0)]);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
  return { host, shop };
}

const killAt = (shop: Workshop, n: number, moment: string): Promise<Run> =>
  shop.run(
    ndjson(n),
    at(moment, (kill) => kill("SIGKILL")),
  );
const ndjson = (n: number): readonly string[] => ["apply", ...change(n), "--output", "ndjson"];

/** What became of a host after a kill. */
type Outcome = {
  readonly stage: string;
  readonly result: "old" | "new" | "mixed" | "untold";
  readonly seconds: number;
};

async function survive({ host, shop }: Bench, stage: string, n: number): Promise<Outcome> {
  const before = await snapshot(host);
  const killed = await killAt(shop, n, stage);
  if (killed.code !== null) return { stage, result: "untold", seconds: 0 };
  if (!realLease.includes(stage)) {
    await sleep(1500);
    await ageLease(host);
  }
  // What was published and never launched touches nothing and waits for the next run.
  const seconds = stage === "launch" && (await underWay(host)) === "STAGED" ? 0 : await settleAlone(host, 40);
  const between = await snapshot(host);
  const next = await shop.run(["apply", ...change(n)]);
  expect({ stage, code: next.code, stderr: withoutSettling(next.stderr) }).toEqual({
    stage,
    code: 0,
    stderr: "",
  });
  await settleAlone(host, 10);
  const after = await snapshot(host);
  expect(after).toContain(`GREETING=g${n}\n{"status":"ok","version":"1.${n}"}`);
  expect(after).toContain("the record is of this process");
  if (between !== before && between !== after)
    console.log(
      `MIXED after a kill at ${stage}\n--- before\n${before}\n--- between\n${between}\n--- after\n${after}`,
    );
  const result = between === before ? "old" : between === after ? "new" : "mixed";
  expect({ stage, seconds }).not.toEqual({ stage, seconds: null });
  return { stage, result, seconds: seconds ?? 0 };
}

describe.concurrent("killed with -9 at each stage", () => {
  for (const systemd of systemdVersions) {
    test(`systemd ${systemd}: entirely old or entirely new, and the next run brings the new`, async () => {
      const bench = benches.get(systemd);
      if (bench === undefined) throw new Error("no host");
      const outcomes: Outcome[] = [];
      let n = 0;
      for (const stage of stages) {
        for (let attempt = 1; attempt <= 5; attempt += 1) {
          n += 1;
          const outcome = await survive(bench, stage, n);
          if (outcome.result === "untold" && attempt < 5) continue;
          outcomes.push(outcome);
          break;
        }
      }
      const count = (result: Outcome["result"]): number =>
        outcomes.filter((outcome) => outcome.result === result).length;
      const told = outcomes
        .map(({ stage, result, seconds }) => `${stage} → ${result} after ${seconds.toFixed(1)} s`)
        .join("; ");
      console.log(
        `systemd ${systemd}: killed at ${outcomes.length - count("untold")} of ${stages.length} stages: ${count("old")} old, ${count("new")} new, ${count("mixed")} mixed (${told})`,
      );
      expect(outcomes.filter(({ result }) => result === "mixed")).toEqual([]);
      expect(count("untold")).toBeLessThanOrEqual(2);
    });
  }
});

describe.concurrent("the next run at once, and other runs", () => {
  test("the next run waits for a lease that nobody renews any more, settles and goes on", {
    concurrent: false,
  }, async () => {
    const { host, shop } = spare;
    expect((await killAt(shop, 1, "apply RESTARTING")).code).toBe(null);
    const started = performance.now();
    const next = await shop.run(["apply", ...change(2)]);
    expect({ code: next.code, stderr: withoutSettling(next.stderr) }).toEqual({ code: 0, stderr: "" });
    expect((performance.now() - started) / 1000).toBeGreaterThan(15);
    expect(await snapshot(host)).toContain('GREETING=g2\n{"status":"ok","version":"1.2"}');
    expect(await host.shell("sed 's/.*result=//' /var/lib/svcdeploy/runs | tail -n 2")).toBe(
      "rolled-back\nconfirmed\n",
    );
  });

  test("a run that is truly at work is left alone: exit 6 with user, host and since when", {
    concurrent: false,
  }, async () => {
    const { host, shop } = spare;
    shop.write("services/web.yaml", unitText.replace("settle: 3s", "settle: 40s"));
    const reached = Promise.withResolvers<void>();
    const first = shop.run(
      ndjson(3),
      at("settle", () => reached.resolve()),
    );
    await reached.promise;
    const plan = await shop.run(["plan", "--env", "test"]);
    expect(plan.code).toBe(6);
    expect(plan.stdout.replace(/\s+/g, " ")).toMatch(/of [\w.-]+@[\w.-]+ .*under way/);
    expect(plan.stdout).not.toMatch(/own records|warning|[0-9] restart/);
    const seen = await shop.run(["status", "--env", "test", "--no-drift"]);
    expect(seen.stdout).toMatch(
      /: a run of [\w.-]+@[\w.-]+ \(project workshop, not confirmed yet\) is under way, for \d+ s, last heard of/,
    );
    const second = await shop.run(["apply", ...change(4)]);
    expect(second.code).toBe(6);
    expect(second.stderr).toMatch(/: another run is under way \([\w.-]+@[\w.-]+\); waiting for it\n/);
    expect(second.stderr).not.toContain("an earlier run");
    expect(`${second.stdout}${second.stderr}`).toMatch(/[\w.-]+@[\w.-]+ is at work here for \d+ s/);
    const end = await first;
    expect(reportsOf(end).map(({ status }) => status)).toEqual(["changed"]);
    expect(await snapshot(host)).toContain("GREETING=g3");
    shop.write("services/web.yaml", unitText.replace("settle: 3s", "settle: 1s"));
  });

  test("an undo that must end a start that hangs: the next run takes over", {
    concurrent: false,
  }, async () => {
    const { host, shop } = spare;
    const before = await snapshot(host);
    shop.write("services/web.yaml", unitText.replace("TimeoutStartSec: 5s", "TimeoutStartSec: 120s"));
    shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: { never_ready: 1 }\n');
    expect((await killAt(shop, 5, "apply RESTARTING")).code).toBe(null);
    shop.write("services/web.yaml", unitText);
    shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\n');
    const next = await shop.run(["apply", ...change(3)]);
    expect({ code: next.code, stderr: withoutSettling(next.stderr) }).toEqual({ code: 0, stderr: "" });
    expect(next.stdout).toContain("No changes");
    expect(await snapshot(host)).toBe(before);
  });
});

describe.concurrent("the host loses its power", () => {
  for (const stage of ["apply RESTARTING", "apply AWAIT"]) {
    test(`power cut at ${stage}: the boot puts it back, the controller tells the truth, the next run brings the new`, {
      concurrent: false,
    }, async () => {
      const { host, shop } = cut;
      const n = stage === "apply AWAIT" ? 2 : 1;
      const before = await snapshot(host);
      const killed = Promise.withResolvers<void>();
      const run = shop.run(
        ndjson(n),
        at(stage, () => host.kill().then(killed.resolve, killed.reject)),
      );
      await killed.promise;
      await host.start();
      const end = await run;
      expect(await settleAlone(host, 60)).not.toBe(null);
      expect(await snapshot(host)).toBe(before);
      expect(reportsOf(end).map(({ status }) => status)).not.toContain("changed");
      expect({
        code: end.code,
        verdicts: reportsOf(end).flatMap(({ verdicts }) => verdicts.filter(({ ok }) => !ok)),
      }).toEqual({
        code: expect.toBeOneOf([1, 5]),
        verdicts: [],
      });
      console.log(
        `power cut at ${stage}: exit ${end.code}, ${reportsOf(end).map(({ status, message }) => `${status}: ${message}`)}`,
      );
      expect((await shop.run(["apply", ...change(n)])).code).toBe(0);
      expect(await snapshot(host)).toContain(`GREETING=g${n}`);
    });
  }

  test("an orderly reboot in AWAIT puts it back on the way down", { concurrent: false }, async () => {
    const { host, shop } = cut;
    const before = await snapshot(host);
    const down = Promise.withResolvers<void>();
    const run = shop.run(
      ndjson(3),
      at("settle", () => host.stop().then(down.resolve, down.reject)),
    );
    await down.promise;
    await host.start();
    const end = await run;
    expect(await settleAlone(host, 60)).not.toBe(null);
    // A boot starts processes anew, so the record is not of this one; nothing is owed for that.
    expect(exceptRecord(await snapshot(host))).toBe(exceptRecord(before));
    expect(
      (await shop.run(["plan", ...change(2).filter((word) => word !== "--yes"), "--detailed-exitcode"])).code,
    ).toBe(0);
    expect(reportsOf(end).map(({ status }) => status)).not.toContain("changed");
    expect(await host.shell("tail -n 1 /var/lib/svcdeploy/runs")).toContain("result=rolled-back in a reboot");
    console.log(
      `reboot in AWAIT: exit ${end.code}, ${reportsOf(end).map(({ status, message }) => `${status}: ${message}`)}`,
    );
    expect((await shop.run(["apply", ...change(3)])).code).toBe(0);
  });
});

describe("interrupted", () => {
  const three = (n: number): readonly string[] => [
    "apply",
    ...change(n),
    "--output",
    "ndjson",
    "--forks",
    "1",
  ];
  const greetings = (): Promise<readonly string[]> =>
    Promise.all(
      [...benches.values()].map(async ({ host }) => /GREETING=(\w+)/.exec(await snapshot(host))?.[1] ?? ""),
    );

  beforeAll(async () => {
    const run = await trio.run(["apply", ...change(100)]);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("SIGINT once: the host under way finishes, no other starts, exit 130", async () => {
    const [, second, third] = await greetings();
    const run = await trio.run(
      three(101),
      at("apply RESTARTING", (kill) => kill("SIGINT")),
    );
    expect(run.code).toBe(130);
    expect(reportsOf(run).map(({ status }) => status)).toEqual(["changed", "skipped", "skipped"]);
    expect(run.stderr).toMatch(/no new host starts; the hosts under way finish/);
    expect(await greetings()).toEqual(["g101", second, third]);
    for (const { host } of benches.values()) expect(await settleAlone(host, 10)).not.toBe(null);
  });

  for (const [what, signals, forks, n] of [
    ["SIGINT twice", ["SIGINT", "SIGINT"], "3", 103],
    ["SIGTERM once", ["SIGTERM"], "3", 105],
    ["SIGTERM once, two of three not begun", ["SIGTERM"], "1", 106],
  ] as const) {
    test(`${what}: gone within two seconds, saying that the hosts decide; they put themselves back`, async () => {
      const before = await Promise.all([...benches.values()].map(({ host }) => snapshot(host)));
      let lastAt = 0;
      const run = await trio.run(
        ["apply", ...change(n), "--output", "ndjson", "--forks", forks],
        at("settle", (kill) => {
          const [first, second] = signals;
          lastAt = performance.now();
          kill(first);
          if (second === undefined) return;
          setTimeout(() => {
            lastAt = performance.now();
            kill(second);
          }, 300);
        }),
      );
      const took = performance.now() - lastAt;
      expect(took).toBeLessThan(2000);
      expect(run.code).toBe(130);
      expect(run.stderr).toMatch(/undoes it by itself/);
      expect(run.stderr.includes("SIGTERM")).toBe(signals[0] === "SIGTERM");
      expect(eventsOf(run).some((event) => event.type === "run-interrupted" && event.detached)).toBe(true);
      expect(reportsOf(run).map(({ status, cause }) => `${status} ${cause}`)).toEqual(
        forks === "1"
          ? ["unknown interrupted", "skipped interrupted", "skipped interrupted"]
          : Array.from({ length: 3 }, () => "unknown interrupted"),
      );
      const seconds = await Promise.all([...benches.values()].map(({ host }) => settleAlone(host, 45)));
      console.log(
        `${what}: gone after ${Math.round(took)} ms; the hosts were back after ${seconds.map((each) => each?.toFixed(1)).join(", ")} s`,
      );
      expect(await Promise.all([...benches.values()].map(({ host }) => snapshot(host)))).toEqual(before);
    });
  }

  test("no one reads the output any more: the apply goes on to its end", async () => {
    const words = [process.execPath, main, "apply", ...change(104), "--project", trio.folder];
    const child = spawn("bash", ["-c", '"$@" | head -n 1; exit "$PIPESTATUS"', "bash", ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => {
      said += text.toString("utf8");
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    expect(said.split("\n").length).toBe(2);
    expect(code).toBe(0);
    expect(await greetings()).toEqual(["g104", "g104", "g104"]);
  });
});
