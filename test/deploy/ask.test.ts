/** Asking hosts over SSH servers in this process: one connection and one channel a question, errors as results. */
import { afterEach, expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { type AskedHost, askHost, askHosts, connected } from "../../src/deploy/ask.ts";
import type { DeployContext } from "../../src/deploy/context.ts";
import type { Question } from "../../src/host/question.ts";
import { connectorFor, hostOf, type SshServer, startSshServer } from "../support/ssh-server.ts";

const servers: SshServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(name: string): Promise<{ readonly server: SshServer; readonly host: Host }> {
  const server = await startSshServer({ noise: "Last login: today" });
  servers.push(server);
  return { server, host: hostOf(server, { name }) };
}

const NONCE = "0123456789abcdef0123456789abcdef";
// asking takes no more of it
const contextOf = (signal = new AbortController().signal) =>
  ({ connector: connectorFor(), signal, forks: 5, newId: () => NONCE }) as unknown as DeployContext;

/** Says its orders' lines in capitals; `cut` ends it early, `long` says more than it may, `hang` says nothing. */
const capitals: Question<string, readonly string[]> = {
  script: {
    name: "capitals.sh",
    text: 'read -r nonce\nread -r word\nprintf "%s begin\\n" "$nonce"\ncase $word in cut) echo no room >&2; exit 1 ;; long) head -c 9999 /dev/zero ;; hang) sleep 60 ;; esac\nprintf "%s\\n" "$word" | tr a-z A-Z\nprintf "%s end\\n" "$nonce"\n',
  },
  about: "capitals",
  frame: "block",
  limits: { timeoutMilliseconds: 3_000, maxOutputBytes: 2_000 },
  encode: (word) => `${word}\n`,
  decode: ({ lines }) => lines,
};

const inBrief = (asked: readonly AskedHost<readonly string[]>[]) =>
  asked.map(({ host, result }) => [host.name, result.ok ? result.answer : result.error.code]);

test("one connection and one channel a host; the clock is read around the question", async () => {
  const { server, host } = await start("web1");
  expect(await askHost(host, capitals, "hello", contextOf())).toEqual(["HELLO"]);
  const seen = () => [server.seen.connections, server.seen.commands.length];
  expect(seen()).toEqual([1, 1]);
  let clock = 0;
  const [asked] = await askHosts(
    [host],
    capitals,
    ({ name }) => name,
    contextOf(),
    () => {
      clock += 5;
      return clock;
    },
  );
  expect(asked?.result).toEqual({ ok: true, answer: ["WEB1"], asked: { sent: 5, answered: 10 }, notes: [] });
  expect(seen()).toEqual([2, 2]);
});

test("each host has a result of its own: cut off, too long, too slow, not there, and what went well", async () => {
  const words = ["cut", "long", "hang", "fine"];
  const started = await Promise.all(words.map(start));
  const gone = { ...hostOf(started[0]?.server ?? (await start("x")).server), name: "gone", port: 1 };
  const hosts = [...started.map(({ host }) => host), gone];
  const asked = await askHosts(
    hosts,
    capitals,
    ({ name }) => name,
    contextOf(),
    () => 0,
  );
  expect(inBrief(asked)).toEqual([
    ["cut", "host-answer"],
    ["long", "host-answer"],
    ["hang", "timeout"],
    ["fine", ["FINE"]],
    ["gone", "unreachable"],
  ]);
  const [cut] = asked;
  expect(cut?.result).toMatchObject({
    error: { message: "cut: the answer about capitals is cut off (capitals.sh); its output: no room" },
  });
});

test("a run that was interrupted asks no host that it has not asked yet", async () => {
  const { server, host } = await start("web1");
  const interrupt = new AbortController();
  interrupt.abort(new SvcdeployError("interrupted", "Interrupted: nothing was changed."));
  const asked = await askHosts(
    [host],
    capitals,
    () => "x",
    contextOf(interrupt.signal),
    () => 0,
  );
  expect(inBrief(asked)).toEqual([["web1", "interrupted"]]);
  expect(server.seen.connections).toBe(0);
});

test("a bug of ours is no result, and the connection is closed all the same", async () => {
  const { host } = await start("web1");
  const broken = {
    ...capitals,
    decode: () => {
      throw new TypeError("ours");
    },
  };
  await expect(
    askHosts(
      [host],
      broken,
      () => "x",
      contextOf(),
      () => 0,
    ),
  ).rejects.toThrow("ours");
  let closed = false;
  const work = connected(host, contextOf(), async (remote) => {
    const close = remote.close.bind(remote);
    remote.close = () => {
      closed = true;
      close();
    };
    throw new TypeError("ours");
  });
  await expect(work).rejects.toThrow("ours");
  expect(closed).toBe(true);
});
