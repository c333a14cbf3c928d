/**
 * The demo's CI script with a command that only says how it was called: what is applied, what is planned, and
 * what stays behind.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../playbooks/demo/ci/svcdeploy.sh", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "svcdeploy-ci-"));
const folder = join(root, "project with blanks");

/**
 * Prints its words, the modes and contents of the key and of known_hosts, and what it inherited; ends with
 * $STATUS.
 */
const COMMAND = `#!/bin/sh
[ "$1" != render ] || exit 0
echo "called: $*"
for word in "$@"; do
  case $word in */key | */known_hosts) stat -c %a "$word" && cat -A "$word" && stat -c %a "$(dirname "$word")" ;; esac
done
env | grep -c '^SVCDEPLOY_SSH_KEY=' || :
exit \${STATUS:-0}
`;

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "tmp"), { recursive: true });
  writeFileSync(join(root, "fake"), COMMAND);
  chmodSync(join(root, "fake"), 0o755);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function job(more: Readonly<Record<string, string>> = {}): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const env = {
    PATH: process.env.PATH ?? "",
    TMPDIR: join(folder, "tmp"),
    SVCDEPLOY: join(root, "fake"),
    SVCDEPLOY_SSH_KEY: "BEGIN\r\nKEY",
    SVCDEPLOY_KNOWN_HOSTS: "h ssh-ed25519 A",
    ...more,
  };
  return spawnSync("sh", [script], { cwd: folder, env, encoding: "utf8" });
}

const GITHUB_PUSH = { GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main" };
const GITLAB_PUSH = { CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" };

test.each([
  ["GitHub, a push to main", GITHUB_PUSH, "apply"],
  ["GitLab, a push to main", GITLAB_PUSH, "apply"],
  ["a branch that is named", { SVCDEPLOY_BRANCH: "main" }, "apply"],
  [
    "another main branch",
    { ...GITHUB_PUSH, SVCDEPLOY_MAIN: "trunk", GITHUB_REF: "refs/heads/trunk" },
    "apply",
  ],
  ["GitHub, another branch", { ...GITHUB_PUSH, GITHUB_REF: "refs/heads/topic" }, "plan"],
  ["GitHub, a tag called main", { ...GITHUB_PUSH, GITHUB_REF: "refs/tags/main" }, "plan"],
  [
    "GitHub, a pull request whose branch is called main",
    { ...GITHUB_PUSH, GITHUB_EVENT_NAME: "pull_request", GITHUB_HEAD_REF: "main" },
    "plan",
  ],
  [
    "GitHub, a pull request that says refs/heads/main",
    { ...GITHUB_PUSH, GITHUB_EVENT_NAME: "pull_request_target" },
    "plan",
  ],
  [
    "GitLab, a merge request whose branch is called main",
    { ...GITLAB_PUSH, CI_PIPELINE_SOURCE: "merge_request_event" },
    "plan",
  ],
  ["nobody says which branch", {}, "plan"],
])("%s", (_name, env, command) => {
  const run = job(env);
  expect(run).toMatchObject({ status: 0, stderr: "" });
  expect(run.stdout.match(/called: (\w+) --env prod/)?.[1]).toBe(command);
  expect(run.stdout.includes("--yes")).toBe(command === "apply");
  expect(run.stdout.includes("--detailed-exitcode")).toBe(command === "plan");
});

test("key and known_hosts are private, whole, not inherited, and gone at the end", () => {
  const run = job();
  expect(run.stdout).toContain("600\nBEGIN$\nKEY$\n700\n600\nh ssh-ed25519 A$\n700\n0\n");
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  expect(job({ STATUS: "5" }).status).toBe(5);
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});

test("a variable may name a file, as GitLab's do", () => {
  writeFileSync(join(folder, "secret-key"), "FROM A FILE\n");
  expect(job({ SVCDEPLOY_SSH_KEY: join(folder, "secret-key") }).stdout).toContain("600\nFROM A FILE$\n");
});

test("pending changes are green, whatever else is as svcdeploy says", () => {
  expect(job({ STATUS: "2" }).status).toBe(0);
  expect(job({ STATUS: "65" }).status).toBe(65);
  expect(job({ ...GITHUB_PUSH, STATUS: "2" }).status).toBe(2);
});

test("without a key nothing is called", () => {
  const run = job({ SVCDEPLOY_SSH_KEY: "" });
  expect(run.status).toBe(64);
  expect(run.stderr).toContain("SVCDEPLOY_SSH_KEY");
  expect(run.stdout).not.toContain("called");
});

test("the job summary gets what the report says, and the reports keep out of git status", () => {
  writeFileSync(
    join(root, "fake"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    '#!/bin/sh\nfor word in "$@"; do case $word in github=*) echo hello >"${word#github=}" ;; esac; done\n',
  );
  writeFileSync(join(folder, "summary"), "before\n");
  job({ GITHUB_STEP_SUMMARY: join(folder, "summary") });
  expect(readFileSync(join(folder, "summary"), "utf8")).toBe("before\nhello\n");
  expect(readFileSync(join(folder, "svcdeploy-reports/.gitignore"), "utf8")).toBe("*\n");
});
