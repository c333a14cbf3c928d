import { EventEmitter } from "node:events";
import type { ClientChannel } from "ssh2";
import { expect, test } from "vitest";
import { startDeadline } from "../../src/remote/deadline.ts";
import { converse } from "../../src/remote/run-script.ts";
import { makeTarget } from "../core/plan/host-builder.ts";
import { processorTime } from "../support/processor-time.ts";

/** A channel of which a test is the host: what is emitted as "data" is what the host says. */
function makeChannel(): EventEmitter {
  const sink = { writable: true, write: () => true, end: () => {}, close: () => {} };
  return Object.assign(new EventEmitter(), sink, { stderr: new EventEmitter() });
}

test("lines are heard whole however they are cut, and an endless one in small pieces costs next to nothing", async () => {
  const channel = makeChannel();
  const say = (text: string): void => void channel.emit("data", Buffer.from(text));
  const heard: string[] = [];
  const deadline = startDeadline(60_000, () => new Error("late"));
  const options = { input: "", timeoutMilliseconds: 60_000, onLine: (line: string) => void heard.push(line) };
  const result = converse(
    makeTarget([]).host,
    channel as unknown as ClientChannel,
    { name: "x", text: "x" },
    options,
    deadline,
  );
  for (const piece of ["on", "e\ntw", "o\n\nthr", "ee\n"]) say(piece);
  const started = processorTime();
  for (let piece = 0; piece < 15 * 1024; piece += 1) say("x".repeat(1024));
  expect(processorTime() - started).toBeLessThan(5000);
  channel.emit("close", 0);
  expect((await result).stdout.length).toBe(15 + 15 * 1024 * 1024);
  deadline.stop();
  expect(heard).toEqual(["one", "two", "", "three"]);
});
