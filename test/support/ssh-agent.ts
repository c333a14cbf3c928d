/** An ssh-agent inside the test process. */
import { createServer } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import type { KeyPair } from "./ssh-server.ts";

/** A running agent. */
export type TestAgent = { readonly socket: string; readonly close: () => Promise<void> };

/** Starts an agent that holds these keys, in this order; its socket is in the folder. */
export async function startAgent(folder: string, pairs: readonly KeyPair[]): Promise<TestAgent> {
  const socket = join(folder, "agent");
  const keys = pairs.map((pair) => {
    const key = ssh2.utils.parseKey(pair.private);
    if (key instanceof Error) throw key;
    return key;
  });
  const server = createServer((stream) => {
    const protocol = new ssh2.AgentProtocol(false);
    protocol.on("identities", (request) => protocol.getIdentitiesReply(request, keys));
    protocol.on("sign", (request, asked, data, { hash }) => {
      const key = keys.find((each) => each.getPublicSSH().equals(asked.getPublicSSH()));
      if (key === undefined) protocol.failureReply(request);
      else protocol.signReply(request, key.sign(data, hash));
    });
    stream.on("error", () => {});
    protocol.on("error", () => {});
    stream.pipe(protocol).pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
