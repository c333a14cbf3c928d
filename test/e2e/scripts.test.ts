/**
 * The shell scripts: clean under ShellCheck, and run alike by dash, bash and busybox; a transaction that dies
 * at once leaves PID 1 alive.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProbeRequest } from "../../src/core/model/observation.ts";
import { lastState, line, stateFolder, systemScope } from "../../src/host/frames.ts";
import { probeQuestion } from "../../src/host/probe-answer.ts";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import type { Script } from "../../src/remote/remote.ts";
import { treesDigest, treesTar, treesUpload } from "../crash/bodies.ts";
import { deliverBody, deliverHead, sha256 } from "../support/deliver-input.ts";
import type { Output } from "../support/host-agent.ts";
import { cgroupMode, removeHosts, startHost, type TestHost } from "../support/hosts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync(
  [
    "src/host/*.sh",
    "docker/*.sh",
    "scripts/*.sh",
    "playbooks/*/ci/*.sh",
    "test/support/*.sh",
    "test/crash/**/*.sh",
  ],
  { cwd: root },
).sort();
const shells = [
  ["dash", "/usr/bin/dash", ["dash"]],
  ["bash", "/usr/bin/bash", ["bash", "--posix"]],
  ["busybox", "/usr/bin/busybox", ["busybox", "sh"]],
] as const;
const upload = `${stateFolder}/upload/${treesUpload}`;
let host: TestHost;

beforeAll(async () => {
  console.log(`cgroups: ${cgroupMode()}; ${files.length} scripts`);
  host = await startHost({ systemd: 252, name: "scripts" });
});
afterAll(removeHosts);

const shellcheck = spawnSync("shellcheck", ["--version"]).error === undefined;
if (!shellcheck) console.log("ShellCheck is not installed here: the scripts are not checked with it");

test.skipIf(!shellcheck).each(files)("ShellCheck finds nothing in %s", (file) => {
  // The scripts of a transaction share the variables of apply.sh or finish.sh; tree.sh, transactions.sh and versions.sh
  // are before others. ShellCheck sees only one side. The others read in nothing.
  const before = ["transactions.sh", "versions.sh", "probe.sh", "extract-corpus.sh"];
  const names = [...transactionFiles.map(({ name }) => name), ...before];
  const shares = basename(file) !== "recover.sh" && names.includes(basename(file));
  const command = ["--shell=sh", "--external-sources", ...(shares ? ["--exclude=SC2034,SC2154"] : []), file];
  const { status, stdout } = spawnSync("shellcheck", command, { cwd: root, encoding: "utf8" });
  expect(`${stdout}${status}`).toBe("0");
});

describe.each(shells)("%s", (_name, path, command) => {
  test.each(files)("parses %s", async (file) => {
    expect(await host.exec([...command, "-n"], readFileSync(`${root}/${file}`))).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  test("asks, delivers, confirms and takes back as the host's /bin/sh", async () => {
    await host.shell(
      `ln -sfn ${path} /bin/sh.new && mv -T /bin/sh.new /bin/sh && rm -rf ${stateFolder} /etc/flow /opt/flow && mount -o remount,rw /proc/sys && systemctl daemon-reload`,
    );
    await host.shell(`mkdir -p /opt/flow/releases ${stateFolder}/upload`);
    await host.exec(["sh", "-c", `cat >${upload}`], treesTar);
    const first = await transact("confirmed", "one", "-");
    expect(first.decided).toBe("CONFIRMED");
    expect(first.seen.paths.get("/etc/flow/conf")).toMatchObject({ sha256: sha256("one\n"), mode: "640" });
    expect(first.seen.units.get("flow.service")).toMatchObject({ ActiveState: "active" });
    expect(first.seen.records.get("flow.service")).toMatchObject({ restartDigest: "one" });
    expect(await host.shell(`${VALUES} && stat -c %a /run/flow-made`)).toBe("1111\n20000\t50000\n750\n");
    expect(first.seen.trees.get("/opt/flow/releases/one")?.sha256).toBe(treesDigest);
    expect(
      await host.shell(`stat -c '%U %a' /opt/flow/releases/one/bin/run && ls ${stateFolder}/upload`),
    ).toBe("root 755\n");
    await host.exec(["sh", "-c", `cat >${upload}`], treesTar);
    const second = await transact("rollback", "two", "one");
    expect(second.decided).toBe("ROLLEDBACK");
    expect(await host.shell(VALUES)).toBe("1111\n20000\t50000\n");
    expect(second.seen.paths.get("/etc/flow/conf")).toEqual({
      ...first.seen.paths.get("/etc/flow/conf"),
      ctime: expect.any(Number),
    });
    expect(second.seen.units.get("flow.service")).toMatchObject({ ActiveState: "active" });
    expect(second.seen.records.get("flow.service")).toMatchObject({ restartDigest: "one" });
    expect(second.seen.transactions).toEqual([]);
    expect(await host.shell(`ls /opt/flow/releases ${stateFolder}/upload`)).toBe(
      `/opt/flow/releases:\none\n\n${stateFolder}/upload:\n${treesUpload}\n`,
    );
    await host.shell(
      "systemctl stop flow.service && rm -rf /etc/flow /opt/flow /run/flow-made /etc/*.d/svcdeploy-flow.conf /etc/systemd/system/flow.service && ln -sfn dash /bin/sh",
    );
  });
});

test("100 transactions that die in their first milliseconds touch nothing, and PID 1 of systemd 247 answers after each", async () => {
  const old = await startHost({ systemd: 247, name: "early" });
  const plan = `${line("file", "0", "/etc/die-early", "0644", "root", "root", sha256("x"), "-")}${line("window", "60")}`;
  await old.shell("mkdir -p /var/early");
  await old.exec(["sh", "-c", "cat >/var/early/body"], deliverBody({ plan, "new/0": "x" }));
  await old.exec(["sh", "-c", "cat >/var/early/deliver.sh"], scripts.deliver.text);
  const script = readFileSync(new URL("../support/die-early.sh", import.meta.url));
  await old.exec(["sh", "-c", "cat >/var/early/die-early.sh"], script);
  const { stdout } = await old.exec(["sh", "/var/early/die-early.sh", "100"]);
  const counts = Map.groupBy(stdout.trim().split("\n"), (text) => text);
  console.log(
    `died early on systemd 247: ${[...counts].map(([text, all]) => `${text}: ${all.length}`).join(", ")}`,
  );
  expect([...counts.values()].flat()).toHaveLength(100);
  for (const text of counts.keys()) expect(text).toMatch(/^(STAGED|ROLLEDBACK|GONE) 0 untouched$/);
  expect(
    await old.shell("timeout 20 systemctl daemon-reload && timeout 20 systemctl is-system-running || true"),
  ).toMatch(/running|degraded/);
});

/** One transaction from the question to the word, with what the host is like afterwards. */
async function transact(word: "confirmed" | "rollback", text: string, before: string) {
  const id = randomBytes(16).toString("hex");
  const delivered = await run(scripts.deliver, deliverHead(id), bodyOf(text, before));
  expect(delivered).toMatchObject({ status: 0, stdout: "nonce published\nnonce launched\n" });
  const attended = await run(scripts.sample, `nonce\n${systemScope}\n1\n1\nActiveState\nflow.service\nend\n`);
  expect(attended.stdout).toContain("ActiveState=");
  await host.shell(
    `i=0; until grep -q AWAIT ${stateFolder}/txn/${id}/state || [ $i = 100 ]; do i=$((i + 1)); sleep 0.1; done`,
  );
  const decided = await run(scripts.decide, `nonce\n${stateFolder}\n${id}\n${word}\n30\n`);
  const result = await run(scripts.result, `nonce\n${stateFolder}\n${id}\n`);
  expect(result.stdout).toMatch(/nonce end\n$/);
  const answer = await run(scripts.probe, writeQuestion(probeQuestion, request, "nonce"));
  return {
    decided: lastState(decided.stdout, "nonce")?.name,
    seen: readAnswer(probeQuestion, request, { host: "h", nonce: "nonce", ...answer }),
  };
}

const request: ProbeRequest = {
  project: "demo",
  paths: [{ path: "/etc/flow/conf", sha256: null }],
  units: ["flow.service"],
  users: ["root"],
  groups: ["root"],
  mounts: ["/run"],
  manifests: { selected: [], leave: [], rest: "leave" },
  encrypted: [],
  trees: ["/opt", "/opt/flow/releases/one"],
  versions: [],
  programs: "asked",
};

function bodyOf(text: string, before: string): Uint8Array {
  const unit = "[Service]\nExecStart=/bin/sleep 1000\n";
  const fresh = before === "-";
  const plan = [
    line("directory", "0", "/etc/flow", "0755", "root", "root", fresh ? "-" : "755:root:root"),
    line(
      "file",
      "1",
      "/etc/flow/conf",
      "0640",
      "root",
      "root",
      sha256(`${text}\n`),
      fresh ? "-" : sha256(`${before}\n`),
    ),
    line(
      "file",
      "2",
      "/etc/systemd/system/flow.service",
      "0644",
      "root",
      "root",
      sha256(unit),
      fresh ? "-" : sha256(unit),
    ),
    line(
      "file",
      "4",
      "/etc/sysctl.d/svcdeploy-flow.conf",
      "0644",
      "root",
      "root",
      sha256(settings(text)),
      fresh ? "-" : sha256(settings(before)),
    ),
    line(
      "file",
      "5",
      "/etc/tmpfiles.d/svcdeploy-flow.conf",
      "0644",
      "root",
      "root",
      sha256(MADE),
      fresh ? "-" : sha256(MADE),
    ),
    line("tree", "3", `/opt/flow/releases/${text}`, treesDigest, treesUpload),
    line("unit", "flow.service"),
    line("action", "daemon-reload", "-", "120"),
    line("action", "sysctl", "/etc/sysctl.d/svcdeploy-flow.conf", "30"),
    line("action", "tmpfiles", "/etc/tmpfiles.d/svcdeploy-flow.conf", "60"),
    line("action", "restart", "flow.service", "60"),
    line("record", "flow.service", text, text),
    line("window", "60"),
  ];
  const files = { "new/1": `${text}\n`, "new/2": unit, "new/4": settings(text), "new/5": MADE };
  return deliverBody({ plan: plan.join(""), ...files });
}

const MADE = "d /run/flow-made 0750 root root -\n";

/** Of the container's own network alone; in both spellings of keys. */
function settings(text: string): string {
  const [queue, range] = text === "one" ? ["1111", "20000 50000"] : ["2222", "30000 40000"];
  return `# ours\nnet.core.somaxconn = ${queue}\nnet/ipv4/ip_local_port_range = ${range}\n`;
}

const VALUES = "cat /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ip_local_port_range";

/** As a connection runs it: the script first, its data behind it, by whatever /bin/sh is. */
function run(script: Script, ...data: readonly (string | Uint8Array)[]): Promise<Output> {
  const input = Buffer.concat([script.text, ...data].map((part) => Buffer.from(part)));
  return host.exec(["/bin/sh", "-c", `eval "$(head -c ${Buffer.byteLength(script.text)})"`], input);
}
