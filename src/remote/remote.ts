/** The Remote interface: one SSH connection to one host, with its contract. ssh.ts implements it. */
import type { Duplex } from "node:stream";
import type { Host } from "../core/model/declared.ts";

/** A constant POSIX sh script from src/host; never built from strings. */
export type Script = { readonly name: string; readonly text: string };

/** Bytes for a script's standard input, after the script itself. */
export type ScriptInput = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** How a script is run. */
export type RunOptions = {
  readonly input: ScriptInput;
  /** Whole-script deadline; past it the channel is closed and ConnectError("timeout") is thrown. */
  readonly timeoutMilliseconds: number;
  /**
   * Cap on standard output, default 16 MiB; past it, and past 1 MiB of standard error, the channel is closed
   * and HostError("host-answer") is thrown.
   */
  readonly maxOutputBytes?: number;
  /**
   * Called with each complete line of standard output as it comes (without newline, invalid UTF-8 as U+FFFD).
   */
  readonly onLine?: (line: string) => void;
  /** Aborting closes the channel and rejects with its reason. */
  readonly signal?: AbortSignal;
};

/** How a script is listened to. Aborting the signal closes the channel; what comes of it then simply ends. */
export type StreamOptions = { readonly input: ScriptInput; readonly signal: AbortSignal };

/** A script's end. exitCode null: ended by a signal or without a status. stderr: its last 16 KiB. */
export type RunResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * One live connection. A script runs as `exec /bin/sh -c 'eval "$(head -c N)"'` (behind `sudo -n` when the
 * host says so), N the script's byte length; all bytes after it are data. At most 6 channels are open at
 * once; more calls wait. Errors: ConnectError when the link breaks or a deadline passes, HostError for an
 * answer past its cap. A non-zero exit is a value, not an error.
 */
export interface Remote {
  readonly host: Host;
  /** What to know of the connection although it came about, e.g. by which name the key is known. */
  readonly notes?: readonly string[];
  run(script: Script, options: RunOptions): Promise<RunResult>;
  /**
   * A script's standard output as it comes, for one that has no end of its own: no deadline, no cap, nothing
   * is kept, and the host is held up while no one takes the next piece. Leaving the loop closes the channel.
   * Ends with the script; throws HostError("host-step") for a status other than 0.
   */
  stream(script: Script, options: StreamOptions): AsyncIterable<Uint8Array>;
  /**
   * A direct-tcpip channel to an address as seen from the host; ConnectError("unreachable") when the far side
   * is closed; rejects with code "sudo"-free HostError("host-step") when the server forbids forwarding.
   */
  forward(address: string, port: number, timeoutMilliseconds: number): Promise<Duplex>;
  /** Ends the connection; never throws. */
  close(): void;
}

/**
 * Opens connections. Throws ConnectError: unreachable, timeout (the host's connectTimeout, for TCP,
 * handshake and login together), host-key, auth, login.
 */
export interface Connector {
  connect(host: Host): Promise<Remote>;
}
