/** The live display in a terminal that is lower than the run has hosts: what is drawn meanwhile, and what stays. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInPty } from "../support/pty.ts";

const source = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
const HOSTS = Array.from({ length: 15 }, (_, index) => `h${index}`);

/** Thirteen hosts end well, one is undone and one let alone; the last phase but one is counted down. */
const PROGRAM = `
  import { setTimeout } from "node:timers/promises";
  import { makeSink } from ${source("src/report/lines/sink.ts")};
  import { makeTtyReporter } from ${source("src/report/run/progress-tty.ts")};
  import { sampleReport } from ${source("test/report/samples.ts")};
  const hosts = ${JSON.stringify(HOSTS)};
  const play = "stores";
  const palette = (_style, text) => text;
  const sink = makeSink({ stream: process.stdout, palette, columns: process.stdout.columns });
  const { event, close } = makeTtyReporter(sink);
  const stage = (host, stage) => event({ type: "host-stage", play, host, stage, detail: "" });
  const work = { acts: [{ verb: "restart", unit: "etcd.service" }], changes: [] };
  const health = [{ service: "etcd", check: "/", role: "ready", ok: true, detail: "", attempts: 1 }];
  event({ type: "run-started", run: "ab".repeat(16), environment: "prod", commit: "none", tree: "clean", hosts, plays: [play] });
  event({ type: "play-started", play, hosts });
  await setTimeout(300);
  const reports = [];
  for (const host of hosts) {
    stage(host, "launch");
    event({ type: "host-work", play, host, work, settleSeconds: 5, deadlineSeconds: 30 });
    if (host === "h0") await setTimeout(300);
    stage(host, "settle");
    if (host === "h0") await setTimeout(2200);
    if (host === "h7") event({ type: "run-interrupted", detached: false, message: "Interrupted." });
    if (host !== "h8") stage(host, "confirm");
    await setTimeout(30);
    const more = host === "h8" ? { status: "rolled-back", message: "etcd.service: exited" } : host === "h14" ? { status: "skipped" } : { health };
    const report = sampleReport(host, { play, durationMilliseconds: 1700, ...more });
    reports.push(report);
    event({ type: "host-finished", report });
  }
  event({ type: "run-finished", reports, exitCode: 5 });
  await close();
`;

test("each host leaves one line, the settle time is counted down, and the run's name is there", async () => {
  const words = ["sh", "-c", 'stty cols 80 rows 10; exec "$@"', "sh"];
  const program = [process.execPath, "--input-type=module", "-e", PROGRAM];
  const { code, shown } = await runInPty([...words, ...program], {
    env: { PATH: process.env.PATH ?? "", TERM: "xterm", NO_COLOR: "1" },
  });
  expect(code).toBe(0);
  expect(shown).toContain("Run abababab: prod, 15 hosts (svcdeploy show abababab)\r\n");
  for (const part of ["h0 restarting etcd", "h0 settling, 5 s left", "h0 settling, 4 s left"])
    expect(shown).toContain(`stores: 0 of 15 hosts; ${part}`);
  const stays = shown.slice(shown.lastIndexOf("✔ h0: ")).split("\r\n");
  const ends = HOSTS.map((host) => stays.find((line) => line.includes(` ${host}: `)) ?? "");
  expect(stays.slice(0, 16)).toEqual([...ends.slice(0, 7), "Interrupted.", ...ends.slice(7)]);
  expect(ends[0]).toMatch(/^✔ h0: changed, healthy after \d\.\d s \(1\.7 s\)$/);
  expect(ends[8]).toBe("✖ h8: ROLLED-BACK after 1.7 s: etcd.service: exited");
  expect(ends[14]).toBe("↓ h14: skipped");
  expect(stays[16]).toBe("✖ stores: 14 of 15 hosts, 1 failed, 1 skipped");
  expect(shown).toContain("1 rolled-back, 1 skipped, 13 changed. Done: 13 restarts.");
});
