/** Against a real HTTP server of the test's own: what is tried again, what is not, and when it gives up. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Message, send } from "../../src/notify/send.ts";
import { type Answer, type Receiver, startReceiver } from "../support/receiver.ts";

const QUICK = { attemptMilliseconds: 1000, totalMilliseconds: 20_000, pauseMilliseconds: 10 };
const receivers: Receiver[] = [];
afterEach(() => {
  for (const { close } of receivers.splice(0)) close();
});

async function receiver(answer: Answer, make?: (listener: RequestListener) => Server): Promise<Receiver> {
  const started = await startReceiver(answer, make);
  receivers.push(started);
  return started;
}

const message = (url: string): (() => Message) => {
  let count = 0;
  return () => ({ url, headers: { "x-count": String(++count) }, body: '{"a":1}' });
};

test("it arrives", async () => {
  const { url, seen } = await receiver((response, _, request) => {
    response.statusCode =
      request.method === "POST" && request.headers["content-type"] === "application/json" ? 204 : 400;
    response.end();
  });
  expect(await send(message(url), QUICK)).toEqual({ ok: true, attempts: 1 });
  expect(seen.map(({ body }) => body)).toEqual(['{"a":1}']);
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
  const { url, seen } = await receiver((response) => {
    response.writeHead(503, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() });
    response.end("down for an hour");
  });
  expect(await send(message(url), QUICK)).toEqual({
    ok: false,
    attempts: 1,
    reason: "HTTP 503: down for an hour",
  });
  expect(seen).toHaveLength(1);
});

test("one that hangs, before or in the middle of its answer", async () => {
  const patience = { attemptMilliseconds: 300, totalMilliseconds: 1000, pauseMilliseconds: 50 };
  const silent = await receiver(() => {});
  expect(await send(message(silent.url), patience)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("no answer within"),
  });
  const halting = await receiver((response) => {
    response.writeHead(500, { "content-length": 100 });
    response.write("half");
  });
  expect(await send(message(halting.url), patience)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("no answer within"),
  });
});

test.each([400, 401, 404, 410])("%i is an answer, and what it says is cleaned and cut", async (status) => {
  const { url, seen } = await receiver((response) => {
    response.statusCode = status;
    response.end(`\u001b[31minvalid\n::error::x${"y".repeat(5000)}`);
  });
  const sent = await send(message(url), QUICK);
  expect(sent).toMatchObject({ ok: false, attempts: 1 });
  expect(sent.ok ? "" : sent.reason).toMatch(new RegExp(`^HTTP ${status}: invalid .{1,192}$`));
  expect(seen).toHaveLength(1);
});

test("a redirect is not followed, not even to itself", async () => {
  const other = await receiver((response) => void response.end());
  const { url, seen } = await receiver((response) => {
    response.writeHead(307, { location: other.url });
    response.end();
  });
  expect(await send(message(url), QUICK)).toMatchObject({
    ok: false,
    attempts: 1,
    reason: expect.stringContaining("redirects are not followed"),
  });
  expect([seen.length, other.seen.length]).toEqual([1, 0]);
});

test("a certificate that no one vouches for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-tls-"));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, "-keyout", key, "-out", cert],
    {
      stdio: "ignore",
    },
  );
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  const { url } = await receiver(
    (response) => void response.end(),
    (listener) => createTlsServer(tls, listener),
  );
  rmSync(folder, { recursive: true });
  expect(await send(message(url.replace("http:", "https:")), QUICK)).toMatchObject({
    ok: false,
    attempts: 1,
    reason: expect.stringMatching(/certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
  });
});

test("no one there", async () => {
  const { url, server } = await receiver(() => {});
  await new Promise((closed) => server.close(closed));
  // One attempt with all the time that a busy machine may take to hear of it.
  const sent = await send(message(url), {
    attemptMilliseconds: 20_000,
    totalMilliseconds: 20_000,
    pauseMilliseconds: 20_000,
  });
  expect(sent).toMatchObject({ ok: false, attempts: 1, reason: expect.stringContaining("ECONNREFUSED") });
});
