import { expect, test } from "vitest";
import {
  makeTimerUnits,
  TIMER_MARK,
  type TimerOrder,
  timerName,
} from "../../../src/core/timer/timer-units.ts";
import { parseUnitFile } from "../../../src/core/unit-file/parse.ts";

const ORDER: TimerOrder = {
  scope: "system",
  about: "svcdeploy drift of shop, prod",
  every: { text: "15min", seconds: 900 },
  command: ["/usr/bin/node", "/usr/bin/svcdeploy", "drift", "--env=prod"],
  home: "/root",
  writable: [],
  timeoutSeconds: 600,
};

function units(more: Partial<TimerOrder> = {}): { readonly service: string; readonly timer: string } {
  const made = makeTimerUnits({ ...ORDER, ...more });
  if ("problem" in made) throw new Error(made.problem);
  return made;
}

/** Name=value of a unit; a later one of the same name wins. */
function values(text: string): ReadonlyMap<string, string> {
  const entries = parseUnitFile(text).sections.flatMap(({ items }) =>
    items.filter((item) => item.kind === "entry"),
  );
  return new Map(entries.map(({ name, value }) => [name, value]));
}

test("both carry the mark by which they may be replaced, and drift leaves the service failed", () => {
  const { service, timer } = units();
  expect(service.startsWith(`${TIMER_MARK}\n`) && timer.startsWith(`${TIMER_MARK}\n`)).toBe(true);
  expect(values(service).get("ExecStart")).toBe("/usr/bin/node /usr/bin/svcdeploy drift --env=prod");
  expect(values(service).get("SuccessExitStatus")).toBe("6");
  expect(values(service).get("TimeoutStartSec")).toBe("720");
  expect(values(service).get("Environment")).toBe('"HOME=/root"');
});

test("by the calendar where it can say the period, and caught up; else by the time since the last", () => {
  const calendar = values(units().timer);
  expect([
    calendar.get("OnCalendar"),
    calendar.get("Persistent"),
    calendar.get("RandomizedDelaySec"),
  ]).toEqual(["*-*-* *:00/15:00", "true", "180"]);
  const monotonic = values(units({ every: { text: "7min", seconds: 420 } }).timer);
  expect([
    monotonic.get("OnUnitActiveSec"),
    monotonic.has("OnCalendar"),
    monotonic.has("Persistent"),
  ]).toEqual(["420s", false, false]);
});

test("it may write where it is told to, and nowhere else; a private /tmp hides nothing that it needs", () => {
  expect(values(units().service).has("ReadWritePaths")).toBe(false);
  expect(values(units().service).get("PrivateTmp")).toBe("yes");
  const more = values(
    units({ writable: ["/var/lib/node_exporter"], command: ["/usr/bin/node", "--project=/tmp/shop"] })
      .service,
  );
  expect(more.get("ReadWritePaths")).toBe("-/var/lib/node_exporter");
  expect(more.has("PrivateTmp")).toBe(false);
});

test("a user's own has no sandbox that only the machine's systemd can make", () => {
  expect(units({ scope: "user", home: null }).service).not.toMatch(/Protect|StateDirectory|Environment=/);
});

test("words are themselves: no specifier, no variable, no second line", () => {
  const { service } = units({ command: ["/usr/bin/node", "--limit=a b%h$HOME", 'x"\\'] });
  expect(values(service).get("ExecStart")).toBe(String.raw`/usr/bin/node "--limit=a b%%h$$HOME" "x\"\\"`);
  const twoLines = values(units({ command: ["/usr/bin/node", "a\nExecStart=/bin/evil"] }).service);
  expect(twoLines.get("ExecStart")).toBe(String.raw`/usr/bin/node "a\nExecStart=/bin/evil"`);
});

test.each([
  ["NUL", { command: ["/usr/bin/node", "a\0"] }],
  ["a folder with a space", { writable: ["/srv/a b"] }],
  ["a line break in a folder", { writable: ["/srv/a\nUser=evil"] }],
  ["a line break in the name", { about: "a\nb" }],
])("%s is refused", (_, more) => {
  expect(makeTimerUnits({ ...ORDER, ...more })).toHaveProperty("problem");
});

test("no two pairs share a name", () => {
  expect(timerName("a-b", "c")).not.toBe(timerName("a", "b-c"));
});
