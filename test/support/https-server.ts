/** An https server on this machine with an authority of its own, for tests. Needs openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Certificates. caFile: the authority's, for NODE_EXTRA_CA_CERTS; ca: the same as text. The certificate is
 * for localhost, not for 127.0.0.1.
 */
export type Certificates = {
  readonly caFile: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly remove: () => void;
};

/** A server at https://localhost:PORT. */
export type HttpsServer = {
  readonly origin: string;
  readonly port: number;
  readonly server: Server;
  readonly close: () => void;
};

/** Makes an authority and a certificate for localhost. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-tls-"));
  const openssl = (...words: readonly string[]): void =>
    void execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...curve,
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
  );
  openssl("req", ...curve, "-subj", "/CN=localhost", "-keyout", "tls.key", "-out", "tls.csr");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost\n");
  openssl(
    "x509",
    "-req",
    "-in",
    "tls.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    "names",
    "-out",
    "tls.pem",
  );
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    caFile: join(folder, "ca.pem"),
    ca: read("ca.pem"),
    cert: read("tls.pem"),
    key: read("tls.key"),
    remove,
  };
}

/** Starts a server on a free port. */
export async function startHttps(
  { cert, key }: Certificates,
  listener: RequestListener,
): Promise<HttpsServer> {
  const server = createServer({ cert, key }, listener);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `https://localhost:${address.port}`, port: address.port, server, close };
}
