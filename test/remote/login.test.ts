/** Which keys are offered, in which order, and what a login that came to nothing says of it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { ConnectError } from "../../src/core/errors.ts";
import { exitCodeOfError } from "../../src/core/exit-code.ts";
import type { Host } from "../../src/core/model/declared.ts";
import type { ConnectorOptions } from "../../src/remote/ssh.ts";
import { startAgent, type TestAgent } from "../support/ssh-agent.ts";
import {
  connectorFor,
  hostOf,
  type KeyPair,
  makeKeyPair,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from "../support/ssh-server.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const start = async (options?: SshServerOptions): Promise<SshServer> => {
  const server = await startSshServer(options);
  closers.push(server.close);
  return server;
};
const agentOf = async ({ folder }: SshServer, pairs: readonly KeyPair[]): Promise<TestAgent> => {
  const agent = await startAgent(folder, pairs);
  closers.push(agent.close);
  return agent;
};
const login = async (
  server: SshServer,
  changes: Partial<Host>,
  options: Partial<ConnectorOptions> = {},
): Promise<ConnectError | null> => {
  try {
    const remote = await connectorFor(options).connect(hostOf(server, changes));
    closers.push(() => remote.close());
    return null;
  } catch (error) {
    expect(error).toMatchObject({ name: "ConnectError", host: "web1" });
    return error as ConnectError;
  }
};
const write = (server: SshServer, name: string, text: string): string => {
  const path = join(server.folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
/** The right key of the server behind a passphrase, as ssh-keygen writes it. */
const lock = (server: SshServer, name: string): string => {
  const path = write(server, name, server.userKey.private);
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret", "-f", path]);
  return path;
};
const strangers = (count: number): readonly KeyPair[] => Array.from({ length: count }, () => makeKeyPair());

describe("a named identity restricts the agent to it", () => {
  test("the public half of a key with a passphrase is in the key itself: one key is offered, not nine", async () => {
    const server = await start();
    const agent = await agentOf(server, [...strangers(8), server.userKey]);
    const identity = lock(server, "enc");
    expect(await login(server, { identity }, { agentSocket: agent.socket })).toBe(null);
    // ssh2 asks first and then signs.
    expect(server.seen.logins.length).toBe(2);
  });

  test("or beside it, or is all that there is", async () => {
    const server = await start({ login: "tired" });
    const agent = await agentOf(server, [...strangers(3), server.userKey]);
    const text =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n";
    const identity = write(server, "old", `${text}-----END RSA PRIVATE KEY-----\n`);
    const beside = write(server, "old.pub", server.userKey.public);
    expect(await login(server, { identity }, { agentSocket: agent.socket })).toBe(null);
    server.seen.logins.length = 0;
    expect(await login(server, { identity: beside }, { agentSocket: agent.socket })).toBe(null);
  });

  test("an agent that does not hold it is not asked for another", async () => {
    const server = await start();
    const agent = await agentOf(server, strangers(2));
    const identity = lock(server, "enc");
    const error = await login(server, { identity }, { agentSocket: agent.socket });
    expect(error?.message).toContain(`${identity} has a passphrase and the agent does not hold it`);
    expect(error?.commands).toEqual([`ssh-add ${identity}   # asks for its passphrase`]);
    expect(server.seen.connections).toBe(0);
  });
});

describe("without one", () => {
  test("the agent's key that is a default file comes first", async () => {
    const server = await start({ login: "tired" });
    const agent = await agentOf(server, [...strangers(8), server.userKey]);
    write(server, ".ssh/id_ed25519", server.userKey.private);
    const options = { agentSocket: agent.socket, homeDirectory: server.folder };
    expect(await login(server, { identity: null }, options)).toBe(null);
    expect(server.seen.logins.length).toBe(2);
  });

  test("what was tried is what was offered; what was not is named as such", async () => {
    const server = await start({ login: "tired", banner: "two is enough" });
    const agent = await agentOf(server, strangers(8));
    const file = write(server, ".ssh/id_ed25519", server.userKey.private);
    const options = { agentSocket: agent.socket, homeDirectory: server.folder };
    const error = await login(server, { identity: null }, options);
    expect(error?.message).toContain("hung up during the login, after 3 keys; it said: two is enough");
    expect(error?.message).not.toContain(file);
    const refusing = await start({ login: "refused" });
    const all = await login(refusing, { identity: null }, options);
    expect(all?.message).toMatch(/accepts none of the keys: tried (\S+ of the agent(, )?){6} and 3 more$/);
  });

  test("no key at all: first one is made, then it is copied", async () => {
    const server = await start();
    const error = await login(server, { identity: null }, { homeDirectory: server.folder });
    expect(error?.message).toContain("no agent is running and no default key file exists");
    expect(error?.commands).toEqual([
      "ssh-keygen -t ed25519   # makes a key",
      `ssh-copy-id -p ${server.port} deploy@127.0.0.1   # puts your public key there`,
    ]);
  });
});

describe("what the server says", () => {
  test("a key that is accepted and a login that is not: refused, with the server's words, harmless", async () => {
    const server = await start({
      login: "hung-up",
      banner: "Maintenance \u001b[31muntil\u0007 14:00\nask ops\n",
    });
    const error = await login(server, {});
    expect(error?.message).toBe(
      `deploy@127.0.0.1:${server.port}: the server accepts the key (${server.identity}) and refuses the ` +
        "login; it said: Maintenance until 14:00 ask ops",
    );
    expect(error?.hint).toContain(`-i ${server.identity} -o UserKnownHostsFile=${server.knownHosts}`);
    expect(error === null ? 0 : exitCodeOfError(error)).toBe(77);
  });

  test("an expired account has a sentence of its own; words without end are cut", async () => {
    const expired = await start({ login: "hung-up", banner: "Your account has expired; please contact us." });
    const error = await login(expired, {});
    expect(error?.message).toContain("the account of deploy has expired");
    expect(error?.hint).toContain("chage -E -1 deploy");
    const long = await start({ login: "hung-up", banner: "x".repeat(9000) });
    expect((await login(long, {}))?.message.length).toBeLessThan(700);
  });

  test("a connection that breaks before a key was accepted stays unreachable", async () => {
    const server = await start({ login: "tired" });
    server.seen.logins.push("before", "before");
    expect(await login(server, {})).toMatchObject({ code: "unreachable" });
  });
});

describe("keys in other clothes", () => {
  test("PKCS#8 names the conversion", async () => {
    const server = await start();
    const identity = write(server, "p8", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    expect((await login(server, { identity }))?.message).toContain(`ssh-keygen -p -f ${identity}`);
  });

  test("--identity FILE refused: ssh-copy-id -i FILE", async () => {
    const server = await start({ login: "refused" });
    const error = await login(server, {}, { identity: server.identity });
    expect(error?.commands).toEqual([
      `ssh-copy-id -i ${server.identity} -p ${server.port} deploy@127.0.0.1   # puts your public key there`,
    ]);
  });
});

describe("the host's key", () => {
  test("one that is known for the bare name is taken at another port, with a note", async () => {
    const server = await start();
    const bare = write(server, "bare", `127.0.0.1 ${server.hostKeys[0]?.public}\n`);
    const remote = await connectorFor().connect(hostOf(server, { knownHosts: bare }));
    closers.push(() => remote.close());
    expect(remote.notes).toEqual([
      `its key is known for 127.0.0.1 (${bare}:1), not for port ${server.port}; it is taken, as ssh does`,
    ]);
  });

  test("but not where the port has another key, nor a key that is revoked there", async () => {
    const server = await start();
    const line = `127.0.0.1 ${server.hostKeys[0]?.public}\n`;
    const other = write(server, "other", `${line}[127.0.0.1]:${server.port} ${makeKeyPair().public}\n`);
    const changed = await login(server, { knownHosts: other });
    expect(changed?.message).toMatch(
      /CHANGED.*\n {4}sent: {2}\S+ SHA256:\S+\n {4}known: \S+ SHA256:\S+ \(.*other:2\)$/,
    );
    expect(changed?.commands.at(-1)).toBe(`ssh-keygen -R '[127.0.0.1]:${server.port}' -f ${other}`);
    const revoked = write(server, "revoked", `${line}@revoked ${line}`);
    expect((await login(server, { knownHosts: revoked }))?.message).toContain("its key is revoked");
  });
});

test("a name that only ssh's configuration knows: said, and what to give", async () => {
  const server = await start();
  write(server, ".ssh/config", "Host *\n  User x\nHost other no-such-*.invalid\n  HostName 192.0.2.1\n");
  const options = { homeDirectory: server.folder };
  const error = await login(server, { address: "no-such-host.invalid" }, options);
  expect(error?.message).toContain(
    `It is a name of ${server.folder}/.ssh/config:3, a file that svcdeploy does`,
  );
  expect(error?.hint).toContain("ssh -G no-such-host.invalid");
  const plain = await login(server, { address: "nowhere.invalid" }, options);
  expect(plain?.message).not.toContain(".ssh/config");
});
