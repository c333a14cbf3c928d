/**
 * Running scripts: input, output, limits and every way of ending, against a server in this process that runs
 * the local /bin/sh.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Host } from "../../src/core/model/declared.ts";
import type { Remote, RunOptions, RunResult, Script } from "../../src/remote/remote.ts";
import {
  connectorFor,
  hostOf,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from "../support/ssh-server.ts";

let server: SshServer;
let remote: Remote;
const begin = async (options: SshServerOptions = {}, changes: Partial<Host> = {}): Promise<void> => {
  server = await startSshServer(options);
  remote = await connectorFor().connect(hostOf(server, changes));
};
const end = async (): Promise<void> => {
  remote.close();
  await server.close();
};
beforeEach(() => begin());
afterEach(end);
const restart = async (options: SshServerOptions, changes: Partial<Host> = {}): Promise<void> => {
  await end();
  await begin(options, changes);
};

const script = (text: string): Script => ({ name: "test.sh", text });
const run = (text: string, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  remote.run(script(text), { input: "", timeoutMilliseconds: 20_000, ...options });
const MEBIBYTE = 1024 * 1024;
async function* mebibytes(count: number, seen = { sent: 0 }): AsyncGenerator<Uint8Array> {
  for (; seen.sent < count; seen.sent++) yield Buffer.alloc(MEBIBYTE, "x");
}

describe("a script", () => {
  test("travels on standard input; the command line is constant", async () => {
    await run("echo SECRET-CANARY\n");
    expect(server.seen.commands).toEqual([`exec /bin/sh -c 'eval "$(head -c 19)"'`]);
  });

  test("its length counts in bytes, and its input stays its own to the byte", async () => {
    const input = "data that\nlooks like; exit 9\n\u0000\u00ff";
    const result = await run("# ünïcödé ☃\nwc -c\n", { input });
    expect(result.stdout.trim()).toBe(String(Buffer.byteLength(input)));
  });

  test("exit status, both outputs, and quotes", async () => {
    expect(await run(`echo "a'b"; echo oops >&2; exit 7\n`)).toEqual({
      exitCode: 7,
      stdout: "a'b\n",
      stderr: "oops\n",
    });
  });

  test("ended by a signal: no exit status", async () => {
    expect((await run("kill -9 $$\n")).exitCode).toBeNull();
  });

  test("behind sudo the line is constant, too", async () => {
    const path = join(server.folder, "bin");
    mkdirSync(path);
    writeFileSync(join(path, "sudo"), '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 9\nshift 2\nexec "$@"\n');
    chmodSync(join(path, "sudo"), 0o755);
    const before = server;
    server = await startSshServer({ path });
    const own = await connectorFor().connect(hostOf(server, { become: "sudo" }));
    expect((await own.run(script("cat"), { input: "in", timeoutMilliseconds: 5_000 })).stdout).toBe("in");
    expect(server.seen.commands).toEqual([`exec sudo -n -- /bin/sh -c 'eval "$(head -c 3)"'`]);
    own.close();
    await before.close();
  });

  test("lines come as they are complete, cut anywhere, invalid bytes marked", async () => {
    const lines: string[] = [];
    await run(
      "printf 'one\\ntw'; sleep 0.05; printf 'o \\303'; sleep 0.05; printf '\\274\\n\\377\\nrest'\n",
      { onLine: (line) => lines.push(line) },
    );
    expect(lines).toEqual(["one", "two ü", "\ufffd"]);
  });

  test("what onLine throws ends the run", async () => {
    const failing = run("echo; sleep 60\n", {
      onLine: () => {
        throw new Error("not expected");
      },
    });
    await expect(failing).rejects.toThrow("not expected");
  });
});

describe("input", () => {
  test("256 MiB pass through while only a part of them is ever in memory", async () => {
    const before = process.memoryUsage.rss();
    const result = await run("wc -c\n", { input: mebibytes(256) });
    expect(result.stdout.trim()).toBe(String(256 * MEBIBYTE));
    expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(170);
  });

  test("the writer waits for a reader that does not read", async () => {
    const seen = { sent: 0 };
    await expect(
      run("sleep 60\n", { input: mebibytes(50, seen), timeoutMilliseconds: 500 }),
    ).rejects.toMatchObject({ code: "timeout" });
    expect(seen.sent).toBeLessThan(12);
  });

  test("a script that ends early is no error, and the writer stops", async () => {
    const seen = { sent: 0 };
    expect(await run("head -c 5; exit 4\n", { input: mebibytes(50, seen) })).toEqual({
      exitCode: 4,
      stdout: "xxxxx",
      stderr: "",
    });
    await pause(100);
    expect(seen.sent).toBeLessThan(50);
  });

  test("an input that throws ends the run with its error", async () => {
    const broken = async function* (): AsyncGenerator<string> {
      yield "first";
      throw new Error("the artifact cannot be read");
    };
    await expect(run("cat >/dev/null\n", { input: broken() })).rejects.toThrow("the artifact cannot be read");
  });
});

describe("limits", () => {
  test("standard output past its cap is an answer that makes no sense", async () => {
    await expect(run("yes\n", { maxOutputBytes: 10_000 })).rejects.toMatchObject({
      name: "HostError",
      code: "host-answer",
    });
    expect((await run("echo still alive\n")).stdout).toBe("still alive\n");
  });

  test("of standard error the last 16 KiB are kept", async () => {
    const { stderr } = await run("i=0; while [ $i -lt 3000 ]; do echo line-$i >&2; i=$((i+1)); done\n");
    expect(stderr.length).toBe(16 * 1024);
    expect(stderr.endsWith("line-2999\n")).toBe(true);
  });

  test("standard error without end is stopped, and the connection lives on", async () => {
    await expect(run("yes complaint >&2\n")).rejects.toMatchObject({
      code: "host-answer",
      message: expect.stringContaining("printed more than 1048576 bytes on standard error; it was stopped"),
    });
    expect((await run("echo still alive\n")).stdout).toBe("still alive\n");
  });

  test("a deadline ends the channel, not the connection", async () => {
    const late = run("sleep 60\n", { timeoutMilliseconds: 200 });
    await expect(late).rejects.toMatchObject({
      name: "ConnectError",
      code: "timeout",
      message: expect.stringContaining("test.sh took longer than 0.2 s"),
    });
    expect((await run("echo still alive\n")).stdout).toBe("still alive\n");
    await expect.poll(() => server.seen.children[0]?.killed).toBe(true);
  });

  test("an abort rejects with its reason", async () => {
    const controller = new AbortController();
    const running = run("sleep 60\n", { signal: controller.signal });
    controller.abort(new Error("Ctrl-C"));
    await expect(running).rejects.toThrow("Ctrl-C");
    await expect(run("true\n", { signal: controller.signal })).rejects.toThrow("Ctrl-C");
  });

  test("six channels at once, the others wait their turn", async () => {
    const results = await Promise.all(
      Array.from({ length: 15 }, (_, index) => run(`sleep 0.05; echo ${index}\n`)),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(
      Array.from({ length: 15 }, (_, index) => String(index)),
    );
    expect(server.seen.mostChannels).toBe(6);
  });

  test("waiting for a channel counts against the deadline", async () => {
    const busy = Array.from({ length: 6 }, () =>
      run("sleep 60\n", { timeoutMilliseconds: 1_000 }).catch(() => "late"),
    );
    await expect(run("true\n", { timeoutMilliseconds: 100 })).rejects.toMatchObject({ code: "timeout" });
    expect(new Set(await Promise.all(busy))).toEqual(new Set(["late"]));
    expect((await run("echo free\n")).stdout).toBe("free\n");
  });
});

describe("a broken link", () => {
  test("in the middle of a run", async () => {
    const lost = run("echo start; sleep 60\n", { onLine: () => server.cut() });
    await expect(lost).rejects.toMatchObject({
      name: "ConnectError",
      code: "connection-lost",
      message: expect.stringContaining(`deploy@127.0.0.1:`),
    });
    await expect(run("true\n")).rejects.toMatchObject({ code: "connection-lost" });
    await expect(remote.forward("127.0.0.1", 1, 1_000)).rejects.toMatchObject({ code: "connection-lost" });
  });

  test("in the middle of an upload, for all that is under way", async () => {
    const input = async function* (): AsyncGenerator<Uint8Array> {
      yield* mebibytes(3);
      server.cut();
      yield* mebibytes(50);
    };
    const both = await Promise.allSettled([run("cat >/dev/null\n", { input: input() }), run("sleep 60\n")]);
    for (const one of both)
      expect(one).toMatchObject({ status: "rejected", reason: { code: "connection-lost" } });
  });

  test("close() ends what is under way and never throws", async () => {
    const running = run("sleep 60\n");
    setTimeout(() => remote.close(), 100);
    await expect(running).rejects.toMatchObject({ code: "connection-lost" });
    remote.close();
  });

  test("a server that lets no command start", async () => {
    await restart({ exec: (channel) => channel.close() });
    expect(await run("true\n")).toEqual({ exitCode: null, stdout: "", stderr: "" });
  });

  test("garbage from the login shell is output, not an error", async () => {
    await restart({
      exec: (channel) => {
        channel.write("\u001b[2J\u0000\u00ff".repeat(100));
        channel.exit(0);
        channel.end();
      },
    });
    expect((await run("true\n")).stdout).toContain("\u001b[2J");
  });
});

describe("sudo's refusal", () => {
  const answering = (stderr: string, code: number, stdout = ""): SshServerOptions => ({
    exec: (channel) => {
      channel.resume();
      channel.write(stdout);
      channel.stderr.write(stderr);
      channel.exit(code);
      channel.end();
    },
  });

  test.each([
    ["password", "sudo: a password is required\n", 1],
    ["behind a noisy .bashrc", "warming up\nsudo: a password is required\n", 1, "Welcome!\n"],
    ["sudoers", "deploy is not in the sudoers file.  This incident will be reported.\n", 1],
    ["tty", "sudo: sorry, you must have a tty to run sudo\n", 1],
    ["not allowed", "Sorry, user deploy is not allowed to execute '/bin/sh' as root on web1.\n", 1],
    ["another language", "sudo: Ein Passwort ist notwendig\n", 1],
    ["not installed", "sh: 1: exec: sudo: not found\n", 127],
  ])("%s", async (_name, stderr, code, stdout = "") => {
    await restart(answering(stderr, code, stdout), { become: "sudo" });
    await expect(run("true\n")).rejects.toMatchObject({
      name: "ConnectError",
      code: "sudo",
      message: expect.stringContaining("sudo refuses: "),
    });
  });

  test.each([
    [
      "a warning of a sudo that goes on",
      "sudo: unable to resolve host web1: Name or service not known\n",
      1,
      "",
    ],
    ["a script's own failure", "mkdir: no space left\n", 1, ""],
    ["a script that ran and printed", "sudo: unbekannt\n", 1, "frame\n"],
    ["success", "sudo: a password is required\n", 0, ""],
  ])("is not: %s", async (_name, stderr, code, stdout) => {
    await restart(answering(stderr, code, stdout), { become: "sudo" });
    expect(await run("true\n")).toEqual({ exitCode: code, stdout, stderr });
  });

  test("without sudo nothing is taken for it", async () => {
    await restart(answering("sudo: a password is required\n", 1));
    expect((await run("true\n")).exitCode).toBe(1);
  });
});

describe("forwarding", () => {
  const listen = async (): Promise<{ port: number; close: () => void }> => {
    const tcp = createServer((socket) => socket.end("hello from behind\n"));
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const address = tcp.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { port: address.port, close: () => tcp.close() };
  };

  test("reaches an address as the host sees it", async () => {
    const target = await listen();
    const stream = await remote.forward("127.0.0.1", target.port, 5_000);
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe("hello from behind\n");
    target.close();
  });

  test("nothing listens there: unreachable", async () => {
    const target = await listen();
    target.close();
    const refused = remote.forward("127.0.0.1", target.port, 5_000);
    await expect(refused).rejects.toMatchObject({
      name: "ConnectError",
      code: "unreachable",
      message: expect.stringContaining(`127.0.0.1:${target.port} on web1`),
    });
  });

  test("the server forbids it: host-step", async () => {
    await restart({ forwarding: "forbidden" });
    await expect(remote.forward("127.0.0.1", 80, 5_000)).rejects.toMatchObject({
      name: "HostError",
      code: "host-step",
    });
  });

  test("a forwarded connection takes a channel until it is closed", async () => {
    const target = await listen();
    const streams = await Promise.all(
      Array.from({ length: 6 }, () => remote.forward("127.0.0.1", target.port, 5_000)),
    );
    await expect(run("true\n", { timeoutMilliseconds: 200 })).rejects.toMatchObject({ code: "timeout" });
    for (const stream of streams) stream.resume().destroy();
    expect((await run("echo free\n")).stdout).toBe("free\n");
    target.close();
  });
});
