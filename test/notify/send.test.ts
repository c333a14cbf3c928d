/** Against a real HTTP server of the test's own: what is tried again, what is not, and when it gives up. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Message, send } from "../../src/notify/send.ts";

const QUICK = { attemptMilliseconds: 1000, totalMilliseconds: 20_000, pauseMilliseconds: 10 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (response: ServerResponse, count: number, request: IncomingMessage) => void;

async function start(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A receiver; counts the requests. */
async function receiver(answer: Answer): Promise<{ readonly url: string; readonly bodies: string[] }> {
  const bodies: string[] = [];
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      bodies.push(body);
      answer(response, bodies.length, request);
    });
  };
  return { url: `http://127.0.0.1:${await start(createServer(listener))}/hook`, bodies };
}

const message = (url: string): (() => Message) => {
  let count = 0;
  return () => ({ url, headers: { "x-count": String(++count) }, body: '{"a":1}' });
};

test("it arrives", async () => {
  const { url, bodies } = await receiver((response, _, request) => {
    response.statusCode = request.method === "POST" && request.headers["content-type"] === "application/json" ? 204 : 400;
    response.end();
  });
  expect(await send(message(url), QUICK)).toEqual({ ok: true, attempts: 1 });
  expect(bodies).toEqual(['{"a":1}']);
});

test("500, then a broken connection, then 200: three attempts, each made anew", async () => {
  const counts: unknown[] = [];
  const { url } = await receiver((response, count, request) => {
    counts.push(request.headers["x-count"]);
    if (count === 2) return void request.socket.destroy();
    response.statusCode = count === 1 ? 500 : 200;
    response.end();
  });
  expect(await send(message(url), QUICK)).toEqual({ ok: true, attempts: 3 });
  expect(counts).toEqual(["1", "2", "3"]);
});

test("429 is waited for as long as it says", async () => {
  const times: number[] = [];
  const { url } = await receiver((response, count) => {
    times.push(performance.now());
    response.writeHead(count === 1 ? 429 : 200, count === 1 ? { "retry-after": "1" } : {});
    response.end();
  });
  expect(await send(message(url), QUICK)).toEqual({ ok: true, attempts: 2 });
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

test("one that asks for more patience than there is, is given up at once", async () => {
  const { url, bodies } = await receiver((response) => {
    response.writeHead(503, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() });
    response.end("down for an hour");
  });
  expect(await send(message(url), QUICK)).toEqual({ ok: false, attempts: 1, reason: "HTTP 503: down for an hour" });
  expect(bodies).toHaveLength(1);
});

test("one that hangs, before or in the middle of its answer", async () => {
  const patience = { attemptMilliseconds: 300, totalMilliseconds: 1000, pauseMilliseconds: 50 };
  const silent = await receiver(() => {});
  expect(await send(message(silent.url), patience)).toMatchObject({ ok: false, reason: expect.stringContaining("no answer within") });
  const halting = await receiver((response) => {
    response.writeHead(500, { "content-length": 100 });
    response.write("half");
  });
  expect(await send(message(halting.url), patience)).toMatchObject({ ok: false, reason: expect.stringContaining("no answer within") });
});

test.each([400, 401, 404, 410])("%i is an answer, and what it says is cleaned and cut", async (status) => {
  const { url, bodies } = await receiver((response) => {
    response.statusCode = status;
    response.end(`\u001b[31minvalid\n::error::x${"y".repeat(5000)}`);
  });
  const sent = await send(message(url), QUICK);
  expect(sent).toMatchObject({ ok: false, attempts: 1 });
  expect(sent.ok ? "" : sent.reason).toMatch(new RegExp(`^HTTP ${status}: invalid .{1,192}$`));
  expect(bodies).toHaveLength(1);
});

test("a redirect is not followed, not even to itself", async () => {
  const other = await receiver((response) => void response.end());
  const { url, bodies } = await receiver((response) => {
    response.writeHead(307, { location: other.url });
    response.end();
  });
  expect(await send(message(url), QUICK)).toMatchObject({ ok: false, attempts: 1, reason: expect.stringContaining("redirects are not followed") });
  expect([bodies.length, other.bodies.length]).toEqual([1, 0]);
});

test("a certificate that nobody vouches for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-tls-"));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  const port = await start(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => void response.end()));
  rmSync(folder, { recursive: true });
  expect(await send(message(`https://127.0.0.1:${port}/`), QUICK)).toMatchObject({
    ok: false,
    attempts: 1,
    reason: expect.stringMatching(/certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
  });
});

test("nobody there", async () => {
  const { url } = await receiver(() => {});
  await new Promise((closed) => servers.splice(0)[0]?.close(closed));
  const sent = await send(message(url), { ...QUICK, totalMilliseconds: 100 });
  expect(sent).toMatchObject({ ok: false, reason: expect.stringContaining("ECONNREFUSED") });
});
