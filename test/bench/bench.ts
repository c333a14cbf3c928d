/**
 * `npm run bench`: what the command costs beside the tools one would compare it with, as ratios measured in
 * turns in one run. A table, no test.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Host } from "../../src/core/model/declared.ts";
import { scripts } from "../../src/host/scripts.ts";
import { readArtifact } from "../../src/project/read-artifact.ts";
import { makeConnector } from "../../src/remote/ssh.ts";
import { cgroupMode, removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeProjectFolder, type Workshop, webService } from "../support/project-folder.ts";
import { benchInventory } from "./inventory.ts";
import { benchLint } from "./lint.ts";

const run = promisify(execFile);
const dist = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const ROUNDS = 15;
const UPLOAD_ROUNDS = 7;
const MEGABYTES = 100;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const row = (what: string, value: string, goal = ""): void =>
  console.log(`${what.padEnd(72)} ${value.padStart(16)}  ${goal}`);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const sshOptions = (host: TestHost, more: readonly string[]): string[] => [
  "-F",
  "none",
  "-i",
  host.identity,
  "-o",
  `UserKnownHostsFile=${host.knownHosts}`,
  "-o",
  "BatchMode=yes",
  "-o",
  "StrictHostKeyChecking=yes",
  ...more,
];
const sshTrue = (hosts: readonly TestHost[], more: readonly string[] = []): Promise<unknown> =>
  Promise.all(
    hosts.map((host) =>
      run("ssh", [...sshOptions(host, more), "-p", String(host.port), "root@127.0.0.1", "true"]),
    ),
  );
const cli = (args: readonly string[]): Promise<unknown> => run(process.execPath, [dist, ...args]);
const plan = (shop: Workshop): string[] => ["plan", "--env", "test", "--project", shop.folder];

async function benchPlan(hosts: readonly TestHost[], shop: Workshop): Promise<void> {
  const times: Record<"plan" | "stock" | "classical" | "version" | "node", number[]> = {
    plan: [],
    stock: [],
    classical: [],
    version: [],
    node: [],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.plan.push(await timed(() => cli(plan(shop))));
    times.stock.push(await timed(() => sshTrue(hosts)));
    times.classical.push(await timed(() => sshTrue(hosts, ["-o", "KexAlgorithms=curve25519-sha256"])));
    times.version.push(await timed(() => cli(["--version"])));
    times.node.push(await timed(() => run(process.execPath, ["-e", "0"])));
  }
  const [ours, stock, classical] = [median(times.plan), median(times.stock), median(times.classical)];
  const n = hosts.length;
  row(`no-op plan of ${n} hosts`, `${ours.toFixed(0)} ms`);
  row(`ssh host true, ${n} in parallel, stock`, `${stock.toFixed(0)} ms`);
  row(`ssh host true, ${n} in parallel, -o KexAlgorithms=curve25519-sha256`, `${classical.toFixed(0)} ms`);
  row("plan / ssh true, stock", (ours / stock).toFixed(2), "at most 1.5");
  row("plan / ssh true, curve25519-sha256", (ours / classical).toFixed(2), "at most 3.0");
  row("--version / node -e 0", (median(times.version) / median(times.node)).toFixed(2));
}

/** sshd's own count, at LogLevel VERBOSE: connections taken and sessions started since the mark. */
async function countSsh(
  host: TestHost,
  work: () => Promise<unknown>,
): Promise<{ connections: number; channels: number }> {
  const lines = async (): Promise<string[]> =>
    (await host.shell("journalctl -q -o cat -t sshd -t sshd-session")).split("\n");
  const before = (await lines()).length;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const seen = (await lines()).slice(before - 1);
  return {
    connections: seen.filter((text) => text.startsWith("Connection from")).length,
    channels: seen.filter((text) => text.startsWith("Starting session")).length,
  };
}

async function benchConnections(host: TestHost, shop: Workshop, services: number): Promise<void> {
  const { connections, channels } = await countSsh(host, () => cli([...plan(shop), "--limit", "h1"]));
  row(
    `no-op plan, ${services} service${services === 1 ? "" : "s"}: TCP connections, channels per host`,
    `${connections}, ${channels}`,
    "1, 1",
  );
}

async function benchUpload(host: TestHost, folder: string): Promise<void> {
  const file = join(folder, "large");
  const bytes = MEGABYTES * 1024 * 1024;
  execFileSync("dd", ["if=/dev/urandom", `of=${file}`, "bs=1M", `count=${MEGABYTES}`, "status=none"]);
  const sha = execFileSync("sha256sum", [file], { encoding: "utf8" }).slice(0, 64);
  const target: Host = {
    name: "bench",
    address: host.address,
    port: host.port,
    user: "root",
    become: "none",
    identity: host.identity,
    knownHosts: host.knownHosts,
    connectTimeoutSeconds: 10,
    groups: [],
    vars: {},
    labels: {},
    systemd: host.systemd,
    required: false,
    place: { file: "bench", line: 1, column: 1 },
  };
  const connector = makeConnector({
    identity: null,
    knownHostsFiles: null,
    agentSocket: null,
    homeDirectory: null,
  });
  const send = async (script: { name: string; text: string }, head: string): Promise<void> => {
    const remote = await connector.connect(target);
    const input = async function* (): AsyncGenerator<string | Uint8Array> {
      if (head !== "") yield head;
      yield* readArtifact({ form: "file", path: file, strip: 0, sha256: "", size: 0 });
    };
    const { exitCode, stderr } = await remote.run(script, { input: input(), timeoutMilliseconds: 120_000 });
    remote.close();
    if (exitCode !== 0) throw new Error(`upload ended with ${exitCode}: ${stderr}`);
  };
  const cat = { name: "cat", text: "cat >/root/large\n" };
  const times: Record<"cat" | "upload" | "scp", number[]> = { cat: [], upload: [], scp: [] };
  for (let round = 0; round < UPLOAD_ROUNDS; round += 1) {
    times.scp.push(
      await timed(() =>
        run("scp", [...sshOptions(host, ["-P", String(host.port)]), file, "root@127.0.0.1:/root/large"]),
      ),
    );
    times.cat.push(await timed(() => send(cat, "")));
    await host.shell("rm -rf /var/lib/svcdeploy/upload");
    times.upload.push(
      await timed(() => send(scripts.upload, `n\n/var/lib/svcdeploy\n${"0".repeat(32)}\t${sha}\t${bytes}\n`)),
    );
  }
  const speed = (values: readonly number[]): string =>
    `${((MEGABYTES * 1000) / median(values)).toFixed(0)} MB/s`;
  row(`upload of ${MEGABYTES} MB, connect included: scp`, speed(times.scp));
  row("the same bytes over our connection (cat > file)", speed(times.cat));
  row("the same as an artifact: hashed and synced on the host", speed(times.upload));
  row("our connection / scp", (median(times.scp) / median(times.cat)).toFixed(2), "at least 1.0");
  row("artifact / scp (scp neither hashes nor syncs)", (median(times.scp) / median(times.upload)).toFixed(2));
}

/** VmHWM of a run, read from /proc until it ends. */
async function peakMegabytes(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      peak = Math.max(peak, Number(match?.[1] ?? 0));
    } catch {
      // the process has ended between two looks
    }
  }, 5);
  await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  return peak / 1024;
}

function addServices(shop: Workshop): void {
  const names = ["web", "w2", "w3", "w4", "w5"];
  for (const [index, name] of names.entries()) {
    const text = webService({ type: "exec" })
      .replaceAll("/etc/web/", `/etc/${name}/`)
      .replaceAll("/opt/web/", `/opt/${name}/`)
      .replace("name: web", `name: ${name}`);
    shop.write(
      `services/${name}.yaml`,
      text
        .replace("user: web", `user: ${name}`)
        .replaceAll("18080", `1808${index}`)
        .replace("templates/web.conf.hbs", `templates/${name}.conf.hbs`),
    );
    shop.write(`templates/${name}.conf.hbs`, `version=1\nport=1808${index}\n`);
  }
  shop.write(
    "playbooks/site.yaml",
    `- { play: web, hosts: all, services: [${names.join(", ")}], rollout: { healthyDeadline: 20s } }\n`,
  );
}

const hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
const shop = makeProjectFolder(dist, hosts);
try {
  await Promise.all(
    hosts.map((host) =>
      host.shell(
        "echo 'LogLevel VERBOSE' >/etc/ssh/sshd_config.d/00-verbose.conf && systemctl reload ssh.service",
      ),
    ),
  );
  console.log(
    `\nsvcdeploy bench: systemd ${systemdVersions.join(", ")}; cgroups ${cgroupMode()}; medians of ${ROUNDS} rounds, both sides in turns\n`,
  );
  await cli(["apply", "--env", "test", "--yes", "--project", shop.folder]);
  const [first] = hosts;
  if (first === undefined) throw new Error("no host");
  await benchPlan(hosts, shop);
  await benchConnections(first, shop, 1);
  addServices(shop);
  await cli(["apply", "--env", "test", "--yes", "--project", shop.folder]);
  await benchConnections(first, shop, 5);
  await benchUpload(first, shop.folder);
  const verifier = hosts.find(({ systemd }) => systemd === 252) ?? first;
  const { lint, verify, distinct } = await benchLint(hosts, verifier, dist);
  row(`lint of 1,000 unit files (${distinct} of Debian's packages, repeated)`, `${lint.toFixed(0)} ms`);
  row("the same, files a second", ((1000 * 1000) / lint).toFixed(0));
  row("systemd-analyze verify of 252 on the same files, folder by folder", `${verify.toFixed(0)} ms`);
  await benchInventory(dist, async ({ list, ansible, patterns, file }) => {
    row("inventory list of 10,000 hosts in 101 groups", `${list.toFixed(0)} ms`);
    row(
      "ansible-inventory --list of the same",
      ansible === null ? "not installed" : `${ansible.toFixed(0)} ms`,
    );
    row("1,000 host patterns on it", `${patterns.toFixed(0)} ms`);
    const peak = await peakMegabytes([dist, "inventory", "list", "-i", file]);
    row("peak memory: inventory list of 10,000 hosts", `${peak.toFixed(0)} MB`);
  });
  row("peak memory: node -e 0", `${(await peakMegabytes(["-e", "0"])).toFixed(0)} MB`);
  row(
    `peak memory: no-op plan of ${hosts.length} hosts, 5 services`,
    `${(await peakMegabytes([dist, ...plan(shop)])).toFixed(0)} MB`,
  );
  console.log(
    "\nssh2 has no post-quantum key exchange; stock OpenSSH spends most of its time on one. The second ratio takes that advantage away.",
  );
} finally {
  rmSync(shop.folder, { recursive: true, force: true });
  await removeHosts();
}
