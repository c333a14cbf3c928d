/**
 * The command line as a user meets it: help, mistakes, exit codes, and no secret in anything that is printed.
 */
import { spawnSync } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { CANARY, makeProject, makeSilentServer, runCli, startCli } from "./run-cli.ts";

const COMMANDS = ["check", "render", "plan", "apply", "verify", "drift"];
const CANARY_FORMS = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  Buffer.from(CANARY).toString("base64"),
  encodeURIComponent(CANARY),
];

let folder = "";
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  // Nothing listens on port 1 of the loopback.
  ({ folder, remove } = await makeProject(1));
});
afterAll(() => remove());

test.each([[], ...COMMANDS.map((command) => [command])])(
  "help of %j fits 80 columns and has an example",
  async (...words) => {
    const { code, stdout, stderr } = await runCli(folder, [...words, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/Examples:\n {2}svcdeploy .*--env prod/);
  },
);

test.each([
  ["an unknown command", ["aply"], /Did you mean svcdeploy apply\?/],
  [
    "an unknown option",
    ["plan", "--env", "prod", "--forsk", "3"],
    /no option --forsk[\s\S]*Did you mean --forks\?/,
  ],
  ["an option of another command", ["plan", "--env", "prod", "--yes"], /no option --yes/],
  ["an argument that nobody takes", ["plan", "prod"], /takes no argument prod/],
  ["a second saved plan", ["apply", "a.json", "b.json"], /takes no argument b\.json/],
  ["a saved plan that is not there", ["apply", "a.json", "--yes"], /saved plan .*a\.json does not exist/],
  [
    "a saved plan with a selection",
    ["apply", "a.json", "--env", "prod", "--yes"],
    /--env is fixed by the saved plan/,
  ],
  [
    "a saved plan that is not there, also without a terminal",
    ["apply", "a.json"],
    /saved plan \S+ does not exist/,
  ],
  [
    "--stale without a saved plan",
    ["apply", "--env", "prod", "--stale", "skip"],
    /--stale works with a saved plan only/,
  ],
  [
    "--valid-for without --out",
    ["plan", "--env", "prod", "--valid-for", "1h"],
    /--valid-for works with a saved plan only/,
  ],
  [
    "a plan that is valid for no time",
    ["plan", "--env", "prod", "--out", "p.json", "--valid-for", "0"],
    /--valid-for takes a span/,
  ],
  [
    "a plan that is valid for ever",
    ["plan", "--env", "prod", "--out", "p.json", "--valid-for", "infinity"],
    /--valid-for takes a span/,
  ],
  [
    "a plan over a project file",
    ["plan", "--env", "prod", "--out", "svcdeploy.yaml"],
    /is not a saved plan, so it is not\s+overwritten/,
  ],
  [
    "two hosts behind --limit",
    ["plan", "--limit", "web1", "web2"],
    /--limit takes one pattern: --limit web1,web2/,
  ],
  ["an unknown environment", ["plan", "--env", "prud"], /no environment "prud"[\s\S]*prod/],
  ["an option twice", ["plan", "--env", "prod", "--env", "dev"], /--env was given 2 times/],
  ["an option without its value", ["plan", "--env"], /env/],
  ["an empty value", ["plan", "--env", "prod", "--limit="], /--limit needs a value/],
  ["forks that are no number", ["plan", "--env", "prod", "--forks", "many"], /--forks takes a number/],
  ["an unknown format", ["plan", "--env", "prod", "--output", "xml"], /"xml"/],
  ["a selection that matches nothing", ["plan", "--env", "prod", "--service", "nothing"], /nothing/],
  ["a limit that matches nothing", ["plan", "--env", "prod", "--limit", "db9"], /db9/],
  ["a folder that is no project", ["plan", "--env", "prod", "--project", "inventory"], /svcdeploy.yaml/],
  ["a question that nobody can answer", ["apply", "--env", "prod"], /no terminal to ask on[\s\S]*--yes/],
  ["markdown of an apply", ["apply", "--env", "prod", "--yes", "--output", "markdown"], /--dry-run/],
])("%s is a usage error", async (_name, words, message) => {
  const { code, stdout, stderr } = await runCli(folder, words);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([64, ""]);
});

test("a mistake in a file: exit 65, with file:line:column, the line and a caret", async () => {
  const wrong = await makeProject(1, { "values/base.yaml": "seconds: 60\nseconds: 70\n" });
  const { code, stderr } = await runCli(wrong.folder, ["plan", "--env", "prod"]);
  await wrong.remove();
  expect(code).toBe(65);
  expect(stderr).toMatch(/^values\/base\.yaml:2:1/m);
  expect(stderr).toMatch(/\^/);
});

test("render prints every file and masks the secret ones", async () => {
  const { code, stdout } = await runCli(folder, ["render", "--env", "prod", "--set", "seconds=61"]);
  expect(code).toBe(0);
  expect(stdout).toContain("# /etc/hello.conf (0644 root:root)\nseconds=61\n");
  expect(stdout).toContain(
    "# /etc/hello.secret (0640 root:root)\n# secret, not shown; render --out writes it\n",
  );
  expect(stdout).toMatch(/# \/etc\/svcdeploy\/env\/hello\.env \(0600 root:root\)\n# secret/);
});

test("render --out writes the exact bytes for no one else to read, and mixes with nothing", async () => {
  const { code } = await runCli(folder, ["render", "--env", "prod", "--out", "rendered"]);
  expect(code).toBe(0);
  expect(await readFile(join(folder, "rendered/web1/etc/hello.secret"), "utf8")).toBe(`token=${CANARY}\n`);
  for (const name of await readdir(join(folder, "rendered"), { recursive: true })) {
    expect((await stat(join(folder, "rendered", name))).mode & 0o077).toBe(0);
  }
  const again = await runCli(folder, ["render", "--env", "prod", "--out", "rendered"]);
  expect(again.code).toBe(64);
  expect(again.stderr).toContain("is not empty");
});

test("render twice gives the same bytes", async () => {
  const [one, two] = await Promise.all([
    runCli(folder, ["render", "--env", "prod"]),
    runCli(folder, ["render", "--env", "prod"]),
  ]);
  expect(one.stdout).toBe(two.stdout);
});

const EVERY_OUTPUT = [
  "plan",
  "plan --output json",
  "plan --output markdown",
  "apply --yes",
  "apply --yes --output json",
  "apply --yes --output ndjson",
  "apply --dry-run --output markdown",
  "verify",
  "verify --output json",
  "drift",
  "drift --output json",
  "drift --output markdown --no-health",
];

test.each(EVERY_OUTPUT)(
  "an unreachable host: %s gives 4, well-formed output and no secret",
  async (command) => {
    const words = command.split(" ");
    const { code, stdout, stderr } = await runCli(folder, [...words, "--env", "prod"]);
    expect(code).toBe(4);
    expect(stdout).toContain("web1");
    expect(stderr).not.toMatch(/bug in svcdeploy/);
    for (const form of CANARY_FORMS) expect(stdout + stderr).not.toContain(form);
    if (words.includes("json")) expect(JSON.parse(stdout)).toHaveProperty("schema");
    if (words.includes("ndjson"))
      for (const line of stdout.trimEnd().split("\n"))
        expect(JSON.parse(line)).toMatchObject({ schema: "svcdeploy.event/1" });
  },
);

test("apply of a fleet that does not answer shows no plan above the run's own words", async () => {
  const { stdout } = await runCli(folder, ["apply", "--env", "prod", "--yes"]);
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d run [0-9a-f]+: prod, 1 host, 1 play\n/);
  expect(stdout).not.toContain("not planned");
});

test.each([
  ["SIGINT", "check"],
  ["SIGINT", "plan"],
  ["SIGINT", "verify"],
  ["SIGINT", "drift"],
  ["SIGINT", "apply"],
  ["SIGTERM", "plan"],
  ["SIGTERM", "apply"],
] as const)("%s while %s waits for a host ends it at once with 130", async (signal, command) => {
  const server = await makeSilentServer();
  const project = await makeProject(server.port);
  const words = [command, "--env", "prod", ...(command === "apply" ? ["--yes"] : [])];
  const { child, end } = startCli(project.folder, words);
  await server.connected;
  const pressed = performance.now();
  child.kill(signal);
  const { code, stderr } = await end;
  server.close();
  await project.remove();
  expect(stderr).toContain("Interrupted: nothing was changed.");
  expect(code).toBe(130);
  expect(performance.now() - pressed).toBeLessThan(3000);
});

test.each(["SIGHUP", "SIGQUIT"] as const)("%s ends plan as it ends any program", async (signal) => {
  const server = await makeSilentServer();
  const project = await makeProject(server.port);
  const { child, end } = startCli(project.folder, ["plan", "--env", "prod"]);
  await server.connected;
  child.kill(signal);
  await end;
  server.close();
  await project.remove();
  expect(child.signalCode).toBe(signal);
});

test.each([
  ["render --env prod", 0],
  ["plan --env prod", 4],
  ["apply --env prod --yes", 4],
  ["apply --env prod --yes --output ndjson", 4],
  ["verify --env prod", 4],
  ["drift --env prod", 4],
  ["check --env prod", 4],
  ["lint", 0],
  ["completion bash", 0],
  ["plan --help", 0],
  ["--help", 0],
])("a reader that goes away is no error: %s gives %d all the same", async (words, expected) => {
  const { child, end } = startCli(folder, words.split(" "));
  child.stdout?.destroy();
  const { code, stderr } = await end;
  expect([code, stderr]).toEqual([expected, ""]);
});

test("a full disk is an error, where all else went well", () => {
  const run = (words: string, target: string): readonly unknown[] => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"$0" "$1" ${words} ${target}`, process.execPath, main],
      {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env.PATH ?? "", HOME: folder, TOKEN: CANARY },
      },
    );
    return [status, stderr];
  };
  expect(run("render --env prod", ">/dev/full")).toEqual([
    1,
    "Writing to standard output failed (ENOSPC); the rest of the output is lost.\n",
  ]);
  expect(run("plan --env nowhere", "2>/dev/full")).toEqual([64, ""]);
  expect(run("render --env prod", ">&- 2>&- <&-")).toEqual([0, ""]);
});

test("colours only where they are wanted", async () => {
  const words = ["plan", "--env", "prod"];
  expect((await runCli(folder, words)).stdout).not.toContain("\u001b");
  expect((await runCli(folder, words, { FORCE_COLOR: "1" })).stdout).toContain("\u001b[");
  expect((await runCli(folder, words, { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b");
});

test("without a command the help is shown, and --no-pager is taken by every command", async () => {
  const { code, stdout, stderr } = await runCli(folder, []);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^svcdeploy COMMAND \[OPTIONS\]/);
  expect((await runCli(folder, ["lint", "--no-pager"])).stderr).not.toContain("no option");
  const wrong = await runCli(folder, ["plan", "--bogus"]);
  expect(wrong.stderr.match(/--no-pager/g)).toHaveLength(1);
});

test("from a folder below the project is found, and the environment where there is one alone", async () => {
  const { folder: shop, remove } = await makeProject(1);
  const below = join(shop, "services");
  const shown = await runCli(below, ["render"]);
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("hello.service")]);
  const wrong = await runCli(below, ["render"], { SVCDEPLOY_ENV: "prud" });
  expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('no environment "prud"')]);
  await writeFile(join(shop, "inventory/test.yaml"), await readFile(join(shop, "inventory/prod.yaml")));
  const two = await runCli(below, ["render"]);
  expect([two.code, two.stderr]).toEqual([
    64,
    expect.stringContaining("--env is required: there are prod, test"),
  ]);
  const away = await runCli(join(shop, ".."), ["render"]);
  expect([away.code, away.stderr]).toEqual([64, expect.stringContaining("There is no svcdeploy.yaml in ")]);
  expect((await runCli(below, ["render"], { SVCDEPLOY_ENV: "test" })).code).toBe(0);
  await remove();
});
