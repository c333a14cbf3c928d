/**
 * Downloads from servers that are slow, endless, lying, or somewhere else: each ends in time, with a reason,
 * and with not a byte more than allowed.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DownloadLimits, download } from "../../src/project/download.ts";
import type { Downloaded } from "../../src/project/download-failures.ts";
import {
  type Certificates,
  type HttpsServer,
  makeCertificates,
  startHttps,
} from "../support/https-server.ts";

const LIMITS: DownloadLimits = {
  bytes: 1_000_000,
  answerMilliseconds: 5000,
  idleMilliseconds: 5000,
  graceMilliseconds: 60_000,
  floorBytesPerSecond: 1000,
};
const trusted = getCACertificates("default");
const answers = new Map<string, (response: ServerResponse, request: IncomingMessage) => void>();
let certificates: Certificates;
let server: HttpsServer;

beforeAll(async () => {
  certificates = makeCertificates();
  setDefaultCACertificates([...trusted, certificates.ca]);
  server = await startHttps(certificates, (request, response) => {
    const answer = answers.get(request.url ?? "");
    if (answer !== undefined) return answer(response, request);
    response.statusCode = 404;
    response.end("no");
  });
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  server.close();
  certificates.remove();
});

async function get(
  path: string,
  limits: Partial<DownloadLimits> = {},
): Promise<{ readonly result: Downloaded; readonly bytes: Buffer }> {
  const pieces: Uint8Array[] = [];
  const sink = { write: async (bytes: Uint8Array) => void pieces.push(bytes) };
  const result = await download(path.startsWith("https:") ? path : server.origin + path, sink, {
    ...LIMITS,
    ...limits,
  });
  return { result, bytes: Buffer.concat(pieces) };
}

function serve(path: string, answer: (response: ServerResponse, request: IncomingMessage) => void): string {
  answers.set(path, answer);
  return path;
}

const redirect =
  (location: string, status = 302) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { location }).end();
const reason = (text: string | RegExp): object => ({ ok: false, reason: expect.stringMatching(text) });

test("the bytes as they are; asked for as they are, with no credentials", async () => {
  const file = Buffer.alloc(200_000, "ab");
  let asked: IncomingMessage["headers"] = {};
  const path = serve("/file", (response, request) => {
    asked = request.headers;
    response.end(file);
  });
  const { result, bytes } = await get(path);
  expect(result).toMatchObject({ ok: true, bytes: file.length });
  expect(bytes.equals(file)).toBe(true);
  expect(asked["accept-encoding"]).toBe("identity");
  expect([asked.authorization, asked.cookie]).toEqual([undefined, undefined]);
});

describe("redirects", () => {
  test("a few are followed, relative ones too, to the file", async () => {
    serve("/end", (response) => void response.end("here"));
    serve("/2", redirect("end"));
    serve("/1", redirect("/2?token=x", 307));
    serve("/2?token=x", redirect("/2"));
    expect(await get("/1")).toMatchObject({ result: { ok: true, bytes: 4 } });
  });
  test("a loop ends", async () => {
    serve("/loop", redirect("/loop"));
    expect((await get("/loop")).result).toMatchObject(reason("more than 5 redirects"));
  });
  test.each([
    ["http", "http://localhost/x", "redirects to http://, and only https:// is followed"],
    ["a file", "file:///etc/passwd", "redirects to file://"],
    ["an address with a password", "https://u:p@localhost/x", "an address with a password in it"],
    ["nowhere", "https://", "without saying where"],
  ])("to %s: not followed", async (_, location, told) => {
    serve("/away", redirect(location));
    expect((await get("/away")).result).toMatchObject(reason(told));
  });
});

describe("sizes", () => {
  test("a claim of 10 GB is refused before a byte is taken", async () => {
    serve("/claim", (response) => {
      response.writeHead(200, { "content-length": "10000000000" });
      response.write("x");
    });
    const { result, bytes } = await get("/claim");
    expect(result).toMatchObject(reason(/offers 9537 MiB/));
    expect(bytes.length).toBe(0);
  });
  test("an endless body ends at the limit", async () => {
    serve("/endless", (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", more).on("error", () => {});
      more();
    });
    const { result, bytes } = await get("/endless");
    expect(result).toMatchObject(reason("sends more than"));
    expect(bytes.length).toBeLessThanOrEqual(LIMITS.bytes);
  });
  test("a body that is cut off, with and without a length", async () => {
    serve("/short", (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("abc", () => response.socket?.destroy());
    });
    serve("/chunked", (response) => void response.write("abc", () => response.socket?.destroy()));
    for (const path of ["/short", "/chunked"])
      expect((await get(path)).result).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/broke the connection|cut off|another length|aborted/),
      });
  });
  test("what is encoded although it was asked for as it is, is refused: nothing is unpacked", async () => {
    serve(
      "/gzip",
      (response) =>
        void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000))),
    );
    const { result, bytes } = await get("/gzip");
    expect(result).toMatchObject(reason("sends it encoded, although"));
    expect(bytes.length).toBe(0);
  });
  test("a sink that fails is no failure of the server's", async () => {
    serve("/fine", (response) => void response.end("x"));
    const full = { write: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })) };
    await expect(download(`${server.origin}/fine`, full, LIMITS)).rejects.toMatchObject({ code: "ENOSPC" });
  });
});

describe("time", () => {
  test("no answer at all", async () => {
    serve("/silent", () => {});
    expect((await get("/silent", { answerMilliseconds: 300 })).result).toMatchObject(
      reason("no answer within 0.3 s"),
    );
  });
  test("a body that stops", async () => {
    serve("/stops", (response) => void response.write("abc"));
    expect((await get("/stops", { idleMilliseconds: 300 })).result).toMatchObject(
      reason("no more data arrived within 0.3 s"),
    );
  });
  test("a trickle that never stops", async () => {
    serve("/trickle", (response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect((await get("/trickle", { graceMilliseconds: 300 })).result).toMatchObject(
      reason(/too slow: \d+ bytes in \d+ s/),
    );
  });
});

describe("whose fault", () => {
  test.each([
    [404, "answered HTTP 404 (Not Found)", "version in the address"],
    [403, "answered HTTP 403 (Forbidden)", "svcdeploy sends no user, password or token"],
    [503, "answered HTTP 503 (Service Unavailable)", "The server has a problem"],
    [206, "answered HTTP 206 (Partial Content)", ""],
    [204, "answered HTTP 204 (No Content)", ""],
  ])("HTTP %i", async (status, told, hint) => {
    serve("/status", (response) => void response.writeHead(status).end());
    const { result } = await get("/status");
    expect(result).toMatchObject({
      ok: false,
      status,
      reason: `localhost:${server.port} ${told}`,
      hint: expect.stringContaining(hint),
    });
  });
  test("no one listens", async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) =>
      closed.listen(0, "127.0.0.1", () => resolve(portOf(closed.address()))),
    );
    await new Promise((done) => closed.close(done));
    expect((await get(`https://127.0.0.1:${port}/x`)).result).toMatchObject(reason("refused the connection"));
  });
  test("a name that no one has", async () => {
    expect((await get("https://nobody.invalid/x")).result).toMatchObject(
      reason(/^the name nobody\.invalid (?:does not resolve|could not be resolved)/),
    );
  });
  test("a certificate for another name", async () => {
    const { result } = await get(`https://127.0.0.1:${server.port}/x`);
    expect(result).toMatchObject(
      reason(/^the certificate of 127\.0\.0\.1:\d+ is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID/),
    );
  });
  test("an authority that no one trusts; NODE_EXTRA_CA_CERTS is named", async () => {
    setDefaultCACertificates(trusted);
    const other = await startHttps(certificates, (_, response) => void response.end("x"));
    const { result } = await get(`${other.origin}/x`);
    other.close();
    setDefaultCACertificates([...trusted, certificates.ca]);
    expect(result).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/is not trusted \(\w+: /),
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });
  test("what is no TLS", async () => {
    const plain = createServer(
      (socket) => void socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    const port = await new Promise<number>((resolve) =>
      plain.listen(0, "127.0.0.1", () => resolve(portOf(plain.address()))),
    );
    expect((await get(`https://127.0.0.1:${port}/x`)).result).toMatchObject(
      reason(/the TLS handshake with|broke the connection/),
    );
    plain.close();
  });
});

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
