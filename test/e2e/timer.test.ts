/**
 * The installed timer on real hosts: units that every systemd takes, runs that fire, and an installation that
 * undoes what it cannot finish.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";
import { timerLookQuestion } from "../../src/host/timer-answer.ts";
import { dist } from "../support/dist.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const CONF = "/etc/web/web.conf";
const UNIT = "svcdeploy-drift-workshop.self";

let hosts: readonly TestHost[];
let on: TestHost;
let workshop: Workshop;
let folder: string;

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "timer" })));
  const found = hosts.find(({ systemd }) => systemd === 252);
  if (found === undefined) throw new Error("there is no host with systemd 252");
  on = found;
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-timer-"));
  workshop = makeWorkshop([on]);
  const inventory = `defaults: { user: root, become: none, systemd: 247 }\nhosts:\n  h1: { address: 127.0.0.1, port: ${on.port} }\n`;
  workshop.write("inventory/self.yaml", inventory);
  expect(await workshop.run(["apply", "--env", "test", "--yes"])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  workshop?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  await removeHosts();
});

test.each(["15min", "7min"])(
  "systemd 247, 252 and 257 find nothing in the units of every %s",
  async (every) => {
    const out = join(folder, `units-${every}`);
    const words = [
      "install-timer",
      "--env",
      "test",
      "--every",
      every,
      "--out",
      out,
      "--prometheus",
      "/run/svcdeploy.prom",
    ];
    expect(await workshop.run(words)).toMatchObject({ code: 0, stderr: "" });
    const names = readdirSync(out);
    for (const host of hosts) {
      for (const name of names) {
        // verify wants the program to be there, and a host has no node.
        const text = readFileSync(join(out, name), "utf8").replace(/^ExecStart=\S+/m, "ExecStart=/bin/true");
        await host.exec(["sh", "-c", `cat >/run/${name}`], text);
      }
      const verified = await host.exec(["systemd-analyze", "verify", ...names.map((name) => `/run/${name}`)]);
      expect({ systemd: host.systemd, ...verified }).toEqual({
        systemd: host.systemd,
        status: 0,
        stdout: "",
        stderr: "",
      });
    }
  },
);

test.each([[["dash"]], [["bash", "--posix"]], [["busybox", "sh"]]])(
  "%j tells by timer.sh what the host has",
  async (shell) => {
    const nonce = "ab".repeat(16);
    const order = { project: "/srv/absent", environment: "test" };
    const answer = await on.exec(
      [...shell, "-c", timerLookQuestion.script.text],
      writeQuestion(timerLookQuestion, order, nonce),
    );
    expect(readAnswer(timerLookQuestion, order, { host: "h1", nonce, ...answer })).toMatchObject({
      uid: "0",
      systemd: true,
      node: null,
      program: null,
      project: false,
    });
  },
);

test("refused with what is missing, then installed: silent, failed on drift, and taken away", {
  timeout: 900_000,
}, async () => {
  const reach = ["--env", "self", "--on", "h1", "--identity", on.identity, "--known-hosts", on.knownHosts];
  const there = ["--project-on", "/srv/shop", "--identity-on", "/srv/key", "--known-hosts-on", "/srv/known"];
  const install = (): Promise<Run> => workshop.run(["install-timer", ...reach, ...there, "--every", "1min"]);
  const remove = (): Promise<Run> => workshop.run(["install-timer", ...reach, "--remove"]);

  const early = await install();
  expect(early.code).toBe(1);
  expect(early.stderr).toMatch(/no node .*\n.*no svcdeploy .*\n.*there is no \/srv\/shop\/svcdeploy\.yaml/);
  await equip();
  await undoesWhatItCannotFinish(install);

  expect(await install()).toMatchObject({ code: 0, stderr: "" });
  await until(300_000, "a clean run of the timer", () => ended("0"));
  expect(await said()).toBe("");
  await on.shell(`echo '# by hand' >>${CONF}`);
  await until(300_000, "a run of the timer that finds drift", () => ended("2"));
  await until(60_000, "its report in the journal", async () =>
    (await said()).includes("svcdeploy drift of workshop, self: 1 finding on h1\n") ? true : null,
  );
  expect(await on.shell("systemctl --failed --plain --no-legend")).toContain(`${UNIT}.service`);

  expect(await remove()).toMatchObject({ code: 0, stderr: "" });
  expect(
    await on.shell(`ls /etc/systemd/system /etc/systemd/system/timers.target.wants | grep drift || true`),
  ).toBe("");
  expect(await on.shell(`systemctl list-units --all --plain --no-legend '${UNIT}.timer'`)).toBe("");
  expect((await remove()).stdout).toContain("Nothing to remove");
});

/** The last run came to its end, with this exit status. */
async function ended(status: string): Promise<true | null> {
  const shown = await on.shell(
    `systemctl show -p ActiveState -p ExecMainStatus -p ExecMainExitTimestampMonotonic ${UNIT}.service`,
  );
  const isOver =
    !shown.includes("ExecMainExitTimestampMonotonic=0\n") && /^ActiveState=(?:inactive|failed)$/m.test(shown);
  return isOver && shown.includes(`ExecMainStatus=${status}\n`) ? true : null;
}

/**
 * Everything that runs have said; by the identifier, because a dying process's last lines may belong to no
 * unit.
 */
function said(): Promise<string> {
  return on.shell("journalctl -q -o cat -t svcdeploy-drift || true");
}

/**
 * systemd cannot enable a timer where a file is in the way: nothing of it stays, and what is not ours is
 * left alone.
 */
async function undoesWhatItCannotFinish(install: () => Promise<Run>): Promise<void> {
  const wants = "/etc/systemd/system/timers.target.wants";
  await on.shell(`mkdir -p ${wants} && mv ${wants} /run/wants && touch ${wants}`);
  const failed = await install();
  await on.shell(`rm ${wants} && cp -a /run/wants ${wants}`);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/^h1: the timer was not installed: systemctl --system enable\s/);
  expect(await on.shell("ls /etc/systemd/system | grep drift || true")).toBe("");
  const foreign = `/etc/systemd/system/${UNIT}.timer`;
  await on.shell(`echo '[Timer]' >${foreign}`);
  expect((await install()).stderr).toMatch(/was not\s+written by/);
  expect(await on.shell(`cat ${foreign} && rm ${foreign}`)).toBe("[Timer]\n");
}

/** node, the built program, the project and a way to log in, as an operator would have put them there. */
async function equip(): Promise<void> {
  const copy = (from: string, to: string): Promise<unknown> =>
    run("docker", ["cp", "--quiet", from, `${on.name}:${to}`]);
  await on.shell("mkdir -p /usr/local/lib/svcdeploy");
  await copy(process.execPath, "/usr/local/bin/node");
  await copy(dist, "/usr/local/lib/svcdeploy/dist");
  await copy(join(root, "package.json"), "/usr/local/lib/svcdeploy/package.json");
  await copy(workshop.folder, "/srv/shop");
  await copy(on.identity, "/srv/key");
  await copy(on.knownHosts, "/srv/known");
  await on.shell(`ln -s ../lib/svcdeploy/dist/main.js /usr/local/bin/svcdeploy
    sed -i 's/port: ${on.port}/port: 22/' /srv/shop/inventory/self.yaml
    sed -i 's/^\\[127.0.0.1\\]:${on.port} /127.0.0.1 /' /srv/known
    chown -R root:root /srv && chmod 600 /srv/key`);
}
