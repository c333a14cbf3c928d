/** A project folder of a test's own, and a real command line run in it. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestHost } from "./hosts.ts";

/** A finished run of the command line. code: exit status, null when a signal ended it. */
export type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** How a run is started. */
export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Hears every piece of standard output; may end the process. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
};

/** A project folder. */
export type Workshop = {
  readonly folder: string;
  /** Writes a file of the project; parent folders are made. */
  readonly write: (path: string, content: string) => void;
  /** Runs `svcdeploy ARGS --project FOLDER`. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Run>;
  readonly remove: () => void;
};

const webProgram = fileURLToPath(new URL("./web.pl", import.meta.url));

/**
 * The service file of web.pl. extra: more lines of YAML; service: more lines of its service block, already
 * indented by two.
 */
export function webService(
  options: { readonly service?: string; readonly extra?: string; readonly type?: string } = {},
): string {
  return `name: web
artifact: { source: artifacts/web.pl, version: "{{values.version}}" }
account: { user: web }
unit: { Description: The tests' web server, StartLimitIntervalSec: 60s, StartLimitBurst: 4 }
service:
  Type: ${options.type ?? "notify"}
  ExecStart: /opt/web/current/web.pl /etc/web/web.conf
  ExecReload: [ "/opt/web/current/web.pl /etc/web/web.conf --check", "/bin/kill -HUP $MAINPID" ]
  Restart: on-failure
  RestartSec: 1s
  TimeoutStartSec: 5s
${options.service ?? ""}
environment: { GREETING: "{{values.greeting}}" }
files:
  - { path: /etc/web/web.conf, template: templates/web.conf.hbs, mode: "0644", onChange: reload }
health:
  - http: http://127.0.0.1:18080/ready
    expect: { status: 200, json: { status: ok }, within: 2s }
settle: 3s
${options.extra ?? ""}
`;
}

/**
 * hostLines: more hosts; user: who logs in, root by default; systemd: what is rendered for, 247 by default.
 */
export type More = { readonly hostLines?: string; readonly user?: string; readonly systemd?: number };

/**
 * A project with the web service on the given hosts: environments prod (protected) and test, both with the
 * same hosts. program: the bundle that its commands are run from.
 */
export function makeProjectFolder(program: string, hosts: readonly TestHost[], more: More = {}): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-workshop-"));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write("svcdeploy.yaml", "name: workshop\n");
  write("inventory/test.yaml", inventory(hosts, more));
  write("inventory/prod.yaml", `${inventory(hosts, more)}protected: true\n`);
  write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\n');
  write("services/web.yaml", webService());
  write(
    "templates/web.conf.hbs",
    "version={{values.version}}\n{{#each values.conf}}{{@key}}={{this}}\n{{/each}}",
  );
  write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 8s } }\n",
  );
  mkdirSync(join(folder, "artifacts"));
  cpSync(webProgram, join(folder, "artifacts/web.pl"));
  return {
    folder,
    write,
    run: (args, options) => runProgram(program, [...args, "--project", folder], options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function inventory(hosts: readonly TestHost[], more: More): string {
  const user = more.user ?? "root";
  const lines = hosts.map(
    (host, index) =>
      `  h${index + 1}: { address: ${host.address}, port: ${host.port}, identity: ${host.identity}, knownHosts: ${host.knownHosts} }\n`,
  );
  return `defaults: { user: ${user}, become: ${user === "root" ? "none" : "sudo"}, sharedHost: true, systemd: ${more.systemd ?? 247} }\nhosts:\n${lines.join("")}${more.hostLines ?? ""}`;
}

/** Runs the command line as a user's shell would, without a terminal and without an agent. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...options.env };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(text, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onOutput?.(text, (signal) => child.kill(signal));
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => {}); // a process that ended does not read
    child.stdin.end(options.input ?? "");
  });
}
