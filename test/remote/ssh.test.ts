/** Connecting: host keys, logins, deadlines and refusals, against a server in this process. */
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ConnectError } from "../../src/core/errors.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { fingerprint } from "../../src/remote/known-hosts.ts";
import type { Remote, RunOptions, Script } from "../../src/remote/remote.ts";
import {
  connectorFor,
  hostOf,
  type KeyPair,
  makeKeyPair,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from "../support/ssh-server.ts";

const servers: SshServer[] = [];
const remotes: Remote[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const remote of remotes.splice(0)) remote.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (options?: SshServerOptions): Promise<SshServer> => {
  const server = await startSshServer(options);
  servers.push(server);
  return server;
};
const open = async (
  server: SshServer,
  changes: Partial<Host> = {},
  connector = connectorFor(),
): Promise<Remote> => {
  const remote = await connector.connect(hostOf(server, changes));
  remotes.push(remote);
  return remote;
};
const refusal = async (work: Promise<Remote>): Promise<ConnectError> => {
  const result: unknown = await work.then(
    (remote) => remotes.push(remote),
    (error) => error,
  );
  expect(result).toMatchObject({ name: "ConnectError", host: "web1" });
  return result as ConnectError;
};
const blob = (pair: KeyPair): Buffer => {
  const parsed = ssh2.utils.parseKey(pair.public);
  if (parsed instanceof Error) throw parsed;
  return parsed.getPublicSSH();
};
const SCRIPT: Script = { name: "echo.sh", text: "cat\n" };
const OPTIONS: RunOptions = { input: "hello\n", timeoutMilliseconds: 10_000 };

describe("the host key", () => {
  test("a known key is accepted and a script runs", async () => {
    const remote = await open(await start());
    expect(await remote.run(SCRIPT, OPTIONS)).toEqual({ exitCode: 0, stdout: "hello\n", stderr: "" });
  });

  test("a changed key is refused with both fingerprints and the old one's place; no login and no command was sent", async () => {
    const server = await start();
    const old = makeKeyPair();
    writeFileSync(server.knownHosts, `# ours\n[127.0.0.1]:${server.port} ${old.public}\n`);
    const error = await refusal(open(server));
    expect(error.code).toBe("host-key");
    expect(error.message).toContain(fingerprint(blob(old)));
    expect(error.message).toContain(`${server.knownHosts}:2`);
    expect(error.message).toContain(fingerprint(blob(server.hostKeys[0] ?? old)));
    expect(server.seen).toMatchObject({ logins: [], commands: [], connections: 1 });
  });

  test("an unknown key is refused with its type and fingerprint; nothing is written", async () => {
    const server = await start();
    const empty = join(server.folder, "empty");
    writeFileSync(empty, "");
    const error = await refusal(open(server, { knownHosts: empty }));
    expect(error.code).toBe("host-key");
    expect(error.message).toContain(
      `deploy@127.0.0.1:${server.port}: its key is not in ${empty}. It sent ssh-ed25519 SHA256:`,
    );
    expect(server.seen.logins).toEqual([]);
  });

  test("a certificate authority's line does not make a key known, and the message says so", async () => {
    const server = await start();
    writeFileSync(server.knownHosts, `@cert-authority * ${server.hostKeys[0]?.public}\n`);
    const error = await refusal(open(server));
    expect(error.message).toContain(`The @cert-authority at ${server.knownHosts}:1 does not count`);
  });

  test("a revoked key is refused although it is known", async () => {
    const server = await start();
    writeFileSync(
      server.knownHosts,
      `[127.0.0.1]:${server.port} ${server.hostKeys[0]?.public}\n@revoked * ${server.hostKeys[0]?.public}\n`,
    );
    const error = await refusal(open(server));
    expect(error.message).toContain(`its key is revoked (${server.knownHosts}:2)`);
  });

  test("the known type is asked for, whatever the server would rather send", async () => {
    const keys = [makeKeyPair("ed25519"), makeKeyPair("ecdsa"), makeKeyPair("rsa")];
    const server = await start({ hostKeys: keys });
    for (const pair of keys) {
      const file = join(server.folder, `known-${blob(pair).length}`);
      writeFileSync(file, `[127.0.0.1]:${server.port} ${pair.public}\n`);
      const remote = await open(server, { knownHosts: file });
      expect((await remote.run(SCRIPT, OPTIONS)).exitCode).toBe(0);
    }
  });

  test("the option's known_hosts wins over the inventory's; without it the inventory's counts", async () => {
    const server = await start();
    const other = join(server.folder, "other");
    writeFileSync(other, "");
    expect((await refusal(open(server, {}, connectorFor({ knownHostsFiles: [other] })))).code).toBe(
      "host-key",
    );
    await open(
      server,
      { knownHosts: other },
      connectorFor({ knownHostsFiles: [join(server.folder, "absent"), server.knownHosts] }),
    );
    await open(server, { knownHosts: server.knownHosts }, connectorFor({ knownHostsFiles: null }));
  });
});

describe("the login", () => {
  test("one signed attempt, no probe with `none`", async () => {
    const server = await start();
    await open(server);
    expect(new Set(server.seen.logins)).toEqual(new Set(["publickey"]));
  });

  test("a refused key is an auth error that names the key's file", async () => {
    const server = await start({ login: "refused" });
    const error = await refusal(open(server));
    expect(error.code).toBe("auth");
    expect(error.message).toContain(`tried ${server.identity}`);
    expect(server.seen).toMatchObject({ connections: 1, commands: [] });
  });

  test("--identity wins over the inventory's", async () => {
    const server = await start();
    const wrong = join(server.folder, "wrong");
    writeFileSync(wrong, makeKeyPair().private);
    expect((await refusal(open(server, {}, connectorFor({ identity: wrong })))).message).toContain(
      `tried ${wrong}`,
    );
    await open(server, { identity: wrong }, connectorFor({ identity: server.identity }));
  });

  test("without an identity the default files are tried in turn", async () => {
    const server = await start();
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(server.folder, ".ssh"));
    writeFileSync(join(server.folder, ".ssh/id_ed25519"), makeKeyPair().private);
    writeFileSync(join(server.folder, ".ssh/id_rsa"), server.userKey.private);
    await open(server, { identity: null }, connectorFor({ homeDirectory: server.folder }));
  });

  test.each([
    ["absent", null, "does not exist"],
    ["a public key", makeKeyPair().public, "is a public key"],
    ["no key at all", "hello", "is not a private key"],
    [
      "with a passphrase and no agent",
      makeKeyPair("ed25519", "secret").private,
      "has a passphrase and no agent is running",
    ],
  ])("an identity that is %s is said to be, before anything is sent", async (_name, content, expected) => {
    const server = await start();
    const identity = join(server.folder, "mine");
    if (content !== null) writeFileSync(identity, content);
    const error = await refusal(open(server, { identity }));
    expect(error).toMatchObject({ code: "auth" });
    expect(error.message).toContain(`${identity} ${expected}`);
    expect(server.seen.connections).toBe(0);
  });

  test("an agent that is not there does not stand in the way of a key file", async () => {
    const server = await start();
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(server.folder, ".ssh"));
    writeFileSync(join(server.folder, ".ssh/id_ed25519"), server.userKey.private);
    const connector = connectorFor({
      homeDirectory: server.folder,
      agentSocket: join(server.folder, "no-agent"),
    });
    await open(server, { identity: null }, connector);
  });
});

describe("the way there", () => {
  test("Nagle's algorithm is off from the start", async () => {
    const spy = vi.spyOn(Socket.prototype, "setNoDelay");
    const server = await start();
    await open(server);
    expect(spy).toHaveBeenCalledWith(true);
  });

  test.each(["silent", "stalled"] as const)(
    "a server that accepts and is %s runs into the connect timeout",
    async (stall) => {
      const server = await start({ stall });
      const error = await refusal(open(server, { connectTimeoutSeconds: 0.2 }));
      expect(error).toMatchObject({ code: "timeout" });
      expect(error.message).toContain(
        `deploy@127.0.0.1:${server.port}: no SSH session within 0.2 s (connectTimeout)`,
      );
    },
  );

  test("a closed port is unreachable in plain words", async () => {
    const server = await start();
    const { port } = server;
    servers.splice(0);
    await server.close();
    const again = await start();
    const error = await refusal(open(again, { port }));
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toContain(`deploy@127.0.0.1:${port}: connection refused`);
  });

  test("a name that does not resolve is unreachable", async () => {
    const error = await refusal(open(await start(), { address: "no-such-host.invalid" }));
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toContain("the name does not resolve");
  });

  test("a server that hangs up once before its banner is tried again, once", async () => {
    const once = await start({ hangUps: 1 });
    await open(once);
    expect(once.seen.connections).toBe(2);
    const always = await start({ hangUps: 9 });
    const error = await refusal(open(always));
    expect(error).toMatchObject({ code: "unreachable" });
    expect(always.seen.connections).toBe(2);
  });

  test("at most 32 handshakes are under way", async () => {
    const server = await start({ stall: "silent" });
    const connector = connectorFor();
    const host = hostOf(server, { connectTimeoutSeconds: 2 });
    const all = Promise.allSettled(Array.from({ length: 40 }, () => connector.connect(host)));
    await vi.waitFor(() => expect(server.seen.connections).toBe(32), { timeout: 1_900 });
    const results = await all;
    expect(server.seen.connections).toBe(40);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
  });
});

describe("a hostile server", () => {
  test("cannot open channels to us: X11, agent, forwarded TCP", async () => {
    const server = await start();
    const remote = await open(server);
    const client = server.seen.clients[0];
    const attempts = [
      (done: (error?: Error) => void) => client?.x11("127.0.0.1", 1, done),
      (done: (error?: Error) => void) => client?.forwardOut("127.0.0.1", 1, "127.0.0.1", 2, done),
    ];
    for (const attempt of attempts)
      expect(await new Promise((resolve) => attempt(resolve))).toBeInstanceOf(Error);
    expect((await remote.run(SCRIPT, OPTIONS)).stdout).toBe("hello\n");
  });
});
