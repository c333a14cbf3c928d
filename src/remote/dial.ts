/**
 * One attempt at a connection: TCP, key exchange with the host key check, login; and the watch over it from
 * then on.
 */
import { connect as connectTcp, type Socket } from "node:net";
import ssh2 from "ssh2";
import type { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { connectFailure, connectionLost, lossReason } from "./connection-errors.ts";
import type { Credentials } from "./credentials.ts";
import { decideHostKey, hostKeyAlgorithms, type KnownHosts } from "./host-key.ts";
import type { Route } from "./key-commands.ts";
import { type LoginAttempt, startLogin } from "./login.ts";

/** A live, verified, logged-in connection. */
export type SshConnection = {
  readonly client: ssh2.Client;
  /** What to know of it although it came about; empty: nothing. */
  readonly notes: readonly string[];
  /** Why the connection broke; null while it lives. */
  readonly lost: () => ConnectError | null;
  /** Ends it; never throws. */
  readonly close: () => void;
};

const KEEPALIVE_MILLISECONDS = 5_000;
/** Keepalives without a byte in return, after which the connection counts as dead. */
const SILENT_INTERVALS = 4;

/** How a host is gone to: what known_hosts has, the keys, and the same in words. */
export type ConnectPlan = {
  readonly known: KnownHosts;
  readonly credentials: Credentials;
  readonly route: Route;
};

/**
 * Opens a connection. Throws ConnectError: unreachable, timeout, host-key, auth, login, or the signal's
 * reason.
 */
export async function dial(host: Host, way: ConnectPlan, signal: AbortSignal): Promise<SshConnection> {
  const { known, credentials, route } = way;
  signal.throwIfAborted();
  const socket = connectTcp({
    host: host.address.replace(/^\[(.*)\]$/, "$1"),
    port: host.port,
    autoSelectFamilyAttemptTimeout: 2_000,
  });
  // Nagle's algorithm against delayed acknowledgements costs five times the whole handshake.
  socket.setNoDelay(true);
  const client = new ssh2.Client();
  const login = startLogin(host, credentials, route);
  login.listen(client);
  let refused: ConnectError | null = null;
  const notes: string[] = [];
  const verify = (key: Buffer): boolean => {
    const decision = decideHostKey(host, known, key);
    refused = decision.refused;
    if (decision.refused === null && decision.note !== null) notes.push(decision.note);
    return refused === null;
  };
  client.connect(clientConfig(host, known, login, socket, verify));
  const failure = (error: unknown): Error =>
    refused ?? loginFailure(login, error) ?? connectFailure(host, route, error);
  try {
    await ready(client, signal, failure);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return watch(host, client, socket, notes);
}

function clientConfig(
  host: Host,
  known: KnownHosts,
  login: LoginAttempt,
  sock: Socket,
  hostVerifier: (key: Buffer) => boolean,
): ssh2.ConnectConfig & { hostVerifier: (key: Buffer) => boolean } {
  return {
    sock,
    hostVerifier,
    username: host.user,
    authHandler: (left, isPartly) => login.next(left, isPartly),
    algorithms: { serverHostKey: hostKeyAlgorithms(host, known), compress: ["none"] },
    // The deadline that covers everything is the caller's.
    readyTimeout: 0,
    keepaliveInterval: KEEPALIVE_MILLISECONDS,
    // Whether the other side is alive is decided in watch(): a reply may queue behind a long upload on a slow
    // link.
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
  };
}

function ready(client: ssh2.Client, signal: AbortSignal, failure: (error: unknown) => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(signal.reason);
    signal.addEventListener("abort", late, { once: true });
    client.once("ready", () => {
      signal.removeEventListener("abort", late);
      resolve();
    });
    client.on("error", (error) => {
      // An agent that does not answer is no reason to give up: the next key is tried.
      if (levelOf(error) !== "agent") reject(failure(error));
    });
    let handshaken = false;
    client.once("handshake", () => {
      handshaken = true;
    });
    client.once("close", () =>
      reject(failure(new Error(handshaken ? HUNG_UP : "Connection lost before handshake"))),
    );
  });
}

const HUNG_UP = "hung up during the login";

/** Null where the login is not the reason. A number as its code: the server's farewell (RFC 4253, 11.1). */
function loginFailure(login: LoginAttempt, error: unknown): ConnectError | null {
  if (levelOf(error) === "client-authentication") return login.failure("all-tried", "");
  if (!(error instanceof Error)) return null;
  if (error.message === HUNG_UP) return login.failure("hung-up", "");
  const isFarewell = "code" in error && typeof error.code === "number";
  return isFarewell ? login.failure("hung-up", error.message) : login.failure("broke", "");
}

function levelOf(error: unknown): string {
  return error instanceof Error && "level" in error ? String(error.level) : "";
}

/**
 * Remembers why the connection broke, and breaks it when nothing at all has come from the host for four
 * keepalives.
 */
function watch(host: Host, client: ssh2.Client, socket: Socket, notes: readonly string[]): SshConnection {
  let lost: ConnectError | null = null;
  const lose = (reason: string, cause?: unknown): void => {
    lost ??= connectionLost(host, reason, cause);
  };
  let seen = socket.bytesRead;
  let silent = 0;
  const pulse = setInterval(() => {
    silent = socket.bytesRead === seen ? silent + 1 : 0;
    seen = socket.bytesRead;
    if (silent < SILENT_INTERVALS) return;
    lose(`the host sent nothing for ${(SILENT_INTERVALS * KEEPALIVE_MILLISECONDS) / 1000} s`);
    socket.destroy();
  }, KEEPALIVE_MILLISECONDS);
  client.on("error", (error) => lose(lossReason(error), error));
  client.on("close", () => {
    clearInterval(pulse);
    lose("the server closed it");
  });
  const close = (): void => {
    lose("it was closed on this side");
    client.end();
    // A host that does not answer the goodbye must not keep this process alive.
    setTimeout(() => socket.destroy(), 1_000).unref();
  };
  return { client, notes, lost: () => lost, close };
}
