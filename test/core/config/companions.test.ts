/** Timers and sockets as written. */
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Service } from "../../../src/core/model.ts";
import { normaliseText } from "./normalise-text.ts";

function read(text: string): Service {
  return normaliseText(`name: api\n${text}`);
}

function mistakes(text: string): readonly string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
  }
}

const names = (directives: Service["service"]): readonly string[] => directives.map(({ name, value }) => `${name}=${value}`);

test("a timer's directives go where systemd reads them", () => {
  const { timers } = read(
    "timers:\n  - { name: rollup, OnCalendar: [hourly, daily], Persistent: true, ExecStart: /bin/x, User: root, After: a.service, Description: Rolls up }\n",
  );
  const [timer] = timers;
  expect(timer?.name).toBe("rollup");
  expect(names(timer?.timer ?? [])).toEqual(["OnCalendar=hourly", "OnCalendar=daily", "Persistent=yes"]);
  expect(names(timer?.service ?? [])).toEqual(["ExecStart=/bin/x", "User=root"]);
  expect(names(timer?.unit ?? [])).toEqual(["After=a.service", "Description=Rolls up"]);
  expect(timer?.timer[1]?.place).toMatchObject({ line: 3, column: 42 });
});

test("a socket is named by its service, a second one by its own name as well", () => {
  const { sockets } = read("sockets: [{ ListenStream: 80 }, { name: debug, ListenStream: 127.0.0.1:6060, FileDescriptorName: debug }]\n");
  expect(sockets.map(({ unit }) => unit)).toEqual(["api.socket", "api-debug.socket"]);
  expect(names(sockets[1]?.directives ?? [])).toEqual(["ListenStream=127.0.0.1:6060", "FileDescriptorName=debug"]);
});

test.each([
  ["timers: [{ OnCalendar: daily, ExecStart: /x }]", "2:10 a timer has a name: it names its units"],
  ["timers: [{ name: A, OnCalendar: daily, ExecStart: /x }]", '2:18 "A": a name starts with a lower-case letter'],
  ["timers: [{ name: a, OnCalendar: daily }]", "2:10 a timer has an ExecStart: what it starts"],
  ["timers: [{ name: a, ExecStart: /x }]", "2:10 a timer has a time"],
  ["timers: [{ name: a, OnCalendar: daily, ExecStart: /x, Unit: b.service }]", "2:61 Unit= follows from the timer's name"],
  ["timers: [{ name: a, OnCalender: daily, OnBootSec: 1, ExecStart: /x }]", "2:33 systemd 247 knows no OnCalender= in [Service]"],
  ["timers: { name: a }", "2:9 a list of timers is expected here"],
  ["sockets: [{ FileDescriptorName: a }]", "2:11 a socket listens: ListenStream …"],
  ["sockets: [{ ListenStream: 80, Service: b.service }]", "2:40 Service= follows from the service that the socket stands in"],
  ["sockets: [{ ListenStream: 80, Accept: true }]", "2:39 Accept=yes is not supported yet"],
  ["sockets: [{ ListenStream: 80, PollLimitBurst: 3 }]", "2:47 systemd 247 knows no PollLimitBurst= in [Socket]"],
  ["sockets: [{ ListenStream: 80 }, { ListenStream: 81 }]", "2:33 there are two sockets api.socket: give one of them another name"],
])("%s", (text, message) => {
  expect(mistakes(text).join("\n")).toContain(message);
});
