/** Listening to a script: piece by piece, no faster than it is taken, and every way of ending. */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { ServerChannel } from "ssh2";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Remote, StreamOptions } from "../../src/remote/remote.ts";
import { connectorFor, hostOf, type SshServer, startSshServer } from "../support/ssh-server.ts";

let server: SshServer;
let remote: Remote;
beforeEach(async () => {
  server = await startSshServer();
  remote = await connectorFor().connect(hostOf(server));
});
afterEach(async () => {
  remote.close();
  await server.close();
});

const stream = (text: string, options: Partial<StreamOptions> = {}): AsyncIterable<Uint8Array> =>
  remote.stream({ name: "test.sh", text }, { input: "", signal: new AbortController().signal, ...options });
async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += String(piece);
  return text;
}
async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await pause(20))
    if (Date.now() > end) throw new Error("it never came to that");
}

test("output as it comes, input to the end", async () => {
  expect(await textOf(stream("cat\n", { input: "to and fro" }))).toBe("to and fro");
});

test("the first piece is there while the script still runs", async () => {
  for await (const piece of stream("echo now; sleep 60\n")) {
    expect(String(piece)).toBe("now\n");
    break;
  }
  await until(() =>
    server.seen.children.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null),
  );
});

test("who does not read is not written to: the host waits", async () => {
  let sent = 0;
  const exec = async (channel: ServerChannel): Promise<void> => {
    for (const block = Buffer.alloc(65_536, "x"); ; sent += block.length)
      if (!channel.write(block)) await once(channel, "drain");
  };
  const flood = await startSshServer({ exec: (channel) => void exec(channel) });
  const own = await connectorFor().connect(hostOf(flood));
  const pieces = own
    .stream({ name: "flood.sh", text: "" }, { input: "", signal: new AbortController().signal })
    [Symbol.asyncIterator]();
  await pieces.next();
  let before = -1;
  for (const end = Date.now() + 20_000; before !== sent && Date.now() < end; await pause(300)) before = sent;
  expect(sent).toBeLessThan(16 * 1024 * 1024);
  await pieces.next();
  own.close();
  await flood.close();
});

test("aborted: it ends without an error, and the channel is closed", async () => {
  const controller = new AbortController();
  const listening = textOf(stream("echo a; sleep 60\n", { signal: controller.signal }));
  await until(() => server.seen.children.length > 0);
  controller.abort();
  await listening;
  await until(() => server.seen.channels === 0);
});

test("a status other than 0, a signal, a cut connection: said, each with its own words", async () => {
  await expect(textOf(stream("echo oops >&2; exit 7\n"))).rejects.toThrow(
    "test.sh ended with status 7; its output: oops",
  );
  await expect(textOf(stream("kill -9 $$\n"))).rejects.toThrow("test.sh was ended by a signal");
  const listening = textOf(stream("echo a; sleep 60\n"));
  await until(() => server.seen.children.length > 2);
  setTimeout(server.cut, 100);
  await expect(listening).rejects.toMatchObject({ code: "connection-lost" });
});

test("an input that goes on ends with the script", async () => {
  async function* beats(): AsyncGenerator<string> {
    for (;;) {
      yield "beat\n";
      await pause(20);
    }
  }
  expect(await textOf(stream("head -n 3 | wc -l\n", { input: beats() }))).toMatch(/^\s*3\n$/);
});
