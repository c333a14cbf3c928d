/**
 * Collecting and following over a Remote that lives in memory: what is asked of a host, and what its answers
 * come to.
 */
import { expect, test } from "vitest";
import { ConnectError, type SvcdeployError } from "../../src/core/errors.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { collectLogs, type LogContext, type LogQuery } from "../../src/deploy/collect-logs.ts";
import type { DeployContext } from "../../src/deploy/context.ts";
import { followLogs } from "../../src/deploy/follow-logs.ts";
import type { Remote, StreamOptions } from "../../src/remote/remote.ts";
import { collect } from "../support/collect.ts";

const NOW = 1_800_000_000_000;
const NONCE = "0123456789abcdef0123456789abcdef";
const cursor = (index: number): string =>
  `s=${"d".repeat(32)};i=${index.toString(16)};b=${"0".repeat(32)};m=1;t=1;x=1`;
const entry = (index: number, secondsAgo: number): string =>
  JSON.stringify({
    __CURSOR: cursor(index),
    __REALTIME_TIMESTAMP: String((NOW - secondsAgo * 1000) * 1000),
    _SYSTEMD_UNIT: "web.service",
    _PID: "7",
    MESSAGE: `entry ${index}`,
  });
const frame = (text: string): string => `${NONCE} ${text}`;
const head = (skew = 0): readonly string[] => [
  frame(`clock ${NOW / 1000 + skew}`),
  frame("login 0 root"),
  frame("journald active"),
];

type Answer = (order: string) => readonly string[] | Error;

/**
 * A host that answers each order; an answer of a following order is its end, as when the connection breaks.
 */
function hostOf(
  name: string,
  answer: Answer,
): { readonly host: Host; readonly remote: Remote; readonly orders: string[] } {
  const place = { file: "i", line: 1, column: 1 };
  const login = {
    address: "a",
    port: 22,
    user: "poor",
    become: "none",
    identity: null,
    knownHosts: null,
    connectTimeoutSeconds: 10,
  } as const;
  const host: Host = {
    name,
    ...login,
    groups: [],
    vars: {},
    labels: {},
    systemd: 252,
    required: false,
    place,
  };
  const orders: string[] = [];
  async function* stream(_script: unknown, { input }: StreamOptions): AsyncGenerator<Uint8Array> {
    if (typeof input === "string" || input instanceof Uint8Array)
      throw new Error("an order and its beats are a stream");
    for await (const piece of input) {
      orders.push(String(piece));
      break;
    }
    const lines = answer(orders.at(-1) ?? "");
    if (lines instanceof Error) throw lines;
    yield Buffer.from(lines.map((each) => `${each}\n`).join(""));
  }
  const unused = (): never => {
    throw new Error("not used here");
  };
  return { host, orders, remote: { host, run: unused, forward: unused, close: () => {}, stream } };
}

type Told = { readonly notes: string[]; readonly lost: string[] };

function contextOf(
  hosts: readonly { readonly host: Host; readonly remote: Remote }[],
  signal: AbortSignal,
): { around: LogContext; told: Told } {
  const told: Told = { notes: [], lost: [] };
  const connect = async ({ name }: Host): Promise<Remote> => {
    const found = hosts.find(({ host }) => host.name === name);
    if (found === undefined) throw new ConnectError("unreachable", name, `${name} does not exist`);
    return found.remote;
  };
  // reading logs takes no more of it
  const context = {
    connector: { connect },
    signal,
    newId: () => NONCE,
    redact: (text: string) => text,
  } as unknown as DeployContext;
  const lost = (_host: string, error: SvcdeployError): void => void told.lost.push(error.message);
  return {
    told,
    around: {
      context,
      wallClock: () => NOW,
      note: (host, text) => void told.notes.push(`${host}: ${text}`),
      lost,
    },
  };
}

const query = (changes: Partial<LogQuery> = {}): LogQuery => ({
  lines: "all",
  begin: { kind: "oldest" },
  priority: null,
  ...changes,
});
const never = new AbortController().signal;

async function read(
  answer: Answer,
  changes: Partial<LogQuery> = {},
): Promise<Told & { messages: readonly string[]; order: string; at: number | undefined }> {
  const one = hostOf("h1", answer);
  const { around, told } = contextOf([one], never);
  const entries = await collect(
    collectLogs([{ host: one.host, units: ["web.service"] }], query(changes), around),
  );
  return {
    ...told,
    messages: entries.map(({ message }) => message),
    order: one.orders[0] ?? "",
    at: entries[0]?.at,
  };
}

test("the current invocation begins at its first entry, by time", async () => {
  const start = frame(`start web.service ${NOW / 1000 - 10}.000000`);
  const seen = await read(() => [...head(), start, entry(1, 60), entry(2, 10), entry(3, 1)], {
    begin: { kind: "invocation" },
    lines: 5,
  });
  expect(seen.messages).toEqual(["entry 2", "entry 3"]);
  expect(seen.order).toContain("lines\t5\n");
});

test("the last lines since a moment: the host gives the lines, the moment is looked at here", async () => {
  const seen = await read(() => [...head(), entry(1, 60), entry(2, 10)], {
    begin: { kind: "ago", seconds: 30 },
    lines: 5,
  });
  expect(seen.messages).toEqual(["entry 2"]);
  expect(seen.order).not.toContain("ago");
  expect((await read(() => head(), { begin: { kind: "ago", seconds: 30 } })).order).toContain("ago\t30\n");
});

test("a clock that is off is corrected and said; less than two seconds are none", async () => {
  const off = await read(() => [...head(34), entry(1, 0)]);
  expect(off.at).toBe(NOW - 34_500);
  expect(off.notes).toEqual([
    "h1: its clock is 35 s ahead of ours; its entries are ordered and shown by our clock",
  ]);
  const near = await read(() => [...head(1), entry(1, 0)]);
  expect({ at: near.at, notes: near.notes }).toEqual({ at: NOW, notes: [] });
});

test("what stands in the way is said", async () => {
  expect(await read(() => [frame("login 1000 poor"), entry(1, 1)])).toMatchObject({
    messages: [],
    lost: ["h1: poor may not read the journal"],
  });
  expect((await read(() => [frame("login 1000 poor systemd-journal"), entry(1, 1)])).messages).toEqual([
    "entry 1",
  ]);
  expect((await read(() => [frame("journald failed"), entry(1, 1)])).notes).toEqual([
    "h1: systemd-journald is failed: nothing new is written",
  ]);
  const huge = `{"MESSAGE": "${"x".repeat(2 * 1024 * 1024)}"}`;
  expect(await read(() => [huge, huge, entry(1, 1)])).toMatchObject({
    messages: ["entry 1"],
    notes: ["h1: entries of more than 1024 KiB are left out"],
  });
});

test("a host that is lost in the middle ends alone", async () => {
  const bad = hostOf("bad", () => new ConnectError("connection-lost", "bad", "bad was lost"));
  const good = hostOf("good", () => [...head(), entry(1, 2), entry(2, 1)]);
  const { around, told } = contextOf([bad, good], never);
  const targets = [bad, good, hostOf("gone", () => [])].map(({ host }) => ({ host, units: ["web.service"] }));
  expect(await collect(collectLogs(targets, query(), around))).toHaveLength(2);
  expect(told.lost.toSorted()).toEqual(["bad was lost", "gone does not exist"]);
});

test("followed from the entry shown last, which the host gives again and no one sees twice", async () => {
  const over = new AbortController();
  const rounds = [
    [entry(1, 9), entry(2, 8)],
    [entry(2, 8), entry(3, 7)],
    [entry(3, 7), entry(4, 6)],
    [entry(9, 1)],
  ];
  const one = hostOf("h1", () => {
    const round = rounds.shift() ?? [];
    if (rounds.length === 0) over.abort();
    return round.length === 0 ? new ConnectError("connection-lost", "h1", "lost") : [...head(), ...round];
  });
  const { around } = contextOf([one], over.signal);
  const followed = followLogs([{ host: one.host, units: ["web.service"] }], query({ lines: 10 }), around);
  await followed.ended;
  const entries = followed.queues.get("h1")?.drain().entries ?? [];
  // An entry that is gone on the host: what comes instead of it is not lost.
  expect(entries.map(({ message }) => message)).toEqual([
    "entry 1",
    "entry 2",
    "entry 3",
    "entry 4",
    "entry 9",
  ]);
  expect(one.orders.map((order) => /^cursor\t(.*)$/m.exec(order)?.[1] ?? null)).toEqual([
    null,
    ...[2, 3, 4].map((index) => cursor(index).replaceAll(";", ",")),
  ]);
});
