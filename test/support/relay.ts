/** A TCP relay in front of a host's sshd that can delay and cut what passes. */
import { connect as connectTo, createServer, type Socket } from "node:net";

/** How a connection is struck: both sides hear of its end, or neither hears anything from then on. */
export type Strike = "reset" | "silence";

/** A running relay. */
export type Relay = {
  /** Port on 127.0.0.1 to connect to. */
  readonly port: number;
  /** Bytes that went from the client to the host, over all connections. */
  readonly sent: () => number;
  /** Connections so far. */
  readonly connections: () => number;
  /** Ends every connection now; new ones are taken again. */
  readonly cut: () => void;
  /** Cuts each connection, once it has carried so many bytes to the host; null: never. */
  readonly cutAfter: (bytes: number | null) => void;
  /** Nothing passes through until it is lifted. */
  readonly block: (state: "blocked" | "open") => void;
  /** Strikes every connection there is; lasting: new ones as well, until healed. */
  readonly strike: (how: Strike, lasting: boolean) => void;
  /** New connections pass again; those that were struck are ended. */
  readonly heal: () => void;
  /**
   * Hears the number of each message before any of it passes, from 1: a message is what passes in one direction of one
   * connection until something else passes. null: hears no more, and the numbers begin anew.
   */
  readonly onMessage: (hear: ((message: number) => void) | null) => void;
  readonly close: () => Promise<void>;
};

/** Starts a relay to a port on 127.0.0.1. delayMilliseconds: one way, in both directions. */
export async function startRelay(target: number, delayMilliseconds = 0): Promise<Relay> {
  const open = new Set<Socket>();
  let sent = 0;
  let connections = 0;
  let limit: number | null = null;
  let blocked = false;
  let lasting: Strike | null = null;
  const silent = new Set<Socket>();
  const messages = countMessages();
  const server = createServer((client) => {
    if (blocked) return void client.destroy();
    if (lasting === "reset") return void client.resetAndDestroy();
    connections += 1;
    const host = connectTo(target, "127.0.0.1");
    if (lasting === "silence") for (const socket of [client, host]) silent.add(socket);
    let carried = 0;
    const end = (): void => {
      for (const socket of [client, host]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    // In silence the other side does not hear of the end either, until it is healed.
    const ended = (socket: Socket): void => {
      open.delete(socket);
      if (!silent.has(socket)) end();
    };
    for (const socket of [client, host]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on("error", () => ended(socket));
      socket.on("close", () => ended(socket));
    }
    const pass = (to: Socket, chunk: Buffer): void => {
      messages.passes(to);
      if (silent.has(client) || to.destroyed) return;
      if (delayMilliseconds === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), delayMilliseconds);
    };
    client.on("data", (chunk: Buffer) => {
      const room = limit === null ? chunk.length : Math.max(0, limit - carried);
      carried += chunk.length;
      sent += Math.min(room, chunk.length);
      pass(host, chunk.subarray(0, room));
      if (room < chunk.length) setTimeout(end, delayMilliseconds + 5);
    });
    host.on("data", (chunk: Buffer) => pass(client, chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the relay has no port");
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  const strike = (how: Strike, isLasting: boolean): void => {
    if (isLasting) lasting = how;
    for (const socket of open)
      if (how === "silence") silent.add(socket);
      else socket.resetAndDestroy();
  };
  return {
    port: address.port,
    sent: () => sent,
    connections: () => connections,
    cut,
    cutAfter: (bytes) => {
      limit = bytes;
    },
    block: (state) => {
      blocked = state === "blocked";
      if (blocked) cut();
    },
    strike,
    heal: () => {
      lasting = null;
      for (const socket of silent) socket.destroy();
      silent.clear();
    },
    onMessage: messages.hear,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Tells the messages of all connections apart. passes: something is about to pass to this side. */
function countMessages(): {
  readonly passes: (to: Socket) => void;
  readonly hear: (listener: ((message: number) => void) | null) => void;
} {
  let listener: ((message: number) => void) | null = null;
  let count = 0;
  let last: Socket | null = null;
  return {
    passes: (to) => {
      if (to === last) return;
      last = to;
      count += 1;
      listener?.(count);
    },
    hear: (next) => {
      listener = next;
      count = 0;
      last = null;
    },
  };
}
