/** Logins that a real sshd, PAM or shell refuses: the host's own words, and exit 77; and an agent with many keys. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

let host: TestHost;
let shop: Workshop;
let folder: string;
let agent: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-logins-"));
  agent = spawn("ssh-agent", ["-D", "-a", join(folder, "agent")], { stdio: "ignore" });
  host = await startHost({ systemd: 257 });
  shop = makeWorkshop([host], { user: "deploy", systemd: 257 });
});
afterAll(async () => {
  agent.kill();
  rmSync(folder, { recursive: true, force: true });
  shop.remove();
  await removeHosts();
});

const check = (): Promise<Run> => shop.run(["check", "--env", "test"]);
/** The text without its line breaks. */
const flat = (text: string): string => text.replace(/\s+/g, " ");

describe("a key that is accepted, and no login", () => {
  test.each([
    [
      "nologin",
      "echo 'In maintenance until 14:00, ask ops' >/etc/nologin",
      "rm /etc/nologin",
      /accepts the key \(\S+\) and refuses the login; it said: In maintenance until 14:00, ask ops/,
    ],
    [
      "an expired account",
      "chage -E 2020-01-01 deploy",
      "chage -E -1 deploy",
      /the account of deploy has expired: .* it said: Your account has expired; please contact/,
    ],
    [
      "an expired password",
      "chage -d 0 deploy",
      "chage -d 2026-01-01 deploy",
      /the password of deploy has expired.* its output: Password change required but no TTY available\./,
    ],
    [
      "a shell that says no",
      "usermod -s /usr/sbin/nologin deploy",
      "usermod -s /bin/bash deploy",
      /answers in its place; its output: This account is currently not available\. .*login shell.*ForceCommand/,
    ],
    [
      "a shell that says nothing",
      "usermod -s /bin/false deploy",
      "usermod -s /bin/bash deploy",
      /answers in its place with nothing \(exit status 1\)/,
    ],
    [
      "ForceCommand",
      "printf 'Match User deploy\\n  ForceCommand internal-sftp\\n' >/etc/ssh/sshd_config.d/t.conf && systemctl reload ssh",
      "rm /etc/ssh/sshd_config.d/t.conf && systemctl reload ssh",
      /answers in its place; its output: This service allows sftp connections only\./,
    ],
  ])("%s", async (_name, refuse, allow, words) => {
    await host.shell(refuse);
    try {
      const { code, stdout } = await check();
      expect({ code, text: flat(stdout) }).toEqual({ code: 77, text: expect.stringMatching(words) });
    } finally {
      await host.shell(allow);
    }
  });

  test("and afterwards it is ready", async () => {
    expect((await check()).code).toBe(0);
  });
});

describe("an agent with more keys than sshd takes", () => {
  const withAgent = (home: string): Promise<Run> =>
    shop.run(["check", "--env", "test"], { env: { SSH_AUTH_SOCK: join(folder, "agent"), HOME: home } });
  const add = (file: string): void => {
    execFileSync("ssh-add", ["-q", file], {
      env: { ...process.env, SSH_AUTH_SOCK: join(folder, "agent"), SSH_ASKPASS_REQUIRE: "never" },
      stdio: "ignore",
    });
  };

  test("a named identity is the one key that is offered; without it, sshd hangs up and that is said", async () => {
    await until(10_000, "the agent's socket", () => (existsSync(join(folder, "agent")) ? true : null));
    for (let n = 1; n <= 8; n += 1) {
      execFileSync("ssh-keygen", [
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        `k${n}`,
        "-f",
        join(folder, `k${n}`),
      ]);
      add(join(folder, `k${n}`));
    }
    add(host.identity);
    const locked = join(folder, "locked");
    execFileSync("cp", [host.identity, locked]);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret", "-f", locked]);
    const inventory = readFileSync(join(shop.folder, "inventory/test.yaml"), "utf8");
    shop.write("inventory/test.yaml", inventory.replace(host.identity, locked));
    expect((await withAgent(folder)).code).toBe(0);
    shop.write("inventory/test.yaml", inventory.replace(`identity: ${host.identity}, `, ""));
    const { code, stdout } = await withAgent(folder);
    expect(code).toBe(77);
    expect(flat(stdout)).toMatch(
      /the server hung up after 6 keys \(Too many authentication failures\): tried k1 of the agent, .*not tried: k7, k8/,
    );
    shop.write("inventory/test.yaml", inventory);
  });
});

test("a key that is known for the bare name is taken at another port; --verbose says so", async () => {
  const bare = join(folder, "bare");
  const lines = readFileSync(host.knownHosts, "utf8").replaceAll(`[127.0.0.1]:${host.port}`, "127.0.0.1");
  execFileSync("sh", ["-c", 'cat >"$0"', bare], { input: lines });
  const words = ["--known-hosts", bare, "--env", "test"];
  for (const command of ["check", "plan"]) {
    const seen = await shop.run([command, ...words]);
    expect(seen.code).toBe(0);
    expect(flat(seen.stdout)).toContain(`its key is known for 127.0.0.1 (${bare}:`);
  }
  const { code, stdout, stderr } = await shop.run(["apply", "--yes", "--verbose", ...words]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(flat(stdout)).toContain(`its key is known for 127.0.0.1 (${bare}:`);
  expect(flat(stdout)).toContain(`not for port ${host.port}; it is taken, as ssh does`);
});
