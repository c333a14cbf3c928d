/** Runs the real CLI as a process on a project of the test's own. */

import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../support/dist.ts";

/** The secret of the test projects. */
export const CANARY = 'canary"7 f1&d2';

/** How a run ended. */
export type CliRun = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
};

/** A process under way. */
export type CliProcess = { readonly child: ChildProcess; readonly end: Promise<CliRun> };

/** Starts the CLI; standard input is empty. */
export function startCli(
  cwd: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): CliProcess {
  const started = performance.now();
  const env = { PATH: process.env.PATH ?? "", HOME: cwd, TOKEN: CANARY, ...more };
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const end = new Promise<CliRun>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr, milliseconds: performance.now() - started }));
  });
  return { child, end };
}

/** Runs the CLI to its end. */
export function runCli(
  cwd: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  return startCli(cwd, words, more).end;
}

/** A project with one host at this port of the loopback, and one service with a secret. */
export async function makeProject(
  port: number,
  more: Readonly<Record<string, string>> = {},
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "svcdeploy-cli-"));
  const files = {
    "svcdeploy.yaml": "name: tried\n",
    "inventory/prod.yaml": `hosts:\n  web1: { address: 127.0.0.1, port: ${port}, identity: key.pem, knownHosts: known_hosts }\n`,
    "services/hello.yaml": HELLO,
    "values/base.yaml": "seconds: 60\n",
    "key.pem": PRIVATE_KEY,
    known_hosts: `[127.0.0.1]:${port} ssh-ed25519 ${HOST_KEY}\n`,
    "playbooks/site.yaml": "- play: all\n  hosts: all\n  services: [hello]\n",
    ...more,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A server that accepts and never says a word. */
export async function makeSilentServer(): Promise<{
  port: number;
  connected: Promise<void>;
  close: () => void;
}> {
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    resolve();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, connected, close: () => server.close() };
}

/** A key to log in with and a host key to expect, for servers that never get as far as asking for either. */
const PRIVATE_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
const HOST_KEY = Buffer.concat([
  Buffer.from("0000000b7373682d6564323535313900000020", "hex"),
  Buffer.alloc(32, 7),
]).toString("base64");

const HELLO = `name: hello
service:
  Type: simple
  ExecStart: /usr/bin/sleep {{values.seconds}}
secrets:
  TOKEN: { env: TOKEN }
files:
  - path: /etc/hello.conf
    content: "seconds={{values.seconds}}\\n"
  - path: /etc/hello.secret
    content: "token={{{secrets.TOKEN}}}\\n"
    mode: "0640"
`;
