/** The part `links`: which cases there are, what its judges notice, and how its relay cuts. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import type { HostReport } from "../../src/core/model/run.ts";
import { systemdVersions } from "../support/hosts.ts";
import { startRelay } from "../support/relay.ts";
import { until } from "../support/until.ts";
import { judgeAnswer, readAnswer } from "./decides.ts";
import {
  CUTS,
  describeCase,
  linkCase,
  numbersOf,
  ONE_TURN,
  STAGES,
  STATES,
  STRIKES,
  versionOf,
} from "./link-cases.ts";
import { judgeStruck, type Struck } from "./link-judge.ts";
import { readLook } from "./look.ts";

const casesOf = (seed: number, from = 0): readonly string[] =>
  Array.from({ length: ONE_TURN }, (_, index) => describeCase(linkCase(seed, from + index)));

test("a turn has every stage in every way, every state by both words, every message once", () => {
  const cases = casesOf(0);
  for (const stage of STAGES) for (const strike of STRIKES) expect(cases).toContain(`${stage}: ${strike}`);
  for (const state of STATES)
    for (const word of ["confirmed", "rollback"]) expect(cases).toContain(`${word} asked in ${state}`);
  expect(new Set(cases).size).toBe(ONE_TURN);
  expect(cases.filter((each) => each.startsWith("message ")).length).toBe(80);
});

test("four turns, or four seeds, cut every message in every way", () => {
  const turns = [0, 1, 2, 3].flatMap((turn) => casesOf(0, turn * ONE_TURN));
  const seeds = [0, 1, 2, 3].flatMap((seed) => casesOf(seed));
  for (const cut of CUTS) {
    expect(turns).toContain(`message 7: ${cut}`);
    expect(seeds).toContain(`message 80: ${cut}`);
  }
});

test("every way of striking, and every state, meets hosts of each systemd over the numbers", () => {
  for (let strike = 0; strike < STRIKES.length; strike += 1) {
    const met = STAGES.map((_, stage) => versionOf(0, stage * STRIKES.length + strike));
    expect(new Set(met)).toEqual(new Set(systemdVersions));
  }
});

test("fewer than a turn are spread over it, more go into the next", () => {
  const kinds = numbersOf(20).map((number) => linkCase(0, number).kind);
  expect(new Set(kinds)).toEqual(new Set(["stage", "decide", "message"]));
  expect(numbersOf(ONE_TURN)).toEqual(Array.from({ length: ONE_TURN }, (_, index) => index));
  expect(numbersOf(ONE_TURN + 2).at(-1)).toBe(ONE_TURN + 1);
});

/** A host that is of one greeting, with a line replaced. */
function host(greeting: string, from = "", to = ""): ReturnType<typeof readLook> {
  const text = `environment ${greeting}
file ${greeting}
process ${greeting}
active active
record own
manifest own
manifest own
generation own
current t1
span t1 1 2 CONFIRMED
record-of r1 t1 confirmed
`;
  expect(text).toContain(from);
  return readLook(text.replace(from, to));
}

function struck(
  status: HostReport["status"] | null,
  code: number | null,
  more: Partial<Struck> = {},
): Struck {
  const base: HostReport = {
    host: "h1",
    play: "app",
    status: status ?? "unknown",
    cause: null,
    services: [],
    durationMilliseconds: 1,
    message: "why",
    hint: null,
    verdicts: [],
    health: [],
    differences: [],
    journal: [],
    changes: 0,
    actions: [],
    transaction: null,
  };
  const report = status === null ? undefined : base;
  const run = { code, stdout: "", stderr: "said" };
  return { old: "a", fresh: "b", strike: "reset, good", stage: "settle", run, report, ...more };
}

test.each([
  ["changed", 0, "b"],
  ["unknown", 1, "a"],
  ["unknown", 1, "b"],
  ["rolled-back", 5, "a"],
  ["unreachable", 4, "a"],
  ["failed", 1, "a"],
] as const)("%s with exit %i of the host %s is the truth", (status, code, greeting) => {
  expect(judgeStruck(host(greeting), struck(status, code))).toEqual([]);
});

test.each([
  ["changed", 0, "a", "the host is the old one"],
  ["rolled-back", 5, "b", "the host is the new one"],
  ["unreachable", 4, "b", "the host is the new one"],
  ["failed", 1, "b", "the host is the new one"],
  ["changed", 1, "b", "it has to be 0"],
  ["unknown", 0, "b", "it has to be 1"],
  ["unreachable", 1, "a", "it has to be 4"],
] as const)("%s with exit %i of the host %s is not", (status, code, greeting, said) => {
  expect(judgeStruck(host(greeting), struck(status, code)).join()).toContain(said);
});

test.each([
  ["file a", "file b", "file is of b, not of a"],
  ["process a", "process b", "process is of b"],
  ["active active", "active failed", "active: failed"],
  ["record own", "record ", "record: "],
  ["manifest own", "manifest other:/etc/app/app.conf", "manifest: other:/etc/app/app.conf"],
  ["generation own", "generation other", "generation: other"],
  ["current t1", "current t0", "current is t0"],
  ["CONFIRMED", "AWAIT", "t1 is AWAIT"],
  ["record-of", "left /.svcdeploy-stage\nrecord-of", "/.svcdeploy-stage is left"],
  ["record-of", "failed svcdeploy-t1.service\nrecord-of", "svcdeploy-t1.service is failed"],
])("a host with %j as %j is neither old nor new", (from, to, said) => {
  expect(judgeStruck(host("a", from, to), struck("unknown", 1)).join()).toContain(said);
});

test("what a boot and a cut upload leave is no fault, and of a host that was only cut it is one", () => {
  const booted = struck("unknown", 1, { strike: "host killed" });
  expect(judgeStruck(host("a", "record own", "record "), booted)).toEqual([]);
  expect(judgeStruck(host("a", "record-of", "left /x/txn/1.tmp\nrecord-of"), struck("unknown", 1))).toEqual(
    [],
  );
});

test("a moment is no reason not to know, and a reset of a moment is none to undo", () => {
  const moment = { strike: "reset, moment", stage: "apply AWAIT" } as const;
  expect(judgeStruck(host("a"), struck("unknown", 1, moment)).join()).toContain("the host could be asked");
  expect(judgeStruck(host("a"), struck("rolled-back", 5, moment)).join()).toContain("no reason to undo");
  expect(judgeStruck(host("a"), struck("unreachable", 4, { ...moment, stage: "upload" }))).toEqual([]);
});

test("a killed controller reports nothing; any other has to", () => {
  const killed = { strike: "controller killed" } as const;
  expect(judgeStruck(host("b"), struck(null, null, killed))).toEqual([]);
  expect(judgeStruck(host("b"), struck(null, 0, killed))).toEqual([
    "the controller ended with 0 before it was killed",
  ]);
  expect(judgeStruck(host("a"), struck(null, 70))).toEqual(["there is no report: exit 70: said"]);
});

test("what decide.sh took has to fit the state, the word and the end", () => {
  const judged = (
    state: (typeof STATES)[number],
    word: "confirmed" | "rollback",
    text: string,
    end: "old" | "new",
  ) =>
    judgeAnswer(
      { kind: "decide", state, word },
      readAnswer(text) ?? { state: "missed", marks: [] },
      end,
    ).join();
  expect(judged("AWAIT", "confirmed", "held AWAIT\nstate AWAIT\nmarks confirmed\n", "new")).toBe("");
  expect(judged("AWAIT", "confirmed", "state AWAIT\nmarks confirmed\n", "old")).toContain("the host is old");
  expect(judged("PREPARED", "confirmed", "state PREPARED\nmarks token\n", "new")).toBe("");
  expect(judged("PREPARED", "confirmed", "state PREPARED\nmarks confirmed\n", "new")).toContain("not none");
  expect(judged("APPLYING", "rollback", "state APPLYING\nmarks rollback\n", "old")).toBe("");
  expect(judged("APPLYING", "rollback", "state APPLYING\nmarks token\n", "new")).toContain("not rollback");
  expect(judged("CONFIRMED", "rollback", "state CONFIRMED\nmarks rollback\n", "old")).toContain(
    "not confirmed",
  );
  expect(judged("AWAIT", "rollback", "state AWAIT\nmarks token rollback\n", "old")).toContain("at once");
  expect(judged("GONE", "confirmed", "state AWAIT\nmarks\n", "new")).toContain("decide answers AWAIT");
  expect(readAnswer("held PREPARED\nmissed: it is CONFIRMED\n")).toBeNull();
});

/** A server that answers every byte, behind a relay, and a client of it. */
async function echo() {
  const far: Socket[] = [];
  const server = createServer((socket) => {
    far.push(socket);
    socket.on("error", () => {});
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const relay = await startRelay(address.port);
  const dial = (): Socket => connect(relay.port, "127.0.0.1").on("error", () => {});
  const answers = (socket: Socket): Promise<boolean> =>
    new Promise((resolve) => {
      socket.once("data", () => resolve(true));
      socket.once("close", () => resolve(false));
      socket.write("?", (error) => error && resolve(false));
    });
  const close = async (): Promise<void> => {
    await relay.close();
    for (const socket of far) socket.destroy();
    server.close();
  };
  return { relay, far, dial, answers, close };
}

test("a reset ends what is connected; new connections pass unless it lasts", async () => {
  const { relay, dial, answers, close } = await echo();
  const first = dial();
  expect(await answers(first)).toBe(true);
  relay.strike("reset", false);
  expect(await answers(first)).toBe(false);
  expect(await answers(dial())).toBe(true);
  relay.strike("reset", true);
  expect(await answers(dial())).toBe(false);
  relay.heal();
  expect(await answers(dial())).toBe(true);
  await close();
});

test("in silence nothing passes and no end is heard until it is healed", async () => {
  const { relay, far, dial, answers, close } = await echo();
  const first = dial();
  expect(await answers(first)).toBe(true);
  relay.strike("silence", true);
  const silent = dial();
  const heard: string[] = [];
  const asked = answers(silent).then((is) => heard.push(`answer ${is}`));
  far[0]?.on("end", () => heard.push("the server heard of the end"));
  first.end("?");
  await until(10_000, "the relay takes the second connection", () => relay.connections() === 2 || null, 5);
  // Another relay has passed what it was given by then.
  const beside = await echo();
  expect(await beside.answers(beside.dial())).toBe(true);
  expect(heard).toEqual([]);
  relay.heal();
  await asked;
  expect(heard).toContain("answer false");
  expect(await answers(dial())).toBe(true);
  await beside.close();
  await close();
});

test("a message is what passes in one direction until something else does; the struck one does not arrive", async () => {
  const { relay, dial, answers, close } = await echo();
  const heard: number[] = [];
  const socket = dial();
  relay.onMessage((message) => {
    heard.push(message);
    if (message === 3) relay.strike("reset", false);
  });
  expect(await answers(socket)).toBe(true);
  expect(await answers(socket)).toBe(false);
  expect(heard).toEqual([1, 2, 3]);
  await close();
});
