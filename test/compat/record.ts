/**
 * Records what a released version leaves behind, for test/e2e/compat.test.ts and test/compat/: needs Docker.
 *
 *     git worktree add /tmp/v0.1 22fe365 && ln -s "$PWD/node_modules" /tmp/v0.1/
 *     node test/compat/record.ts /tmp/v0.1
 *
 * The version's own command line deploys test/compat/project to a host: 1.0, an edit by hand that is healed,
 * 1.1, drift that is sent to a receiver; then it saves a plan for 1.2. The plan is made with the controller's
 * clock set on by sixty years, so that it is still valid when this is read.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { startReceiver } from "../support/receiver.ts";
import {
  ACCOUNT_FILES,
  type Facts,
  LIST_DEPLOYED,
  makeRecordedProject,
  RECORDED,
  RECORDED_ENV,
} from "./recording.ts";

const SYSTEMD = 252;
const SIXTY_YEARS = 60 * 31_557_600_000;
/** Paths of the host that are no part of what was deployed: folders, and the copies that useradd keeps. */
const NOT_DEPLOYED =
  /^\/(?:run|tmp|root|dev|proc|sys|var\/(?:log|tmp|cache|lib\/(?:systemd|private)))(?:\/|$)/;

const checkout = resolve(process.argv[2] ?? ".");
const state = mkdtempSync(join(tmpdir(), "svcdeploy-record-"));
const host = await startHost({ systemd: SYSTEMD, name: "record" });
try {
  await record(host);
} finally {
  rmSync(state, { recursive: true, force: true });
  await removeHosts();
}

async function record(host: TestHost): Promise<void> {
  const shop = makeRecordedProject(host);
  const receiver = await startReceiver();
  const run = (words: readonly string[], expected: number, nodeOptions = ""): Promise<void> =>
    runRelease([...words, "--project", shop.folder], expected, nodeOptions);
  const older = ["--env", "test", "--set", "version=1.0", "--set", "greeting=hello"];
  const [pathsBefore, accountsBefore] = [changedPaths(host), await readAccounts(host)];

  await run(["apply", "--yes", ...older], 0);
  const first = await host.shell(LIST_DEPLOYED);
  await host.shell("echo '# by hand' >>/etc/web/web.conf");
  await run(["drift", "--heal", "--grace", "0s", ...older], 0);
  await run(["apply", "--yes", "--env", "test"], 0);
  const second = await host.shell(LIST_DEPLOYED);
  await host.shell("cp -p /etc/web/web.conf /tmp/kept; echo '# by hand' >>/etc/web/web.conf");
  await run(["drift", "--heal", "--grace", "1h", "--notify", receiver.url, "--env", "test"], 2);
  await host.shell("cp -p /tmp/kept /etc/web/web.conf");
  receiver.close();

  rmSync(RECORDED, { recursive: true, force: true });
  mkdirSync(RECORDED, { recursive: true });
  const planned = ["--out", join(RECORDED, "plan.json"), "--valid-for", "1y"];
  const newer = ["--set", "version=1.2", "--set", "greeting=saved"];
  await run(["plan", "--env", "test", ...newer, ...planned], 0, laterClock());
  execFileSync("tar", ["-czf", join(RECORDED, "state.tar.gz"), "-C", state, "svcdeploy"]);
  execFileSync("tar", ["-czf", join(RECORDED, "schemas.tar.gz"), "-C", checkout, "schemas"]);
  const earlier = new Set(pathsBefore);
  const paths = changedPaths(host).filter((path) => !earlier.has(path) && !ACCOUNT_FILES.includes(path));
  packHost(host, ["/etc/machine-id", ...paths]);
  const commit = execFileSync("git", ["-C", checkout, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const accounts = added(accountsBefore, await readAccounts(host));
  const facts: Facts = { commit, systemd: SYSTEMD, deployed: { "1.0": first, "1.1": second }, accounts };
  writeFileSync(join(RECORDED, "facts.json"), `${JSON.stringify(facts, null, 2)}\n`);
  shop.remove();
}

/** Runs the recorded version's command line, its output on the terminal. */
function runRelease(words: readonly string[], expected: number, nodeOptions: string): Promise<void> {
  console.log(`\n$ svcdeploy ${words.join(" ")}`);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    XDG_STATE_HOME: state,
    NODE_OPTIONS: nodeOptions,
    SVCDEPLOY_NOTIFY_KEY: "the key of the recorded notifications",
    ...RECORDED_ENV,
  };
  const child = spawn(process.execPath, [join(checkout, "src/main.ts"), ...words], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) =>
      code === expected ? done() : failed(new Error(`exit status ${code}, not ${expected}`)),
    );
  });
}

/** A Node option that sets the process's clock on. */
function laterClock(): string {
  const text = `const now = Date.now; Date.now = () => now() + ${SIXTY_YEARS};`;
  return `--import=data:text/javascript,${encodeURIComponent(text)}`;
}

/** Paths that the container has and its image has not, or has otherwise. */
function changedPaths({ name }: TestHost): readonly string[] {
  return execFileSync("docker", ["diff", name], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => /^[AC] (.+)$/.exec(line)?.[1] ?? [])
    .filter((path) => !NOT_DEPLOYED.test(path));
}

function packHost({ name }: TestHost, paths: readonly string[]): void {
  const packed = execFileSync(
    "docker",
    ["exec", "--interactive", name, "tar", "-czf", "-", "--no-recursion", "-C", "/", "-T", "-"],
    { input: paths.map((path) => `.${path}\n`).join(""), maxBuffer: 64 * 1024 * 1024 },
  );
  writeFileSync(join(RECORDED, "host.tar.gz"), packed);
}

async function readAccounts(host: TestHost): Promise<Readonly<Record<string, string>>> {
  const texts = await Promise.all(ACCOUNT_FILES.map((path) => host.shell(`cat ${path}`)));
  return Object.fromEntries(ACCOUNT_FILES.map((path, index) => [path, texts[index] ?? ""]));
}

/** The lines of each file that were not in it before. */
function added(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const lines = (text = ""): readonly string[] => text.split("\n").filter(Boolean);
  return Object.fromEntries(
    ACCOUNT_FILES.map((path) => {
      const known = new Set(lines(before[path]));
      return [
        path,
        lines(after[path])
          .map((line) => (known.has(line) ? "" : `${line}\n`))
          .join(""),
      ];
    }),
  );
}
