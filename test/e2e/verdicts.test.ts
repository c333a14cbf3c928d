/**
 * Each way in which a service fails, staged on real systemd: the verdict's name, the sentence that explains
 * it, and a host put back.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesOf, jobsOf, unitsOf } from "../support/host-state.ts";
import {
  cgroupMode,
  removeHosts,
  type SystemdVersion,
  startHost,
  systemdVersions,
  type TestHost,
} from "../support/hosts.ts";
import { makeWorkshop, type Workshop, webService } from "../support/workshop.ts";

/** One way to fail: how the service file differs, how the program behaves, and what must be said of it. */
type Failure = {
  readonly name: string;
  readonly cause: string;
  readonly isActive: string;
  readonly says: readonly (string | RegExp)[];
  /** More lines of the service block, replacing those of the same name. */
  readonly directives?: Readonly<Record<string, string>>;
  readonly conf?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly settle?: string;
  /** How the report's message reads. */
  readonly headline?: RegExp;
  /** The versions that it is staged on. */
  readonly on: readonly SystemdVersion[];
};

const v2 = cgroupMode() === "cgroup2fs";

/** Executable by its mode, and nothing that the kernel can execute; a program that is absent is refused by the plan. */
const NO_PROGRAM = "/usr/local/bin/no-program";

const failures: readonly Failure[] = [
  {
    name: "start limit hit",
    cause: "start-limit",
    isActive: "failed",
    says: [/systemd gave up after 1 restart \(StartLimitBurst=1\)/, "the main process exited with status 7"],
    directives: { RestartSec: "0", StartLimitBurst: "1" },
    conf: { exit_at_once: "7" },
    type: "exec",
    on: systemdVersions,
  },
  {
    name: "crash loop",
    cause: "crash-loop",
    isActive: "activating",
    says: ["systemd keeps restarting it", "the main process exited with status 3"],
    conf: { crash_after: "1" },
    on: systemdVersions,
  },
  {
    name: "READY=1 never came",
    cause: "not-ready",
    isActive: "failed",
    says: ["READY=1 did not come within TimeoutStartSec=, so systemd killed it", "said it all"],
    directives: { TimeoutStartSec: "1s", Restart: "no" },
    conf: { never_ready: "1", talk: "60" },
    on: [247, 252],
  },
  {
    name: "watchdog",
    cause: "watchdog",
    isActive: "activating",
    says: ["the service did not send WATCHDOG=1 in time, so systemd killed it (WatchdogSec=)"],
    directives: { WatchdogSec: "1s" },
    on: [252],
  },
  {
    name: "core dump",
    cause: "core-dump",
    isActive: "failed",
    says: ["the main process crashed with SIGSEGV and dumped core", "about to dump core"],
    directives: { LimitCORE: "infinity", WorkingDirectory: "/tmp", Restart: "no" },
    conf: { dump_core: "1" },
    type: "exec",
    on: [257],
  },
  {
    name: "out of memory",
    cause: v2 ? "out-of-memory" : "signal",
    isActive: "failed",
    says: v2 ? ["the kernel killed a process of the unit because memory ran out"] : ["SIGKILL", "MemoryMax="],
    directives: { MemoryMax: "40M", Restart: "no" },
    conf: { eat_memory: "1" },
    type: "exec",
    on: systemdVersions,
  },
  {
    name: "203 EXEC",
    cause: "exec-failed",
    isActive: "failed",
    says: [
      "exit status 203/EXEC: the program cannot be executed: it is not there, not executable, or built for another system",
    ],
    directives: { ExecStart: NO_PROGRAM, Restart: "no" },
    headline:
      /^web\.service: exec-failed: ExecStart=\/usr\/local\/bin\/no-program(: Exec format error)? \(systemctl start web\.service ended with 1\)$/,
    on: [252],
  },
  {
    name: "200 CHDIR",
    cause: "exec-failed",
    isActive: "failed",
    says: ["exit status 200/CHDIR: the working directory cannot be entered (WorkingDirectory=)"],
    directives: { WorkingDirectory: "/nowhere", Restart: "no" },
    on: [257],
  },
  {
    name: "217 USER",
    cause: "exec-failed",
    isActive: "failed",
    says: ["exit status 217/USER: the user is not there or cannot be taken (User=)"],
    directives: { User: "nobody-here", Restart: "no" },
    headline: /^web\.service: exec-failed: User=nobody-here/,
    on: [247],
  },
  {
    name: "226 NAMESPACE",
    cause: "exec-failed",
    isActive: "failed",
    says: ["exit status 226/NAMESPACE"],
    directives: { ReadWritePaths: "/srv/none", Restart: "no" },
    headline: /^web\.service: exec-failed: ReadWritePaths=\/srv\/none/,
    on: [257],
  },
  {
    name: "a process that ends without a restart is no crash loop",
    cause: "exit-code",
    isActive: "failed",
    says: ["the main process exited with status 3"],
    conf: { crash_after: "1" },
    directives: { Restart: "no" },
    settle: "4s",
    on: [252],
  },
  {
    name: "exited 0 at once",
    cause: "exited-at-once",
    isActive: "inactive",
    says: [
      /the main process ended on its own .*without an error; a program that forks into the background needs Type=forking/,
    ],
    conf: { exit_at_once: "0" },
    type: "exec",
    on: [252],
  },
  {
    name: "active but the port is closed",
    cause: "running",
    isActive: "active",
    says: ["http://127.0.0.1:18080/ready", "nothing answers at 127.0.0.1:18080"],
    conf: { closed: "1" },
    on: [257],
  },
];

afterAll(removeHosts);
afterAll(() => {
  const count = failures.reduce((sum, { on }) => sum + on.length, 0);
  console.log(`${failures.length} kinds of failure staged, ${count} times in all; cgroups: ${cgroupMode()}`);
});

for (const systemd of systemdVersions) {
  describe.concurrent(`systemd ${systemd}`, () => {
    let host: TestHost;
    let shop: Workshop;
    let before = "";
    beforeAll(async () => {
      host = await startHost({ systemd });
      shop = makeWorkshop([host]);
      await host.shell(`echo 'no program' >${NO_PROGRAM}; chmod 755 ${NO_PROGRAM}`);
      shop.write(
        "playbooks/site.yaml",
        "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 3s } }\n",
      );
      before = await filesOf(host, LEFT);
    });
    afterAll(() => shop.remove());

    for (const failure of failures.filter(({ on }) => on.includes(systemd))) {
      test(failure.name, { concurrent: false }, async () => {
        shop.write("services/web.yaml", serviceFile(failure));
        shop.write("values/test.yaml", JSON.stringify({ conf: failure.conf ?? {} }));
        const run = await shop.run(["apply", "--env", "test", "--yes", "--output", "json"]);
        const report = hostReport(run.stdout);
        const verdict = report.verdicts.find(({ unit }) => unit === "web.service");
        expect({ cause: verdict?.cause, isActive: verdict?.isActive }).toEqual({
          cause: failure.cause,
          isActive: failure.isActive,
        });
        const told = [
          report.message,
          ...report.verdicts.map(({ detail }) => detail),
          ...report.health.map(({ check, detail }) => `${check}: ${detail}`),
        ];
        const text = [...told, ...report.journal.flatMap(({ lines }) => lines)].join("\n");
        for (const words of failure.says) expect(text).toMatch(words);
        expect(report.message).toMatch(failure.headline ?? /./);
        expect({ code: run.code, status: report.status, cause: report.cause }).toEqual({
          code: 5,
          status: "rolled-back",
          cause: "unhealthy",
        });
        expect(await filesOf(host, LEFT)).toBe(before);
        expect(await unitsOf(host, "web.service")).toContain("LoadState=not-found\nActiveState=inactive");
        expect(await jobsOf(host)).toBe("");
      });
    }
  });
}

/** What an undone first apply leaves: the account, and svcdeploy's own parts. */
const LEFT = [
  ...["passwd", "group", "shadow", "gshadow", "subuid", "subgid"].flatMap((name) => [
    `/etc/${name}`,
    `/etc/${name}-`,
  ]),
  "/etc/.pwd.lock",
  "/var/lib/svcdeploy",
  "/etc/systemd/system/svcdeploy-recover.service",
  "/etc/systemd/system/multi-user.target.wants/svcdeploy-recover.service",
];

function serviceFile({ directives = {}, type = "notify", settle = "2s" }: Failure): string {
  const { StartLimitBurst = "4", ...block } = directives;
  const written = webService({ type })
    .replace("settle: 3s", `settle: ${settle}`)
    .replace("StartLimitBurst: 4", `StartLimitBurst: ${StartLimitBurst}`)
    .split("\n");
  const isReplaced = (line: string): boolean =>
    Object.keys(block).some((name) => line.startsWith(`  ${name}:`));
  const kept = written.filter((line) => !isReplaced(line));
  const lines = Object.entries(block).map(([name, value]) => `  ${name}: "${value}"`);
  return kept.flatMap((line) => (line === "service:" ? [line, ...lines] : [line])).join("\n");
}

type Told = {
  readonly status: string;
  readonly cause: string;
  readonly message: string;
  readonly verdicts: readonly {
    readonly unit: string;
    readonly cause: string;
    readonly isActive: string;
    readonly detail: string;
  }[];
  readonly health: readonly { readonly check: string; readonly detail: string }[];
  readonly journal: readonly { readonly lines: readonly string[] }[];
};

function hostReport(stdout: string): Told {
  const document: { readonly hosts: readonly Told[] } = JSON.parse(stdout);
  const [report] = document.hosts;
  if (report === undefined) throw new Error(`no host in the report: ${stdout}`);
  return report;
}
