/** One HTTP(S) request down a stream that is already connected, as through an SSH connection. */
import { request as requestHttp } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { HttpAnswer } from "../core/verify/health.ts";

/** How much of a body is read, in bytes. */
export const BODY_LIMIT = 64 * 1024;

/**
 * Asks with GET; no redirect is followed, a certificate is checked for the URL's name. Rejects with what
 * broke, or the signal's reason.
 */
export function get(url: URL, stream: Duplex, signal: AbortSignal): Promise<HttpAnswer> {
  const started = performance.now();
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    const request = requestHttp(url, {
      // The scheme is dealt with by the stream, so that one client serves both.
      protocol: "http:",
      headers: { host: url.host, "user-agent": "svcdeploy", accept: "*/*" },
      createConnection: () => (url.protocol === "https:" ? encrypted(stream, hostnameOf(url)) : stream),
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const body = new Body();
      const finish = (): void =>
        resolve({
          status: response.statusCode ?? 0,
          body: body.text(),
          truncated: body.full,
          milliseconds: performance.now() - started,
        });
      response.on("data", (piece: Buffer) => {
        body.add(piece);
        if (body.full) finish();
      });
      response.once("end", finish);
      response.once("error", reject);
    });
    request.end();
  });
  return answer.finally(() => stream.destroy());
}

/** A URL's host without the brackets of an IPv6 address. */
export function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

function encrypted(socket: Duplex, host: string): Duplex {
  return connectTls({
    socket,
    host,
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
}

class Body {
  full = false;
  #bytes = 0;
  readonly #pieces: Buffer[] = [];

  add(piece: Buffer): void {
    const room = BODY_LIMIT - this.#bytes;
    this.full ||= piece.length > room;
    this.#pieces.push(piece.subarray(0, room));
    this.#bytes += Math.min(piece.length, room);
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}
