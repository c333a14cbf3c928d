/**
 * An SSH server inside the test process: commands run in the local /bin/sh, and every kind of misbehaviour
 * can be asked for.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import type { Host } from "../../src/core/model/declared.ts";
import type { Connector } from "../../src/remote/remote.ts";
import { type ConnectorOptions, makeConnector } from "../../src/remote/ssh.ts";

/** How the server is to behave; everything is well-behaved unless said otherwise. */
export type SshServerOptions = {
  /** TCP connections that are closed at once, before any banner. */
  readonly hangUps?: number;
  /** silent: accepts TCP and says nothing; stalled: sends its banner and nothing more. */
  readonly stall?: "silent" | "stalled";
  readonly forwarding?: "allowed" | "forbidden" | "refused";
  /**
   * refused: no key is accepted; hung-up: the right key is, and then the server hangs up, as sshd does when
   * PAM says no; tired: it hangs up after two keys.
   */
  readonly login?: "accepted" | "refused" | "hung-up" | "tired";
  /** What it says to people before the login. */
  readonly banner?: string;
  /** A folder that comes first in PATH, e.g. with a sudo of the test's own. */
  readonly path?: string;
  /** What the login shell prints before the command, as a noisy .bashrc does. */
  readonly noise?: string;
  /** Runs instead of a shell. */
  readonly exec?: (channel: ssh2.ServerChannel, command: string) => void;
  /** Key pairs of the host; default: one ed25519. */
  readonly hostKeys?: readonly KeyPair[];
};

/** A private key and its public line, as ssh-keygen writes them. */
export type KeyPair = { readonly private: string; readonly public: string };

/** A running server and what it saw. */
export type SshServer = {
  readonly port: number;
  readonly folder: string;
  readonly userKey: KeyPair;
  readonly hostKeys: readonly KeyPair[];
  /** Files in the folder: the user's private key, and a known_hosts that fits. */
  readonly identity: string;
  readonly knownHosts: string;
  readonly seen: {
    readonly commands: string[];
    connections: number;
    channels: number;
    mostChannels: number;
    logins: string[];
    readonly children: ChildProcess[];
    readonly clients: ssh2.Connection[];
  };
  /** Cuts every TCP connection. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
};

/**
 * A fresh key pair; a passphrase only with ed25519. ssh2 writes about one ed25519 key in 256 malformed; such
 * a one is thrown away.
 */
export function makeKeyPair(type: "ed25519" | "ecdsa" | "rsa" = "ed25519", passphrase?: string): KeyPair {
  const pair = generate(type, passphrase);
  return ssh2.utils.parseKey(pair.private, passphrase) instanceof Error
    ? makeKeyPair(type, passphrase)
    : pair;
}

function generate(type: "ed25519" | "ecdsa" | "rsa", passphrase: string | undefined): KeyPair {
  switch (type) {
    case "ed25519":
      if (passphrase === undefined) return ssh2.utils.generateKeyPairSync("ed25519");
      return ssh2.utils.generateKeyPairSync("ed25519", { passphrase, cipher: "aes256-ctr", rounds: 1 });
    case "ecdsa":
      return ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 });
    case "rsa":
      return ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 });
  }
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-ssh-"));
  const hostKeys = options.hostKeys ?? [makeKeyPair()];
  const userKey = makeKeyPair();
  const seen: SshServer["seen"] = {
    commands: [],
    connections: 0,
    channels: 0,
    mostChannels: 0,
    logins: [],
    children: [],
    clients: [],
  };
  const { banner } = options;
  const config = {
    hostKeys: hostKeys.map((pair) => pair.private),
    ...(banner === undefined ? {} : { banner }),
  };
  const ssh = new ssh2.Server(config, (client) => serve(client, options, userKey, seen));
  const sockets = new Set<Socket>();
  const tcp = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => {}));
    if (++seen.connections <= (options.hangUps ?? 0)) socket.destroy();
    else if (options.stall === undefined) ssh.injectSocket(socket);
    else if (options.stall === "stalled") socket.write("SSH-2.0-Stalled\r\n");
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const identity = join(folder, "id");
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(identity, userKey.private, { mode: 0o600 });
  writeFileSync(knownHosts, hostKeys.map((pair) => `[127.0.0.1]:${port} ${pair.public}\n`).join(""));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async (): Promise<void> => {
    cut();
    for (const child of seen.children) child.kill("SIGKILL");
    await new Promise((resolve) => tcp.close(resolve));
    rmSync(folder, { recursive: true });
  };
  return { port, folder, userKey, hostKeys, identity, knownHosts, seen, cut, close };
}

/** The inventory's host for a server. */
export function hostOf(server: SshServer, changes: Partial<Host> = {}): Host {
  const place = { file: "inventory/test.yaml", line: 1, column: 1 };
  const { port, identity, knownHosts } = server;
  const plain = { groups: [], vars: {}, labels: {}, systemd: 252, required: false, place };
  return {
    name: "web1",
    address: "127.0.0.1",
    port,
    user: "deploy",
    become: "none",
    identity,
    knownHosts,
    connectTimeoutSeconds: 10,
    ...plain,
    ...changes,
  };
}

/** A connector that takes keys and known_hosts from the host alone. */
export function connectorFor(changes: Partial<ConnectorOptions> = {}): Connector {
  return makeConnector({
    identity: null,
    knownHostsFiles: null,
    agentSocket: null,
    homeDirectory: null,
    ...changes,
  });
}

function serve(
  client: ssh2.Connection,
  options: SshServerOptions,
  userKey: KeyPair,
  seen: SshServer["seen"],
): void {
  const accepted = ssh2.utils.parseKey(userKey.public);
  if (accepted instanceof Error) throw accepted;
  seen.clients.push(client);
  client.on("error", () => {});
  client.on("authentication", (context) => {
    seen.logins.push(context.method);
    if (options.login === "tired" && seen.logins.length > 2) return client.end();
    const fits =
      context.method === "publickey" &&
      context.key.data.equals(accepted.getPublicSSH()) &&
      options.login !== "refused";
    if (!fits || context.method !== "publickey") return context.reject(["publickey"]);
    if (
      context.signature !== undefined &&
      accepted.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) !== true
    ) {
      return context.reject(["publickey"]);
    }
    if (options.login === "hung-up" && context.signature !== undefined) client.end();
    else context.accept();
  });
  client.on("session", (accept) => {
    seen.mostChannels = Math.max(seen.mostChannels, ++seen.channels);
    const session = accept();
    session.on("close", () => seen.channels--);
    session.on("env", (take) => take?.());
    session.on("exec", (take, _reject, { command }) => {
      seen.commands.push(command);
      const channel = take();
      channel.on("error", () => {});
      if (options.exec === undefined) runShell(channel, command, options, seen);
      else options.exec(channel, command);
    });
  });
  if (options.forwarding === "forbidden") return;
  client.on("tcpip", (accept, reject, { destIP, destPort }) => {
    if (options.forwarding === "refused") return reject();
    const socket = connect(destPort, destIP);
    socket.once("error", () => reject());
    socket.once("connect", () => {
      const channel = accept();
      channel.on("error", () => {});
      socket.pipe(channel).pipe(socket);
    });
  });
}

function runShell(
  channel: ssh2.ServerChannel,
  command: string,
  options: SshServerOptions,
  seen: SshServer["seen"],
): void {
  const path = options.path === undefined ? process.env.PATH : `${options.path}:${process.env.PATH}`;
  const child = spawn("/bin/sh", ["-c", command], { env: { PATH: path } });
  seen.children.push(child);
  child.stdin.on("error", () => {});
  channel.write(options.noise ?? "");
  channel.pipe(child.stdin);
  child.stdout.on("data", (piece) => channel.write(piece));
  child.stderr.on("data", (piece) => channel.stderr.write(piece));
  channel.on("close", () => child.kill("SIGKILL"));
  child.on("close", (code, signal) => {
    if (signal === null) channel.exit(code ?? 0);
    else channel.exit(signal.replace("SIG", ""));
    channel.end();
  });
}
