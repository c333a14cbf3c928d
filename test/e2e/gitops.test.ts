/**
 * The GitOps job end to end: a push to a bare repository, its hook runs the demo's CI script with a bare
 * environment, the host changes.
 */
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { webService } from "../support/workshop.ts";

const runFile = promisify(execFile);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const script = path("../../playbooks/demo/ci/svcdeploy.sh");

/** The service's secret, from a variable of the job. */
const TOKEN = "canary-7c1e<&>5d";
const service = (): string => webService({ extra: "secrets: { TOKEN: { env: TOKEN } }" });

let host: TestHost;
let folder: string;
let clone: string;

/**
 * What a server does with a push: checks the commit out, and runs the job with nothing in its environment but
 * what the job needs.
 */
const hook = (knownHosts: string, identity: string): string => `#!/bin/sh
set -eu
while read -r _ new ref; do
  rm -rf "${folder}/job" "${folder}/tmp"
  mkdir "${folder}/tmp"
  (
    unset $(git rev-parse --local-env-vars)
    git clone --quiet --no-checkout "${folder}/bare.git" "${folder}/job"
    git -C "${folder}/job" checkout --quiet --detach "$new"
  )
  cd "${folder}/job/deploy"
  status=0
  env -i PATH="$PATH" GIT_DIR="$GIT_DIR" TMPDIR="${folder}/tmp" GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="${folder}/summary" \\
    GITHUB_WORKSPACE="${folder}/job" GITHUB_EVENT_NAME=push GITHUB_REF="$ref" \\
    SVCDEPLOY="${process.execPath} ${main}" \\
    SVCDEPLOY_SSH_KEY="$(cat "${identity}")" SVCDEPLOY_KNOWN_HOSTS="$(cat "${knownHosts}")" \\
    TOKEN='${TOKEN}' setsid sh ci/svcdeploy.sh >"${folder}/log" 2>&1 </dev/null || status=$?
  echo "$status" >"${folder}/status"
done
`;

beforeAll(async () => {
  host = await startHost({ systemd: 252 });
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-gitops-"));
  clone = join(folder, "clone");
  await runFile("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, "bare.git")]);
  await runFile("git", ["init", "--quiet", "--initial-branch=main", clone]);
  writeFileSync(join(folder, "bare.git/hooks/post-receive"), hook(host.knownHosts, host.identity));
  chmodSync(join(folder, "bare.git/hooks/post-receive"), 0o755);
  const inventory = `defaults: { address: ${host.address}, user: root, become: none, systemd: 247 }\nhosts:\n  h1: { port: ${host.port} }\nprotected: true\n`;
  write("svcdeploy.yaml", "name: shop\n");
  write("inventory/prod.yaml", inventory);
  write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\n');
  write("services/web.yaml", service());
  write(
    "templates/web.conf.hbs",
    "version={{values.version}}\n{{#each values.conf}}{{@key}}={{this}}\n{{/each}}",
  );
  write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 8s } }\n",
  );
  for (const [from, to] of [
    [path("../support/web.pl"), "artifacts/web.pl"],
    [script, "ci/svcdeploy.sh"],
  ] as const) {
    mkdirSync(join(clone, "deploy", dirname(to)), { recursive: true });
    cpSync(from, join(clone, "deploy", to));
  }
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await removeHosts();
});

function write(file: string, content: string): void {
  mkdirSync(join(clone, "deploy", dirname(file)), { recursive: true });
  writeFileSync(join(clone, "deploy", file), content);
}

async function git(...words: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
  return (await runFile("git", ["-C", clone, ...who, ...words])).stdout.trim();
}

/** No job may tell the secret, whatever else it tells. */
afterEach(async () => {
  const told = await runFile("grep", ["-rlF", "canary-7c1e", join(folder, "log"), join(folder, "job")]).catch(
    () => ({ stdout: "" }),
  );
  expect(told.stdout).toBe("");
});

type Job = {
  readonly status: string;
  readonly log: string;
  readonly commit: string;
  readonly report: (name: string) => string;
};

/** Pushes what HEAD is to a branch; the push returns when the job has ended. */
async function push(branch: string): Promise<Job> {
  rmSync(join(folder, "summary"), { force: true });
  await git("push", "--quiet", "--force", join(folder, "bare.git"), `HEAD:refs/heads/${branch}`);
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  return {
    status: read("status").trim(),
    log: read("log"),
    commit: await git("rev-parse", "HEAD"),
    report: (name) => (name === "summary" ? read("summary") : read(`job/deploy/svcdeploy-reports/${name}`)),
  };
}

async function commit(message: string): Promise<void> {
  await git("add", "--all");
  await git("commit", "--quiet", "--message", message);
}

const live = (): Promise<string> => host.shell("curl -s http://127.0.0.1:18080/ready");
const lastRun = (): Promise<string> => host.shell("tail -n 1 /var/lib/svcdeploy/runs 2>/dev/null || true");

test("a branch is planned: nothing on the host changes, the reports say what would, and no key is left", async () => {
  await commit("first");
  const job = await push("topic");
  expect({ status: job.status, log: job.log }).toMatchObject({
    status: "0",
    log: expect.stringContaining("what topic would do to prod"),
  });
  expect(job.report("plan.md")).toMatch(/^<!-- svcdeploy:plan:prod:deploy -->\n/);
  expect(job.report("plan.md")).toContain("start web.service");
  expect(job.report("plan.md")).toContain(`commit ${job.commit} (clean tree), run`);
  expect(job.report("summary")).toBe(job.report("plan.md"));
  expect(job.report("rendered.txt")).toContain("ExecStart=/opt/web/current/web.pl");
  expect(await lastRun()).toBe("");
  expect(readdirSync(join(folder, "tmp")).filter((name) => name.startsWith("svcdeploy"))).toEqual([]);
  expect(statSync(join(folder, "job/deploy/svcdeploy-reports/plan.md")).mode & 0o777).toBe(0o644);
});

test("the main branch is applied: the change is live, and the commit stands in the host's record and in every report", async () => {
  const job = await push("main");
  expect({ status: job.status, log: job.log }).toMatchObject({ status: "0" });
  expect(JSON.parse(await live())).toEqual({ status: "ok", version: "1.0" });
  expect(await lastRun()).toContain(`commit=${job.commit} tree=clean`);
  for (const name of ["apply.md", "junit.xml", "apply.ndjson", "summary"])
    expect(job.report(name)).toContain(job.commit);
  expect(job.report("junit.xml")).toContain('tests="1" failures="0" errors="0" skipped="0"');
  expect(await host.shell("cat /etc/svcdeploy/env/web.env")).toContain(TOKEN);
});

test("a mistake in a file: red with 65, annotated at its line from the repository's folder, nothing is asked of the host", async () => {
  const before = await lastRun();
  write("services/web.yaml", service().replace("settle: 3s", "setle: 3s"));
  await commit("mistake");
  const job = await push("main");
  expect(job.status).toBe("65");
  const line = service().split("\n").indexOf("settle: 3s") + 1;
  expect(job.log).toContain(`::error file=deploy/services/web.yaml,line=${line},col=1,title=svcdeploy::`);
  expect(JSON.parse(job.report("gitlab.json"))).toMatchObject([
    { location: { path: "deploy/services/web.yaml", lines: { begin: line } } },
  ]);
  expect(job.report("apply.md")).toContain(`deploy/services/web.yaml:${line}:1`);
  expect(job.report("junit.xml")).toContain(job.commit);
  expect(await lastRun()).toBe(before);
  await git("revert", "--no-edit", "HEAD");
});

test("a configuration that breaks health: red with 5, the host is on the old version, and the reports say so", async () => {
  write("values/base.yaml", 'version: "2.0"\ngreeting: hello\nconf: { status: "503" }\n');
  await commit("break health");
  const job = await push("main");
  expect(job.status).toBe("5");
  expect(JSON.parse(await live())).toEqual({ status: "ok", version: "1.0" });
  expect(await host.shell("cat /etc/web/web.conf")).toBe("version=1.0\n");
  expect(await lastRun()).toMatch(new RegExp(`commit=${job.commit} .*result=rolled`));
  expect(job.report("apply.md")).toContain("1 rolled-back");
  expect(job.report("apply.md")).toContain("503");
  expect(job.report("junit.xml")).toMatch(/<failure message="rolled-back: [^"]*ready/);
  expect(job.log).toMatch(
    /^::error file=deploy\/inventory\/prod\.yaml,line=3,col=\d+,title=h1%3A rolled-back::/m,
  );
  expect(job.report("junit.xml")).toContain(job.commit);
});

test("the revert: green, and live", async () => {
  await git("revert", "--no-edit", "HEAD");
  const reverted = await push("main");
  expect({ status: reverted.status, log: reverted.log }).toMatchObject({ status: "0" });
  expect(JSON.parse(await live())).toEqual({ status: "ok", version: "1.0" });
  expect(reverted.report("apply.md")).toContain(reverted.commit);
  write("values/base.yaml", 'version: "1.1"\ngreeting: hello\nconf: {}\n');
  await commit("go on");
  const job = await push("main");
  expect({ status: job.status, log: job.log }).toMatchObject({ status: "0" });
  expect(JSON.parse(await live())).toEqual({ status: "ok", version: "1.1" });
  expect(await lastRun()).toContain(`commit=${job.commit} tree=clean`);
  expect(job.report("apply.md")).toContain("1 changed");
});
