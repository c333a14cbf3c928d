/**
 * node scripts/terminal-picture.ts: makes docs/terminal.svg, docs/terminal-undone.svg and the same for dark
 * grounds from real runs: a small web service on three systemd hosts in containers (docker/), then a new
 * version of it in a terminal (tmux), and one that is unhealthy. The pictures hold what the terminal showed
 * and nothing else.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../test/support/hosts.ts";
import { DARK, drawTerminal, LIGHT, type Theme } from "./terminal-svg.ts";

const COLUMNS = 100;
const ROWS = 60;
const PROMPT = "$ ";
/** A host that is slow, three times over. */
const MOST_SECONDS = 180;

const PROJECT = {
  "svcdeploy.yaml": "name: shop\n",
  "values/base.yaml": 'version: "1.4.2"\nworkers: 4\n',
  "playbooks/site.yaml": `- play: shop
  hosts: all
  services: [shop]
  rollout: { batches: [1, 100%], healthyDeadline: 8s }
`,
  "templates/shop.conf.hbs": "port=8080\nworkers={{values.workers}}\n",
  "services/shop.yaml": `name: shop
artifact: { source: artifacts/shop, version: "{{values.version}}" }
account: { user: shop }
unit: { Description: Shop }
service:
  Type: notify
  ExecStart: /opt/shop/current/shop /etc/shop/shop.conf
  Restart: on-failure
hardening: standard
files: [{ path: /etc/shop/shop.conf, template: shop.conf.hbs, onChange: restart }]
health: [{ http: "http://127.0.0.1:8080/", expect: { json: { status: ok } } }]
settle: 3s
`,
};

/** A picture: its file below docs/, what it shows, and what is changed in the project first. */
type Scene = {
  readonly name: string;
  readonly title: string;
  readonly changes: readonly (readonly [file: string, before: string, after: string])[];
};
const SCENES: readonly Scene[] = [
  {
    name: "terminal",
    title: "svcdeploy apply in a terminal: the plan, the question, three hosts changed and healthy",
    changes: [
      ["values/base.yaml", "1.4.2", "1.5.0"],
      ["artifacts/shop", "1.4.2", "1.5.0"],
      ["values/base.yaml", "workers: 4", "workers: 8"],
    ],
  },
  {
    name: "terminal-undone",
    title: "svcdeploy apply in a terminal: a release that is unhealthy is undone on the first host",
    changes: [
      ["values/base.yaml", "1.5.0", "1.6.0"],
      ["artifacts/shop", "1.5.0", "1.6.0"],
      ["artifacts/shop", "// 200", "// 503"],
      ["artifacts/shop", '\\"status\\":\\"ok\\"', '\\"status\\":\\"no table: orders\\"'],
    ],
  },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "svcdeploy-picture-"));
const socket = join(folder, "tmux");
try {
  const hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "picture" })));
  makeProject(hosts);
  svcdeploy("apply", "--env", "prod", "--yes");
  for (const scene of SCENES) await draw(scene);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await removeHosts();
}

/** Changes the project, shows it being applied, and draws what was shown, light and dark. */
async function draw({ name, title, changes }: Scene): Promise<void> {
  for (const [file, before, after] of changes) change(file, before, after);
  const shown = await runInTmux(["svcdeploy apply --env prod", "prod"]);
  const write = (file: string, theme: Theme): void =>
    writeFileSync(join(root, "docs", file), drawTerminal(shown, COLUMNS, theme, title));
  write(`${name}.svg`, LIGHT);
  write(`${name}-dark.svg`, DARK);
}

/** A project of one small web service for these hosts. */
function makeProject(hosts: readonly TestHost[]): void {
  const lines = hosts.map(
    ({ address, port, systemd, identity, knownHosts }, index) =>
      `  web${index + 1}: { address: ${address}, port: ${port}, systemd: ${systemd}, ` +
      `identity: ${identity}, knownHosts: ${knownHosts} }\n`,
  );
  const program = readFileSync(join(root, "test/support/web.pl"), "utf8");
  const files = {
    ...PROJECT,
    "inventory/prod.yaml": `protected: true\ndefaults: { user: deploy }\nhosts:\n${lines.join("")}`,
    "artifacts/shop": program.replace("web.pl starts, version $config{version}", "shop 1.4.2 is listening"),
    "bin/svcdeploy": `#!/bin/sh\nexec ${process.execPath} ${join(root, "src/main.ts")} "$@"\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
}

function change(file: string, before: string, after: string): void {
  const text = readFileSync(join(folder, file), "utf8");
  if (!text.includes(before)) throw new Error(`${file} does not say ${before}`);
  writeFileSync(join(folder, file), text.replace(before, after));
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOME: folder, LANG: "C.UTF-8", PAGER: "cat" };
}

/** What is not shown: its output is on this terminal. */
function svcdeploy(...words: readonly string[]): void {
  execFileSync("svcdeploy", words, { cwd: folder, env: environment(), stdio: "inherit" });
}

/** Types the lines, one when the one before was answered, and gives the screen with its colours. */
async function runInTmux(lines: readonly string[]): Promise<string> {
  const shell = `env PS1='${PROMPT}' sh`;
  const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
  tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", folder, shell);
  for (const line of lines) {
    await settled();
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }
  await settled();
  const screen = tmux("capture-pane", "-p", "-e");
  tmux("kill-server");
  // The last line is the prompt that waits.
  return screen.trimEnd().split("\n").slice(0, -1).join("\n");
}

/** Waits until a prompt or a question is the last that is shown, and nothing moves. */
async function settled(): Promise<void> {
  for (let tries = 0, before = ""; tries < MOST_SECONDS; tries += 1) {
    await sleep(1000);
    const now = tmux("capture-pane", "-p").trimEnd();
    if (now === before && /(?:^\$|[?:])$/m.test(now.split("\n").at(-1) ?? "")) return;
    before = now;
  }
  throw new Error(`the terminal did not come to rest:\n${tmux("capture-pane", "-p")}`);
}

function tmux(...words: readonly string[]): string {
  return execFileSync("tmux", ["-S", socket, ...words], { env: environment(), encoding: "utf8" });
}
