/** `svcdeploy lint` as a user types it. */
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, runCli } from "../run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "svcdeploy-lint-"));
  const files = {
    "loop.service":
      "[Service]\nType=exec\nUser=app\nExecStart=/usr/bin/app\nRestart=always\nRestartSec=5\n[Install]\nWantedBy=multi-user.target\n",
    "good.service":
      "[Unit]\nStartLimitIntervalSec=60\n[Service]\nType=exec\nUser=app\nExecStart=/usr/bin/app\nRestart=always\nRestartSec=5\n[Install]\nWantedBy=multi-user.target\n",
    "good.service.d/limit.conf": "[Service]\nMemoryMax=2GB\n",
    "deep/er/mode.service":
      "[Service]\nUser=app\nType=exec\nExecStart=/usr/bin/app\nRestartMode=direct\nRestart=no\n[Install]\nWantedBy=multi-user.target\n",
    "hostile.service":
      "[Service]\nUser=app\nType=exec\nExecStart=/usr/bin/app %Z\nRestart=no\nKillMode=x\u001b[31m::error::y,z\n[Install]\nWantedBy=a.target\n",
    "fleet/db-main.service":
      "[Service]\nUser=app\nType=exec\nExecStart=/usr/bin/app\nRestart=no\n[Install]\nWantedBy=a.target\n",
    "fleet/service.d/all.conf": "[Service]\nCPUQuota=75\n",
    "fleet/db-.service.d/db.conf": "[Service]\nMemoryMax=2GB\n",
    "fleet/db-main.service.d/old.conf~": "[Service]\nUser=root\n",
    "readme.txt": "not a unit\n",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await mkdir(join(folder, "multi-user.target.wants"));
  await symlink("../loop.service", join(folder, "multi-user.target.wants/loop.service"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("files", () => {
  test("an error gives 1, with file, line, what happens and the fix", async () => {
    const { code, stdout } = await runCli(folder, ["lint", "loop.service"]);
    expect(code).toBe(1);
    expect(stdout).toContain("loop.service:6:1: error SD003 loop.service\n");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("5 × 5 s = 25 s is not less than the window of 10 s");
    expect(stdout).toContain("\n1 error in 1 unit.\n");
  });
  test("a named unit brings the drop-ins beside it", async () => {
    const { stdout } = await runCli(folder, ["lint", "good.service"]);
    expect(stdout).toContain("good.service.d/limit.conf:2:1: error SD027 good.service\n");
  });
  test("those of its prefix and type as well, and what lies there unread", async () => {
    const { stdout } = await runCli(folder, ["lint", "fleet/db-main.service"]);
    for (const text of [
      "fleet/db-.service.d/db.conf:2:1: error SD027 db-main.service",
      "fleet/service.d/all.conf:2:1: error SD027",
      "SD085",
    ])
      expect(stdout).toContain(text);
  });
  test("a folder is walked, links are not followed", async () => {
    const { stdout } = await runCli(folder, ["lint", ".", "--format", "json"]);
    const found: { rule: string; file: string }[] = JSON.parse(stdout).findings;
    expect(found.map(({ rule, file }) => `${rule} ${file}`)).toEqual([
      "SD091 deep/er/mode.service",
      "SD027 fleet/db-.service.d/db.conf",
      "SD085 fleet/db-main.service.d/old.conf~",
      "SD027 fleet/service.d/all.conf",
      "SD027 good.service.d/limit.conf",
      "SD025 hostile.service",
      "SD027 hostile.service",
      "SD003 loop.service",
    ]);
  });
  test("warnings alone give 0, and the version decides", async () => {
    expect(await runCli(folder, ["lint", "deep"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("SD091"),
    });
    expect(await runCli(folder, ["lint", "deep", "--systemd", "257"])).toMatchObject({
      code: 0,
      stdout: "No findings in 1 unit.\n",
    });
  });
  test("annotations for GitHub, which a value cannot forge", async () => {
    const { stdout } = await runCli(folder, ["lint", "hostile.service", "--format", "github"]);
    const [first, second, ...rest] = stdout.split("\n");
    expect(first).toMatch(
      /^::error file=hostile\.service,line=4,col=1,title=SD025::systemd 252 has no specifier %25Z /,
    );
    expect(second).toMatch(/^::error file=hostile\.service,line=6,col=1,title=SD027::systemd cannot read /);
    expect(rest).toEqual([""]);
    expect(stdout).not.toContain("\u001b");
  });
  test.each([
    [["lint", "absent.service"], "absent.service does not exist"],
    [["lint", "readme.txt"], "readme.txt does not have the name of a unit file"],
    [["lint", "multi-user.target.wants"], "There is no unit file in multi-user.target.wants"],
    [["lint", "loop.service", "--env", "prod"], "--env works with a project"],
    [["lint", "loop.service", "--systemd", "new"], "--systemd takes a version"],
    [["lint", "--systemd", "252"], "--systemd works with named files"],
    [["lint", "--explain", "SD9"], "there is no rule SD9"],
    [["lint"], "There is no svcdeploy.yaml"],
  ])("%j is refused with 64", async (words, message) => {
    const { code, stdout, stderr } = await runCli(folder, words);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain(message);
  });
});

describe("plan and apply", () => {
  const text = (more: string) =>
    `name: hello\naccount: { user: hello }\nservice:\n  Type: exec\n  ExecStart: /usr/bin/sleep 60\n  Restart: always\n  RestartSec: 5\n${more}`;
  const tried = async (more: string, words: readonly string[]) => {
    const project = await makeProject(1, { "services/hello.yaml": text(more) });
    const run = await runCli(project.folder, [...words, "--env", "prod"]);
    await project.remove();
    return run;
  };
  test.each([[["plan"]], [["apply", "--yes"]], [["apply", "--dry-run"]]])(
    "%j refuses an error before any host is asked",
    async (words) => {
      const { code, stderr, stdout } = await tried("", words);
      expect([code, stdout]).toEqual([65, ""]);
      expect(stderr).toContain(
        "services/hello.yaml:7:15:\n  SD003 hello.service: The start limit never trips",
      );
      expect(stderr.replaceAll(/\s+/g, " ")).toContain(
        "Or accept it: lint: { ignore: [{ rule: SD003, because:",
      );
    },
  );
  test("what the service accepts does not stop them", async () => {
    const { code } = await tried('lint: { ignore: [{ rule: SD003, because: "it shall retry" }] }\n', [
      "plan",
    ]);
    expect(code).toBe(4);
  });
});

describe("--fix", () => {
  const HELLO = `# ours
name: hello
account: { user: hello }
service:
  Type: exec
  ExecStart: /usr/bin/sleep 60
  Restart: "on-failure # keep it up"
  MemoryMax: 2GB   # enough
  RestartPreventExitStatus: 0 3
lint: { ignore: [{ rule: SD009, because: "fails for good" }, { rule: SD006, because: "was a lab" }] }
`;
  const MENDED = HELLO.replace('"on-failure # keep it up"', "on-failure")
    .replace("2GB", "2G")
    .replace(": 0 3", ': "3"')
    .replace(', { rule: SD006, because: "was a lab" }', "");

  test("fixes a service file and keeps its comments; --dry-run only shows it", async () => {
    const project = await makeProject(1, { "services/hello.yaml": HELLO });
    const file = join(project.folder, "services/hello.yaml");
    const shown = await runCli(project.folder, ["lint", "--fix", "--dry-run"]);
    expect(await readFile(file, "utf8")).toBe(HELLO);
    expect(shown.stdout).toContain("\n-  MemoryMax: 2GB   # enough\n");
    expect(shown.stdout).toContain(
      "Would fix 2 findings in 1 file, and what these uncover; nothing was written.",
    );
    expect(shown.code).toBe(1);
    const { code, stdout } = await runCli(project.folder, ["lint", "--fix"]);
    expect([code, stdout.split("\n").slice(-3)]).toEqual([0, ["", "No findings in 1 unit.", ""]]);
    expect(stdout).toContain("Fixed 4 findings in 1 file.");
    expect(await readFile(file, "utf8")).toBe(MENDED);
    expect((await runCli(project.folder, ["lint", "--fix"])).stdout).toContain(
      "Nothing here can be fixed without a decision",
    );
    await project.remove();
  });
  test("never touches a project with a mistake", async () => {
    const text = `${HELLO}nmae: x\n`;
    const project = await makeProject(1, { "services/hello.yaml": text });
    expect(await runCli(project.folder, ["lint", "--fix"])).toMatchObject({ code: 65, stdout: "" });
    expect(await readFile(join(project.folder, "services/hello.yaml"), "utf8")).toBe(text);
    await project.remove();
  });
  test("fixes a unit file, through a link, with its mode", async () => {
    const own = await mkdtemp(join(tmpdir(), "svcdeploy-fix-"));
    await writeFile(
      join(own, "real.service"),
      "[Service]\nUser=app\nExecStart=/usr/bin/app\nRestart=no\nStartLimitIntervalSec=300\n",
      {
        mode: 0o640,
      },
    );
    await symlink("real.service", join(own, "app.service"));
    const { stdout } = await runCli(own, ["lint", "app.service", "--fix"]);
    expect(stdout).toContain("Fixed 1 finding in 1 file.");
    expect(await readFile(join(own, "real.service"), "utf8")).toBe(
      "[Unit]\nStartLimitIntervalSec=300\n\n[Service]\nUser=app\nExecStart=/usr/bin/app\nRestart=no\n",
    );
    expect((await stat(join(own, "real.service"))).mode & 0o777).toBe(0o640);
    expect((await lstat(join(own, "app.service"))).isSymbolicLink()).toBe(true);
    expect((await readdir(own)).sort()).toEqual(["app.service", "real.service"]);
    await rm(own, { recursive: true });
  });
  test.each([
    [["lint", "loop.service", "--fix", "--format", "json"], "--fix prints text"],
    [["lint", "loop.service", "--dry-run"], "--dry-run works with --fix only"],
  ])("%j is refused with 64", async (words, message) => {
    expect(await runCli(folder, words)).toMatchObject({ code: 64, stderr: expect.stringContaining(message) });
  });
});

test("--explain shows a rule", async () => {
  const { code, stdout } = await runCli(folder, ["lint", "--explain", "sd003"]);
  expect(code).toBe(0);
  expect(stdout).toContain("SD003 error: The start limit can never trip");
});

describe("a project", () => {
  const inventory = "hosts:\n  web1: { address: 192.0.2.1 }\n  web2: { address: 192.0.2.2, systemd: 257 }\n";
  const service = (more: string) =>
    `name: hello\nartifact: { source: absent, version: "1" }\naccount: { user: hello }\nunit:\n  OnFailure: alert.service\nservice:\n  Type: exec\n  ExecStart: /usr/bin/sleep 60\n  Restart: always\n  RestartSec: 5\nsecrets: { TOKEN: { env: NOT_SET } }\n${more}`;
  const lintProject = async (more: string, words: readonly string[] = []) => {
    const project = await makeProject(1, {
      "inventory/prod.yaml": inventory,
      "inventory/dev.yaml": inventory,
      "services/hello.yaml": service(more),
    });
    const run = await runCli(project.folder, ["lint", ...words]);
    await project.remove();
    return run;
  };
  test("every environment and host, without secrets and artifacts, once a place in the service file", async () => {
    const { code, stdout } = await lintProject("");
    expect(code).toBe(1);
    expect(stdout).toContain("services/hello.yaml:10:15: error SD003 hello.service\n");
    expect(stdout.match(/SD003 hello/g)).toHaveLength(1);
    expect(stdout).toContain("on dev/web1 and 1 other of 4 hosts");
    expect(stdout).toContain("1 error, 2 warnings in 1 unit.");
  });
  test("an ignored rule is silent", async () => {
    const { code, stdout } = await lintProject(
      'lint: { ignore: [{ rule: SD003, because: "it shall retry" }, { rule: SD007, because: x }] }\n',
    );
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Exposure, [^\n]*\n\nNo findings in 1 unit\.\n$/),
    ]);
  });
  test.each([
    ["lint: { ignore: [{ rule: SD003 }] }\n", '"because" is missing'],
    ["lint: { ignore: [{ rule: SD999, because: x }] }\n", "there is no lint rule SD999"],
    ["lint: { ignore: [{ rule: everything, because: x }] }\n", "a rule's name is SD and three digits"],
  ])("%j is a mistake", async (more, message) => {
    const { code, stderr } = await lintProject(more);
    expect(code).toBe(65);
    expect(stderr).toContain(message);
  });
  test("an ignored rule that finds nothing is told, unless only one environment is looked at", async () => {
    const ignore =
      'lint: { ignore: [{ rule: SD003, because: "it shall retry" }, { rule: SD006, because: "a lab." }] }\n';
    const { code, stdout } = await lintProject(ignore);
    expect(code).toBe(0);
    expect(stdout).toContain("services/hello.yaml:12:62: warn SD103 hello\n");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "SD006 no longer finds anything in hello; it was ignored because: a lab. fix:",
    );
    expect((await lintProject(ignore, ["--env", "dev"])).stdout).not.toContain("SD103");
  });
  test("SARIF", async () => {
    const { code, stdout } = await lintProject("", ["--format", "sarif"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: "2.1.0",
      runs: [{ results: [{ ruleId: "SD007" }, { ruleId: "SD007" }, { ruleId: "SD003", level: "error" }] }],
    });
  });
  test("for code hosts a file's path is from where lint was started", async () => {
    const project = await makeProject(1, { "services/hello.yaml": service("") });
    const [parent, name] = [dirname(project.folder), basename(project.folder)];
    const run = (format: string) => runCli(parent, ["lint", "--project", name, "--format", format]);
    expect((await run("github")).stdout).toContain(`::error file=${name}/services/hello.yaml,line=10,`);
    expect((await run("sarif")).stdout).toContain(`"uri": "${name}/services/hello.yaml"`);
    await project.remove();
  });
  test("a log directory that logrotate refuses, a log that is kept open, a file that logrotate skips", async () => {
    const logs =
      "directories: [{ path: /srv/logs, mode: '0775', owner: root, group: hello }]\nlogrotate: { paths: [/srv/logs/*.log], daily: true, size: 1M, missingok: true }\n";
    const { stdout } = await lintProject(logs.replace("paths", "su: { user: root, group: root }, paths"), [
      "--format",
      "json",
    ]);
    const rules = (text: string): string[] =>
      JSON.parse(text).findings.map(({ rule, line }: { rule: string; line: number }) => `${rule}:${line}`);
    expect(rules(stdout)).toEqual(["SD007:5", "SD007:5", "SD003:10", "SD083:13", "SD084:13"]);
    expect(rules((await lintProject(logs, ["--format", "json"])).stdout)).toContain("SD082:13");
    const file = await lintProject("files: [{ path: /etc/logrotate.d/x, content: '', mode: '0664' }]\n", [
      "--format",
      "json",
    ]);
    expect(rules(file.stdout)).toContain("SD085:12");
  });
  test("a user that no one makes", async () => {
    const text = (user: string) =>
      `name: hello\naccount: { user: hello }\nservice:\n  User: ${user}\n  ExecStart: /usr/bin/sleep 60\n  Restart: "no"\n`;
    const found = async (user: string) => {
      const project = await makeProject(1, { "services/hello.yaml": text(user) });
      const { stdout } = await runCli(project.folder, ["lint", "--format", "github"]);
      await project.remove();
      return stdout;
    };
    expect(await found("postgres")).toContain(
      "::warning file=services/hello.yaml,line=4,col=9,title=SD062::Unless something else has made postgres",
    );
    for (const user of ["hello", "www-data"]) expect(await found(user)).not.toContain("SD062");
  });
  test("--env picks one environment", async () => {
    const { stdout } = await lintProject("", ["--env", "dev", "--format", "json"]);
    const hosts: string[] = JSON.parse(stdout).findings.flatMap(
      (finding: { hosts: string[] }) => finding.hosts,
    );
    expect(new Set(hosts)).toEqual(new Set(["dev/web1", "dev/web2"]));
  });
});
