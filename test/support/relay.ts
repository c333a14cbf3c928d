/** A TCP relay in front of a host's sshd that can delay and cut what passes. */
import { connect as connectTo, createServer, type Socket } from "node:net";

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
  readonly close: () => Promise<void>;
};

/** Starts a relay to a port on 127.0.0.1. delayMilliseconds: one way, in both directions. */
export async function startRelay(target: number, delayMilliseconds = 0): Promise<Relay> {
  const open = new Set<Socket>();
  let sent = 0;
  let connections = 0;
  let limit: number | null = null;
  let blocked = false;
  const server = createServer((client) => {
    if (blocked) return void client.destroy();
    connections += 1;
    const host = connectTo(target, "127.0.0.1");
    let carried = 0;
    const end = (): void => {
      for (const socket of [client, host]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    for (const socket of [client, host]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on("error", end);
      socket.on("close", end);
    }
    const pass = (to: Socket, chunk: Buffer): void => {
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
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
