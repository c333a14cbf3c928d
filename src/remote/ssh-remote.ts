/**
 * The Remote over one ssh2 connection: at most six channels, each for a script or a forwarded TCP connection.
 */
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { ClientCallback, ClientChannel } from "ssh2";
import { ConnectError, HostError, type SvcdeployError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { channelRefused, failedStatus, forwardRefused, targetOf } from "./connection-errors.ts";
import { type Deadline, startDeadline, withSignal } from "./deadline.ts";
import type { SshConnection } from "./dial.ts";
import { Permits } from "./permits.ts";
import type { Remote, RunOptions, RunResult, Script, StreamOptions } from "./remote.ts";
import { converse } from "./run-script.ts";
import { listen } from "./stream-script.ts";
import { commandLine, sudoRefusal } from "./sudo.ts";

/** sshd's MaxSessions is 10 by default; the rest is left to others who share the login. */
const CHANNELS_AT_ONCE = 6;

/** Until a script that is listened to has a channel. */
const START_MILLISECONDS = 30_000;

const SESSION_ATTEMPTS = 6;
const SESSION_PAUSE_MILLISECONDS = 200;

/**
 * Asks for English messages, sudo's above all. sshd passes it on where AcceptEnv allows, as distributions
 * have it.
 */
const ENVIRONMENT = { LC_ALL: "C" };

/** See Remote for the contract. */
export class SshRemote implements Remote {
  readonly host: Host;
  readonly #connection: SshConnection;
  readonly #channels = new Permits(CHANNELS_AT_ONCE);

  constructor(host: Host, connection: SshConnection) {
    this.host = host;
    this.#connection = connection;
  }

  async run(script: Script, options: RunOptions): Promise<RunResult> {
    const deadline = this.#deadline(script.name, options.timeoutMilliseconds, options.signal);
    const command = commandLine(this.host, script);
    try {
      const channel = await this.#openSession(command, deadline);
      const result = await converse(this.host, channel, script, options, deadline);
      const broken = this.#connection.lost() ?? sudoRefusal(this.host, result);
      if (broken !== null) throw broken;
      return result;
    } finally {
      deadline.stop();
    }
  }

  async *stream(script: Script, options: StreamOptions): AsyncGenerator<Uint8Array> {
    const deadline = this.#deadline(`the start of ${script.name}`, START_MILLISECONDS, options.signal);
    const channel = await this.#openSession(commandLine(this.host, script), deadline)
      .finally(deadline.stop)
      .catch((error: unknown) => {
        if (!options.signal.aborted) throw error;
        return null;
      });
    if (channel === null) return;
    const result = yield* listen(channel, script, options);
    if (options.signal.aborted) return;
    const broken =
      this.#connection.lost() ?? sudoRefusal(this.host, result) ?? failedStatus(this.host, script, result);
    if (broken !== null) throw broken;
  }

  async forward(address: string, port: number, timeoutMilliseconds: number): Promise<Duplex> {
    const destination = `${address.includes(":") ? `[${address}]` : address}:${port}`;
    const deadline = this.#deadline(`the connection to ${destination}`, timeoutMilliseconds);
    const { client } = this.#connection;
    try {
      return await this.#open(
        deadline,
        (done) => client.forwardOut("127.0.0.1", 0, address, port, done),
        (error) => forwardRefused(this.host, destination, error),
      );
    } finally {
      deadline.stop();
    }
  }

  get notes(): readonly string[] {
    return this.#connection.notes;
  }

  close(): void {
    this.#connection.close();
  }

  /**
   * Where one session a connection is allowed, sshd may refuse the next one for as long as it has not
   * collected the process of the one before.
   */
  async #openSession(command: string, deadline: Deadline): Promise<ClientChannel> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#open(
          deadline,
          (done) => this.#connection.client.exec(command, { env: ENVIRONMENT }, done),
          (error) => channelRefused(this.host, error),
        );
      } catch (error) {
        if (!(error instanceof HostError) || attempt === SESSION_ATTEMPTS) throw error;
        await pause(SESSION_PAUSE_MILLISECONDS);
      }
    }
  }

  /**
   * Opens a channel as soon as a permit is free; the permit comes back when the channel is closed, on
   * either side.
   */
  async #open(
    deadline: Deadline,
    start: (done: ClientCallback) => void,
    translate: (error: unknown) => SvcdeployError,
  ): Promise<ClientChannel> {
    const release = await this.#channels.acquire(deadline.signal);
    const opening = this.#start(start, translate);
    opening.then(
      (channel) => {
        // A failure of a channel shows in how it closes; an unheard "error" would end the process.
        channel.on("error", () => {});
        channel.once("close", release);
      },
      () => release(),
    );
    return withSignal(deadline.signal, opening, (channel) => channel.close());
  }

  #start(
    start: (done: ClientCallback) => void,
    translate: (error: unknown) => SvcdeployError,
  ): Promise<ClientChannel> {
    const lost = this.#connection.lost();
    if (lost !== null) return Promise.reject(lost);
    return new Promise((resolve, reject) => {
      start((error, channel) =>
        error ? reject(this.#connection.lost() ?? translate(error)) : resolve(channel),
      );
    });
  }

  #deadline(what: string, milliseconds: number, outer?: AbortSignal): Deadline {
    const text = `${targetOf(this.host)}: ${what} took longer than ${milliseconds / 1000} s`;
    return startDeadline(milliseconds, () => new ConnectError("timeout", this.host.name, text), outer);
  }
}
