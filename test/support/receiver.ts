/** A webhook's receiver on this machine, for tests. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";

/** What came, in order. */
export type Received = { readonly headers: IncomingMessage["headers"]; readonly body: string };

/** A receiver at url; close also ends connections that it never answered. */
export type Receiver = {
  readonly url: string;
  readonly seen: readonly Received[];
  readonly server: Server;
  readonly close: () => void;
};

/** How it answers the count-th request, which is the last of seen by then. */
export type Answer = (response: ServerResponse, count: number, request: IncomingMessage) => void;

/**
 * Starts one; without an answer of the test's own it is content with everything. server: makes it of another
 * kind, e.g. with TLS.
 */
export async function startReceiver(
  answer: Answer = (response) => void response.end("thank you"),
  make: (listener: RequestListener) => Server = createServer,
): Promise<Receiver> {
  const seen: Received[] = [];
  const server = make((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      seen.push({ headers: request.headers, body });
      answer(response, seen.length, request);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}/canary-path`, seen, server, close };
}
