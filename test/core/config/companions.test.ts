/** Timers and sockets as written. */
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Service } from "../../../src/core/model/service.ts";
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
    return error.problems.map(
      ({ place, message, hint }) =>
        `${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`,
    );
  }
}

const names = (directives: Service["service"]): readonly string[] =>
  directives.map(({ name, value }) => `${name}=${value}`);

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
  const { sockets } = read(
    "sockets: [{ ListenStream: 80 }, { name: debug, ListenStream: 127.0.0.1:6060, FileDescriptorName: debug }]\n",
  );
  expect(sockets.map(({ unit }) => unit)).toEqual(["api.socket", "api-debug.socket"]);
  expect(names(sockets[1]?.directives ?? [])).toEqual([
    "ListenStream=127.0.0.1:6060",
    "FileDescriptorName=debug",
  ]);
});

test("what [Socket] does not know and [Unit] does is the socket unit's", () => {
  const { sockets } = read(
    "sockets: [{ ListenStream: 192.0.2.1:80, After: network-online.target, Description: The door }]\n",
  );
  expect(names(sockets[0]?.directives ?? [])).toEqual(["ListenStream=192.0.2.1:80"]);
  expect(names(sockets[0]?.general ?? [])).toEqual(["After=network-online.target", "Description=The door"]);
});

test("a path starts its job, or the service itself", () => {
  const { paths } = read(
    "paths: [{ name: in, PathChanged: [/a, /b], ExecStart: /bin/x, User: root, After: a.service }, { name: wake, PathExists: /c }]\n",
  );
  expect(paths.map(({ name, starts }) => [name, starts])).toEqual([
    ["in", "job"],
    ["wake", "service"],
  ]);
  expect(names(paths[0]?.path ?? [])).toEqual(["PathChanged=/a", "PathChanged=/b"]);
  expect(names(paths[0]?.service ?? [])).toEqual(["ExecStart=/bin/x", "User=root"]);
  expect(names(paths[0]?.unit ?? [])).toEqual(["After=a.service"]);
});

test("a drop-in has its sections in systemd's order, lists that repeat and values that reset", () => {
  const { dropIns } = read(
    'dropins: [{ unit: a@1.service, name: limits, Service: { ExecStart: ["", /new], LimitNOFILE: 1024 }, Unit: { After: b.service } }, { unit: a.timer, name: t, Timer: { OnCalendar: daily } }]\n',
  );
  expect(dropIns.map(({ unit, name, onChange }) => [unit, name, onChange])).toEqual([
    ["a@1.service", "limits", "restart"],
    ["a.timer", "t", "none"],
  ]);
  expect(dropIns[0]?.sections.map(({ name, directives }) => [name, names(directives)])).toEqual([
    ["Unit", ["After=b.service"]],
    ["Service", ["ExecStart=", "ExecStart=/new", "LimitNOFILE=1024"]],
  ]);
  expect(dropIns[0]?.sections[1]?.directives[1]?.place).toMatchObject({ line: 2, column: 73 });
});

test.each([
  [
    "timers: [{ OnCalendar: daily, ExecStart: /x }]",
    "2:10 a timer needs a name: its units are named after it",
  ],
  [
    "timers: [{ name: A, OnCalendar: daily, ExecStart: /x }]",
    '2:18 "A": a name starts with a lower-case letter',
  ],
  ["timers: [{ name: a, OnCalendar: daily }]", "2:10 a timer needs ExecStart: what it starts"],
  ["timers: [{ name: a, ExecStart: /x }]", "2:10 a timer needs a time"],
  [
    "timers: [{ name: a, OnCalendar: daily, ExecStart: /x, Unit: b.service }]",
    "2:61 Unit= follows from the timer's name",
  ],
  [
    "timers: [{ name: a, OnCalender: daily, OnBootSec: 1, ExecStart: /x }]",
    "2:33 systemd 247 knows no OnCalender= in [Service]",
  ],
  ["timers: { name: a }", "2:9 a list of timers is expected here"],
  ["paths: [{ PathExists: /x }]", "2:9 a path needs a name: its units are named after it"],
  ["paths: [{ name: a, ExecStart: /x }]", "2:9 a path needs something to watch"],
  ["paths: [{ name: a, PathExists: /x, Unit: b.service }]", "2:42 Unit= follows from the path's name"],
  [
    "paths: [{ name: a, PathExists: /x, User: b }]",
    "2:42 User= belongs to a job, but a path without ExecStart starts api.service itself",
  ],
  [
    "paths: [{ name: a, PathExists: /x, TriggerLimitBurst: 3 }]",
    "2:55 systemd 247 knows no TriggerLimitBurst= in [Path]",
  ],
  [
    "paths: [{ name: a, PathExists: /x }, { name: a, PathExists: /y }]",
    "2:38 there are two paths a: give one of them another name",
  ],
  [
    "timers: [{ name: a, OnCalendar: daily, ExecStart: /x }]\npaths: [{ name: a, PathExists: /y, ExecStart: /x }]",
    "3:9 timer and path a would have one job: give one of them another name",
  ],
  [
    "dropins: [{ unit: nginx, name: a, Service: { UMask: 1 } }]",
    '"nginx": the full name of a unit is expected here, e.g. nginx.service',
  ],
  [
    "dropins: [{ unit: a.scope, name: a, Unit: { After: x.service } }]",
    "a drop-in is for a unit of one of the types service,",
  ],
  [
    "dropins: [{ unit: a-.service, name: a, Service: { UMask: 1 } }]",
    "a-.service would change every unit whose name starts with a-",
  ],
  [
    "dropins: [{ unit: a@.service, name: a, Service: { UMask: 1 } }]",
    "a@.service would change all its instances: name one, such as a@1.service",
  ],
  [
    "dropins: [{ unit: svcdeploy-recover.service, name: a, Service: { UMask: 1 } }]",
    "the units of svcdeploy itself are not to be changed",
  ],
  [
    "dropins: [{ unit: a/../b.service, name: a, Service: { UMask: 1 } }]",
    "the full name of a unit is expected here",
  ],
  [
    "dropins: [{ unit: a.service, name: A, Service: { UMask: 1 } }]",
    '"A": a name starts with a lower-case letter',
  ],
  ["dropins: [{ unit: a.service, name: a }]", "2:11 a drop-in needs a section: Unit, Service …"],
  [
    "dropins: [{ unit: a.service, name: a, Install: { WantedBy: x } }]",
    'the key "Install" is not known here',
  ],
  [
    "dropins: [{ unit: a.service, name: a, Socket: { Accept: yes } }]",
    "2:47 [Socket] means nothing to a.service: systemd would ignore it",
  ],
  [
    "dropins: [{ unit: a.service, name: a, Service: { UMsk: 1 } }]",
    "systemd 247 knows no UMsk= in [Service]",
  ],
  [
    "dropins: [{ unit: dbus.service, name: a, Service: { UMask: 1 } }]",
    "2:19 restarting dbus.service would take sessions",
  ],
  [
    "dropins: [{ unit: systemd-logind.service, name: a, onChange: restart, Service: { UMask: 1 } }]",
    "write onChange: none",
  ],
  [
    "dropins: [{ unit: a.socket, name: a, Socket: { Backlog: 1 } }]",
    "restarting a.socket would take the units along that use it",
  ],
  [
    "dropins: [{ unit: a.timer, name: a, onChange: restart, Timer: { OnCalendar: daily } }]",
    "a.timer needs no restart: leave onChange out",
  ],
  [
    "dropins: [{ unit: a.service, name: a, Service: { UMask: 1 } }, { unit: a.service, name: a, Service: { UMask: 2 } }]",
    "2:64 there are two drop-ins a for a.service: give one of them another name",
  ],
  [
    "cache: { path: /c, size: 1G, Mount: { Options: ro } }",
    "2:48 Options= follows from the other keys of the cache",
  ],
  ["cache: { path: /c, size: 1G, Mount: { Restart: on-failure } }", "knows no Restart= in [Mount]"],
  ["cache: { path: /c, size: 1G, Unit: { TimeoutSec: 5s } }", "knows no TimeoutSec= in [Unit]"],
  [
    "cache: { path: /c, size: 1G, Unit: { Where: /d } }",
    "2:45 Where= follows from the other keys of the cache",
  ],
  [
    "sockets: [{ ListenStream: 80, Aftr: a.service }]",
    "2:37 systemd 247 knows no Aftr= in [Socket] [did you mean After=?]",
  ],
  [
    "timers: [{ name: a, OnCalender: daily, OnBootSec: 1, ExecStart: /x }]",
    "knows no OnCalender= in [Service] [did you mean OnCalendar=?]",
  ],
  [
    "paths: [{ name: a, PathExists: /x, ExecStart: /y, PathChangd: /z }]",
    "knows no PathChangd= in [Service] [did you mean PathChanged=?]",
  ],
  ["sockets: [{ FileDescriptorName: a }]", "2:11 a socket needs an address: ListenStream …"],
  [
    "sockets: [{ ListenStream: 80, Service: b.service }]",
    "2:40 Service= follows from the service that the socket is in",
  ],
  [
    "sockets: [{ name: a, ListenStream: 80, Accept: true }]",
    "2:11 with Accept=yes the service has one socket, without a name",
  ],
  [
    "sockets: [{ ListenStream: 80, Accept: true }, { name: a, ListenStream: 81 }]",
    "with Accept=yes the service has one socket",
  ],
  [
    "install: { WantedBy: a.target }\nsockets: [{ ListenStream: 80, Accept: true }]",
    "2:10 with Accept=yes nothing but the socket is enabled",
  ],
  [
    "paths: [{ name: a, PathExists: /x }]\nsockets: [{ ListenStream: 80, Accept: true }]",
    "with Accept=yes there is no service that a path could start",
  ],
  [
    "sockets: [{ ListenStream: 80, PollLimitBurst: 3 }]",
    "2:47 systemd 247 knows no PollLimitBurst= in [Socket]",
  ],
  [
    "sockets: [{ ListenStream: 80 }, { ListenStream: 81 }]",
    "2:33 there are two sockets api.socket: give one of them another name",
  ],
])("%s", (text, message) => {
  expect(mistakes(text).join("\n")).toContain(message);
});
