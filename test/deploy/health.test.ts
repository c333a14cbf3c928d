/**
 * Health checks asked over a real SSH connection to a server in this process: forwarded, by curl, over TCP,
 * and as commands.
 */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Check } from "../../src/core/model/service.ts";
import type { HttpCheck } from "../../src/core/verify/health.ts";
import { runCheck, waitHealthy } from "../../src/deploy/health.ts";
import type { Remote } from "../../src/remote/remote.ts";
import {
  connectorFor,
  hostOf,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from "../support/ssh-server.ts";

let server: SshServer;
let remote: Remote;
const webs: { close: () => unknown }[] = [];
const begin = async (options: SshServerOptions = {}): Promise<void> => {
  server = await startSshServer(options);
  remote = await connectorFor().connect(hostOf(server));
};
const end = async (): Promise<void> => {
  remote.close();
  await server.close();
};
const restart = async (options: SshServerOptions): Promise<void> => {
  await end();
  await begin(options);
};
beforeEach(() => begin());
afterEach(async () => {
  await end();
  for (const web of webs.splice(0)) web.close();
});

const place = { file: "services/a.yaml", line: 3, column: 5 };
const listen = async (web: Server): Promise<number> => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  webs.push({ close: () => [web.closeAllConnections(), web.close()] });
  const address = web.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};
const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));
const http = (url: string, changes: Partial<HttpCheck> = {}): HttpCheck => ({
  kind: "http",
  role: "ready",
  place,
  url,
  via: "forward",
  status: 200,
  json: null,
  withinMilliseconds: 5_000,
  ...changes,
});
const tcp = (port: number): Check => ({
  kind: "tcp",
  role: "ready",
  place,
  address: "127.0.0.1",
  port,
  withinMilliseconds: 5_000,
});
const command = (...words: string[]): Check => ({
  kind: "command",
  role: "ready",
  place,
  command: words,
  withinMilliseconds: 5_000,
});
const closedPort = async (): Promise<number> => {
  const probe = createTcpServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 1;
};

const ways: { name: string; options: SshServerOptions; via: "forward" | "host" }[] = [
  { name: "forwarded", options: {}, via: "forward" },
  { name: "curl, as forwarding is forbidden", options: { forwarding: "forbidden" }, via: "forward" },
  { name: "curl, as asked", options: {}, via: "host" },
];
describe.each(ways)("HTTP: $name", ({ options, via }) => {
  beforeEach(() => restart(options));
  const ask = (url: string, changes: Partial<HttpCheck> = {}) =>
    runCheck(remote, http(url, { via, ...changes }));

  test("a good answer, with JSON", async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.end('{"status":"ok"}');
    });
    const url = `http://127.0.0.1:${port}/ready?a=1&b=$(id)`;
    expect(await ask(url, { json: { status: "ok" } })).toEqual({
      ok: true,
      detail: expect.stringMatching(/^HTTP 200 in \d+ ms$/),
    });
    expect(seen).toEqual([`GET /ready?a=1&b=$(id) 127.0.0.1:${port}`]);
    expect(server.seen.commands).toHaveLength(via === "host" || options.forwarding === "forbidden" ? 1 : 0);
  });

  test("a bad status with its body, a redirect that is not followed", async () => {
    let followed = 0;
    const port = await serve((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "/target" }).end();
      else if (request.url === "/target") followed++;
      else response.writeHead(500).end("database is away\nsecond line");
    });
    expect((await ask(`http://127.0.0.1:${port}/`)).detail).toMatch(
      /^HTTP 500 in \d+ ms, expected 200\ndatabase is away\nsecond line$/,
    );
    expect((await ask(`http://127.0.0.1:${port}/moved`)).detail).toContain("redirects are not followed");
    expect(followed).toBe(0);
  });

  test("a wrong field", async () => {
    const port = await serve((_request, response) => response.end('{"status":"degraded"}'));
    expect((await ask(`http://127.0.0.1:${port}/`, { json: { status: "ok" } })).detail).toMatch(
      /status: expected "ok", found "degraded"$/,
    );
  });

  test("an empty body", async () => {
    const port = await serve((_request, response) => response.writeHead(204).end());
    expect((await ask(`http://127.0.0.1:${port}/`, { status: 204 })).ok).toBe(true);
  });

  test("a body without end is cut, the status still counts", async () => {
    const port = await serve((_request, response) => {
      const more = (): void => {
        while (response.write("x".repeat(65_536)) && !response.destroyed);
      };
      response.on("drain", more).on("error", () => {});
      more();
    });
    expect((await ask(`http://127.0.0.1:${port}/`)).ok).toBe(true);
    expect((await ask(`http://127.0.0.1:${port}/`, { json: { a: 1 } })).detail).toContain(
      "too large to be checked",
    );
  });

  test("nothing listens", async () => {
    const { ok, detail } = await ask(`http://127.0.0.1:${await closedPort()}/`);
    expect(ok).toBe(false);
    expect(detail).toMatch(/nothing answers at 127|Failed to connect|onnection refused|could not connect/i);
  });

  test("it hangs up without an answer, or says something else", async () => {
    const port = await serve((request) => request.socket.destroy());
    expect((await ask(`http://127.0.0.1:${port}/`)).ok).toBe(false);
    const other = createTcpServer((socket) => socket.on("error", () => {}).end("SSH-2.0-nonsense\r\n"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    webs.push(other);
    const address = other.address();
    expect((await ask(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`)).ok).toBe(
      false,
    );
  });
});

test("a slow answer breaks the latency promise", async () => {
  const port = await serve((_request, response) => setTimeout(() => response.end("ok"), 60));
  expect(
    (await runCheck(remote, http(`http://127.0.0.1:${port}/`, { withinMilliseconds: 20 }))).detail,
  ).toMatch(/, expected within 20 ms$/);
});

test("HTTPS with a certificate that no one signed is refused", async () => {
  const port = await listen(
    createTlsServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => response.end("ok")),
  );
  const { ok, detail } = await runCheck(remote, http(`https://127.0.0.1:${port}/`));
  expect(ok).toBe(false);
  expect(detail).toMatch(/self.signed/);
});

test("noise of the login shell does not get into an answer", async () => {
  await restart({ noise: "200 0.1 0\nWelcome!\n" });
  const port = await serve((_request, response) => response.writeHead(503).end("away"));
  expect((await runCheck(remote, http(`http://127.0.0.1:${port}/`, { via: "host" }))).detail).toMatch(
    /^HTTP 503.*\naway$/,
  );
  expect((await runCheck(remote, command("sh", "-c", "echo why; exit 2"))).detail).toBe("exit status 2\nwhy");
});

describe("TCP", () => {
  test("open and closed, forwarded", async () => {
    const port = await serve(() => {});
    expect((await runCheck(remote, tcp(port))).ok).toBe(true);
    expect((await runCheck(remote, tcp(await closedPort()))).detail).toMatch(
      /^nothing answers at 127\.0\.0\.1:\d+ on web1/,
    );
  });

  test("open and closed, where forwarding is forbidden", async () => {
    await restart({ forwarding: "forbidden" });
    const port = await serve(() => {});
    expect(await runCheck(remote, tcp(port))).toMatchObject({ ok: true });
    expect((await runCheck(remote, tcp(await closedPort()))).detail).toMatch(/refused/i);
  });
});

describe("commands", () => {
  test("arguments arrive as they are, no shell in between", async () => {
    const hostile = ["$(id)", "`id`", "a b", "", "*", "'", '"', "\\n", "-n", "ü☃", "a;b|c>d"];
    const check = command("/bin/sh", "-c", 'printf "<%s>" "$@"; exit 3', "x", ...hostile);
    expect((await runCheck(remote, check)).detail).toBe(
      `exit status 3\n${hostile.map((word) => `<${word}>`).join("")}`,
    );
  });

  test("exit 0 is healthy", async () => {
    expect(await runCheck(remote, command("true"))).toEqual({
      ok: true,
      detail: expect.stringMatching(/^exit status 0 in \d+ ms$/),
    });
  });

  test("a command that is not there, or cannot be run", async () => {
    expect((await runCheck(remote, command("/no/such/command"))).detail).toMatch(
      /^no such command \(exit status 127\)/,
    );
    expect((await runCheck(remote, command("/etc/passwd"))).detail).toMatch(
      /^cannot be executed \(exit status 126\)/,
    );
  });

  test("its output is capped, sanitised, and cannot pass for the answer", async () => {
    const { detail } = await runCheck(
      remote,
      command("/bin/sh", "-c", "yes | head -c 1000000; printf '\\033[31mred'; exit 9"),
    );
    expect(detail).toMatch(/^exit status 9\n/);
    expect(detail.length).toBeLessThan(700);
  });

  test("what it leaves running in the background is not waited for", async () => {
    expect((await runCheck(remote, command("sh", "-c", "sleep 25 >/dev/null 2>&1 & echo started"))).ok).toBe(
      true,
    );
  });

  test("one that reads its input finds none", async () => {
    expect((await runCheck(remote, command("cat"))).ok).toBe(true);
  });
});

describe("waiting", () => {
  const options = { deadlineMilliseconds: 5_000, successes: 1, intervalMilliseconds: 10 };

  test("until it is healthy, so many times in a row", async () => {
    const statuses = [500, 200, 500, 200, 200, 200];
    let asked = 0;
    const port = await serve((_request, response) => response.writeHead(statuses[asked++] ?? 500).end());
    const [result] = await waitHealthy(remote, [{ service: "a", check: http(`http://127.0.0.1:${port}/`) }], {
      ...options,
      successes: 3,
    });
    expect(result).toMatchObject({
      service: "a",
      check: `http://127.0.0.1:${port}/`,
      role: "ready",
      ok: true,
      attempts: 6,
    });
  });

  test("until the deadline; the last failure is told, as the check's role has it", async () => {
    const checks = [
      { service: "a", check: command("false") },
      { service: "a", check: { ...command("false"), role: "live" as const } },
      { service: "b", check: command("true") },
    ];
    const results = await waitHealthy(remote, checks, { ...options, deadlineMilliseconds: 1000 });
    expect(results.map(({ service, ok, detail }) => [service, ok, detail.split(" in ")[0]])).toEqual([
      ["a", false, "exit status 1"],
      ["a", false, "process stuck: exit status 1"],
      ["b", true, "exit status 0"],
    ]);
    expect(results[0]?.attempts).toBeGreaterThan(1);
  });

  test("without time there is still one attempt", async () => {
    const [result] = await waitHealthy(remote, [{ service: "a", check: command("false") }], {
      ...options,
      deadlineMilliseconds: 0,
    });
    expect(result).toMatchObject({ ok: false, attempts: 1 });
  });

  test("a deadline in the middle of a row is unhealthy", async () => {
    const [result] = await waitHealthy(remote, [{ service: "a", check: command("true") }], {
      ...options,
      deadlineMilliseconds: 0,
      successes: 3,
    });
    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringContaining("only 1 of 3 successes in a row"),
    });
  });

  test("no checks, no results", async () => {
    expect(await waitHealthy(remote, [], options)).toEqual([]);
  });

  test("a lost connection is thrown, not counted as unhealthy", async () => {
    setTimeout(() => server.cut(), 100);
    const waiting = waitHealthy(remote, [{ service: "a", check: command("false") }], options);
    await expect(waiting).rejects.toMatchObject({ name: "ConnectError", code: "connection-lost" });
  });

  test("an abort ends it at once, in the middle of an attempt, with what was seen last", async () => {
    const controller = new AbortController();
    let asked = 0;
    const port = await serve((_request, response) => {
      if (++asked === 1) response.writeHead(500).end("warming up");
      else setTimeout(() => controller.abort(new Error("its unit failed")), 20);
    });
    const waiting = waitHealthy(remote, [{ service: "a", check: http(`http://127.0.0.1:${port}/`) }], {
      ...options,
      signal: controller.signal,
    });
    expect(await waiting).toMatchObject([
      { ok: false, attempts: 2, detail: expect.stringMatching(/^HTTP 500 .*\nwarming up$/) },
    ]);
  });

  test("an attempt that was broken off is no further success in a row", async () => {
    const controller = new AbortController();
    let asked = 0;
    const port = await serve((_request, response) => {
      if (++asked === 1) response.end();
      else setTimeout(() => controller.abort(new Error("its unit failed")), 20);
    });
    const check = { service: "a", check: http(`http://127.0.0.1:${port}/`) };
    const [result] = await waitHealthy(remote, [check], {
      ...options,
      successes: 2,
      signal: controller.signal,
    });
    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringContaining("only 1 of 2 successes in a row"),
    });
  });

  test("a signal that came before the first attempt leaves nothing seen", async () => {
    const port = await serve(() => {});
    const check = { service: "a", check: http(`http://127.0.0.1:${port}/`) };
    const [result] = await waitHealthy(remote, [check], {
      ...options,
      signal: AbortSignal.abort(new Error("its unit failed")),
    });
    expect(result).toMatchObject({ ok: false, attempts: 1, detail: "not checked: its unit failed" });
  });
});

test("a single attempt passes an abort's reason on", async () => {
  const port = await serve(() => {});
  await expect(
    runCheck(remote, http(`http://127.0.0.1:${port}/`), AbortSignal.timeout(50)),
  ).rejects.toMatchObject({ name: "TimeoutError" });
});

// A throw-away pair for 127.0.0.1, signed by itself; it guards nothing.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYGB7jatdw34jdMbH
rNCH5W3+humt0U6ppidZiya1P0yhRANCAASvFIQPpoZGkznt1tNQ68qBpAEDXapY
qo6RUnfAjvzzHv7ZQ483L0MA0GWD2yVCAO8557C/tSn79gZTg1LozpDU
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUWeW2i0BJHJ3q57PE40awrT/d7KkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTA3MjgyN1oYDzIxMjYxMDI4
MDcyODI3WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASvFIQPpoZGkznt1tNQ68qBpAEDXapYqo6RUnfAjvzzHv7ZQ483L0MA
0GWD2yVCAO8557C/tSn79gZTg1LozpDUo2QwYjAdBgNVHQ4EFgQUFGHec6IE0eZu
j5oR8tTxC6xKjhYwHwYDVR0jBBgwFoAUFGHec6IE0eZuj5oR8tTxC6xKjhYwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC
IQCofLhzJcbrggCMaIF58zBEUbIbczsiZTSQclb/kTO/2gIhALGUGLxFNAPRy5Bz
t3La5j/cdMHiwCuUMaAEZfbdjqUx
-----END CERTIFICATE-----
`;
