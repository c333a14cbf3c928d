/** Translates what sockets and ssh2 throw into ConnectErrors in plain words. */
import { ConnectError, HostError, SvcdeployError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { type Route, sshCommand } from "./key-commands.ts";
import type { RunResult, Script } from "./remote.ts";

/** user@address:port, as messages name a host. */
export function targetOf(host: Host): string {
  const address =
    host.address.includes(":") && !host.address.startsWith("[") ? `[${host.address}]` : host.address;
  return `${host.user}@${address}:${host.port}`;
}

/** Why no connection came about. Authentication and host key failures are recognised before this. */
export function connectFailure(host: Host, route: Route, error: unknown): SvcdeployError {
  if (error instanceof SvcdeployError) return error;
  const code = property(error, "code");
  const plain = PLAIN[code] ?? sshFailure(error);
  const alias = code === "ENOTFOUND" || code === "EAI_AGAIN" ? route.configured : null;
  if (alias !== null) return aliasUnknown(host, plain, alias);
  return new ConnectError(
    code === "ETIMEDOUT" ? "timeout" : "unreachable",
    host.name,
    `${targetOf(host)}: ${plain}`,
    {
      cause: error,
      hint: `Try it by hand: ${sshCommand(host, route)}`,
    },
  );
}

/** ssh(1) would know what to do: its configuration has lines for this name. */
function aliasUnknown(host: Host, plain: string, place: string): ConnectError {
  const bare = host.address.replace(/^\[(.*)\]$/, "$1");
  return new ConnectError(
    "unreachable",
    host.name,
    `${targetOf(host)}: ${plain}. It is a name of ${place}, a file that svcdeploy does not read yet`,
    {
      hint:
        "Give `address:`, `port:`, `user:` and `identity:` in the inventory as ssh has them: " +
        `ssh -G ${bare} | grep -E '^(hostname|port|user|identityfile|proxy)'. ` +
        "Jump hosts are not supported yet.",
    },
  );
}

/** The error of whatever was under way when a live connection broke. */
export function connectionLost(host: Host, reason: string, cause?: unknown): ConnectError {
  return new ConnectError(
    "connection-lost",
    host.name,
    `${targetOf(host)}: the connection was lost: ${reason}`,
    { cause },
  );
}

/** A live connection's end in plain words. */
export function lossReason(error: unknown): string {
  return PLAIN[property(error, "code")] ?? (error instanceof Error ? error.message : "the server closed it");
}

/** Why a channel for a command did not open although the connection lives. */
export function channelRefused(host: Host, error: unknown): HostError {
  const reason = error instanceof Error ? error.message : String(error);
  return new HostError(
    "host-step",
    host.name,
    `${targetOf(host)}: the server does not start a command: ${reason}`,
    {
      cause: error,
      hint: "Check MaxSessions, ForceCommand and the login shell of this user on the host.",
    },
  );
}

/** A script that should have gone on, or ended well, and did not; null where it did. */
export function failedStatus(host: Host, script: Script, { exitCode, stderr }: RunResult): HostError | null {
  if (exitCode === 0) return null;
  const said = sanitizeLine(stderr.trim().split("\n").at(-1) ?? "");
  const how = exitCode === null ? "was ended by a signal" : `ended with status ${exitCode}`;
  return new HostError(
    "host-step",
    host.name,
    `${targetOf(host)}: ${script.name} ${how}${said === "" ? "" : `; its output: ${said}`}`,
  );
}

/**
 * Why a forwarded connection did not open: forbidden by the server (RFC 4254, 5.1: reasons 1 and 3), or
 * nothing answers there.
 */
export function forwardRefused(host: Host, destination: string, error: unknown): SvcdeployError {
  const reason = property(error, "reason");
  if (reason === "1" || reason === "3") {
    return new HostError(
      "host-step",
      host.name,
      `${targetOf(host)}: the server forbids forwarding to ${destination}`,
      {
        cause: error,
        hint: "AllowTcpForwarding and PermitOpen in the host's sshd_config decide this.",
      },
    );
  }
  const why = error instanceof Error ? error.message.replace("(SSH) Channel open failure: ", "") : "refused";
  return new ConnectError(
    "unreachable",
    host.name,
    `nothing answers at ${destination} on ${host.name}: ${why.toLowerCase()}`,
    {
      cause: error,
      hint: "Check that the service listens there; on the host: ss -ltn",
    },
  );
}

/**
 * True when the server may only have been too busy (MaxStartups, sshd_config(5)): it hung up before
 * authentication.
 */
export function isEarlyReset(error: unknown): boolean {
  return (
    ["ECONNRESET", "EPIPE"].includes(property(error, "code")) ||
    /^Connection lost before handshake/.test(property(error, "message"))
  );
}

const PLAIN: { readonly [code: string]: string } = {
  ECONNREFUSED: "connection refused: nothing listens on that port",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
  EHOSTDOWN: "host is down",
  ENOTFOUND: "the name does not resolve",
  EAI_AGAIN: "the name does not resolve now (no answer from the name server)",
  ETIMEDOUT: "no answer (TCP timed out)",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  EACCES: "the connection is not permitted on this machine",
};

function sshFailure(error: unknown): string {
  const message = property(error, "message");
  if (/before handshake/.test(message))
    return "the server hung up before it identified itself (MaxStartups, or no SSH server)";
  if (/no matching/.test(message))
    return (
      `the server and svcdeploy have no algorithm in common ` +
      `(${message.replace("Handshake failed: ", "")})`
    );
  return message === "" ? "the server hung up" : `the SSH handshake failed: ${sanitizeLine(message)}`;
}

/** A property of an unknown error as text; empty when there is none. */
function property(error: unknown, name: "code" | "reason" | "message"): string {
  if (typeof error !== "object" || error === null) return "";
  const value: unknown = Reflect.get(error, name);
  return value === undefined || value === null ? "" : String(value);
}
