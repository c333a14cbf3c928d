/** Why a download failed, in words: whose fault it is and what to do. */
import { STATUS_CODES } from "node:http";

/** How it ended. status: of HTTP where that was the reason. contentType: what the server calls the file. */
export type Downloaded =
  | { readonly ok: true; readonly bytes: number; readonly contentType: string }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly reason: string;
      readonly hint: string | null;
    };

/** Any status but 200. */
export function refusedStatus(at: URL, status: number): Downloaded {
  return {
    ok: false,
    status,
    reason: `${at.host} answered HTTP ${status}${named(status)}`,
    hint: hintFor(status),
  };
}

function named(status: number): string {
  const name = STATUS_CODES[status];
  return name === undefined ? "" : ` (${name})`;
}

function hintFor(status: number): string {
  if (status === 404 || status === 410) return "Check that the version in the address was published.";
  if (status === 401 || status === 403 || status === 407)
    return (
      "svcdeploy sends no user, password or token: fetch the file first, and name the local file " +
      "as `source`, with the same sha256."
    );
  return status >= 500 || status === 429
    ? "The server has a problem: try again later."
    : "Open the address by hand: curl -vL";
}

const REASONS: Readonly<Record<string, (at: URL) => string>> = {
  ENOTFOUND: (at) => `the name ${at.hostname} does not resolve`,
  EAI_AGAIN: (at) => `the name ${at.hostname} could not be resolved: the name server did not answer`,
  ECONNREFUSED: (at) => `${at.host} refused the connection`,
  ENETUNREACH: (at) => `${at.host} cannot be reached from this network`,
  EHOSTUNREACH: (at) => `${at.host} cannot be reached from this network`,
  ETIMEDOUT: (at) => `${at.host} could not be reached in time`,
  UND_ERR_CONNECT_TIMEOUT: (at) => `${at.host} could not be reached in time`,
  ECONNRESET: (at) => `${at.host} broke the connection`,
  UND_ERR_SOCKET: (at) => `${at.host} broke the connection`,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: (at) => `${at.host} sent another length than it announced`,
};

/** A failure of fetch: what it means and what to do. */
export function explain(error: unknown, at: URL): Downloaded {
  const cause = deepest(error);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    const hint =
      "Name your own authority in NODE_EXTRA_CA_CERTS, or use the system's with " +
      "NODE_OPTIONS=--use-system-ca; a valid certificate is required.";
    return failed(`the certificate of ${at.host} is not trusted (${code}: ${cause.message})`, hint);
  }
  if (/^ERR_SSL|^EPROTO/.test(code))
    return failed(`the TLS handshake with ${at.host} failed (${code})`, "Check the host and the port.");
  const known = REASONS[code]?.(at);
  if (known !== undefined)
    return failed(
      known,
      "Check the address, this machine's network, and whether a proxy is needed (NODE_USE_ENV_PROXY=1).",
    );
  if (cause.message === "bad port")
    return failed(
      `port ${at.port} belongs to another protocol and is never used for files (port blocking of the ` +
        `Fetch standard)`,
    );
  return failed(
    `${at.host}: ${cause.message === "" ? code : cause.message}`,
    "Try again; curl -vL shows more.",
  );
}

/** fetch wraps what went wrong; several addresses that were tried give one error each. */
function deepest(error: unknown): Error {
  if (error instanceof AggregateError && error.errors.length > 0) return deepest(error.errors[0]);
  if (error instanceof Error) return error.cause instanceof Error ? deepest(error.cause) : error;
  return new Error(String(error));
}

/** A failure that is not about an HTTP status. */
export function failed(reason: string, hint: string | null = null): Downloaded {
  return { ok: false, status: null, reason, hint };
}

/** Bytes as whole KiB or MiB. */
export function sizeText(bytes: number): string {
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}
