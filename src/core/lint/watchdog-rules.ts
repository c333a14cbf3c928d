/** Rules of the watchdog: WatchdogSec=, and what the program must do for it. */
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { isWholeService, type LintUnit, lastOf, listOf, restartOf, serviceType } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";
import { saySeconds } from "./start-limit.ts";

/** SD050 to SD052. */
export const WATCHDOG_RULES: readonly UnitRule[] = [
  {
    id: "SD050",
    severity: "error",
    over: "unit",
    title: "The watchdog kills and nothing restarts",
    explain:
      "When the program misses its beat systemd sends SIGABRT. It is started again only with " +
      "Restart=always, on-failure, on-abnormal or on-watchdog; otherwise the service stays failed " +
      "(tried without Restart= and with on-abort).",
    bad: "[Service]\nType=notify\nWatchdogSec=30\nExecStart=/usr/bin/app\n",
    good: "[Service]\nType=notify\nWatchdogSec=30\nRestart=on-failure\nExecStart=/usr/bin/app\n",
    check: checkWatchdogRestart,
  },
  {
    id: "SD051",
    severity: "warn",
    over: "unit",
    title: "WatchdogSec= for a program that may not beat",
    explain:
      "WatchdogSec= works with every Type=, and without notify it is armed at exec. A program that does " +
      "not send WATCHDOG=1 to NOTIFY_SOCKET is killed with SIGABRT every WatchdogSec. Lines on stderr " +
      "are no beats.",
    bad: "[Service]\nWatchdogSec=30\nRestart=always\nExecStart=/usr/bin/app\n",
    good: "[Service]\nType=notify\nWatchdogSec=30\nRestart=always\nExecStart=/usr/bin/app\n",
    check: checkWatchdogType,
  },
  {
    id: "SD052",
    severity: "warn",
    over: "unit",
    title: "The program beats more rarely than every half of WatchdogSec=",
    explain:
      "A beat that is a little late must not kill: sd_watchdog_enabled(3) asks for one every half of " +
      "WatchdogSec=. systemd cannot know how often a program beats. Where the unit says so, in a " +
      "variable or an option of the command whose name has `watchdog` in it and whose value is a time " +
      "with its unit, the two are compared. A beat of 30 s for WatchdogSec=45 leaves 15 s for one that " +
      "is late, and none for one that is lost.",
    bad:
      "[Service]\nType=notify\nWatchdogSec=45\nRestart=on-failure\n" +
      "ExecStart=/usr/bin/app --watchdog-interval=30s\n",
    good:
      "[Service]\nType=notify\nWatchdogSec=45\nRestart=on-failure\n" +
      "ExecStart=/usr/bin/app --watchdog-interval=20s\n",
    check: checkBeat,
  },
];

function watchdogEntry(unit: LintUnit): ReturnType<typeof lastOf> {
  const entry = lastOf(unit, "Service", "WatchdogSec");
  const seconds = entry === null ? null : parseTimeSpan(entry.value);
  return seconds === null || seconds === 0 || seconds === Number.POSITIVE_INFINITY ? null : entry;
}

function checkWatchdogRestart(unit: LintUnit): readonly RuleFinding[] {
  const entry = watchdogEntry(unit);
  const restart = restartOf(unit);
  if (
    entry === null ||
    !isWholeService(unit) ||
    ["always", "on-failure", "on-abnormal", "on-watchdog"].includes(restart)
  )
    return [];
  return [
    {
      place: entry.place,
      happens:
        `After a missed beat the program is killed (SIGABRT) and, with Restart=${restart}, not started ` +
        "again.",
      fix: "Add Restart=on-failure.",
    },
  ];
}

function checkWatchdogType(unit: LintUnit): readonly RuleFinding[] {
  const entry = watchdogEntry(unit);
  if (entry === null || !isWholeService(unit) || serviceType(unit).startsWith("notify")) return [];
  return [
    {
      place: entry.place,
      happens:
        "Unless the program sends WATCHDOG=1, it is killed with SIGABRT every " +
        `${entry.value}${/^\d+$/.test(entry.value) ? " s" : ""}.`,
      fix: "Remove WatchdogSec=, or let the program beat every half of it and say Type=notify.",
    },
  ];
}

/**
 * A name with `watchdog` in it and a span with a unit; bare numbers may be anything, and WATCHDOG_USEC= is
 * systemd's.
 */
const BEAT = new RegExp(
  `(?:^|[\\s"'])-{0,2}([\\w.-]*watchdog[\\w.-]*)(?:=|\\s+)` +
    `"?(\\d[\\d.]*\\s?(?:ms|msec|s|sec|seconds?|m|min|minutes?))(?=["'\\s]|$)`,
  "gi",
);

function checkBeat(unit: LintUnit): readonly RuleFinding[] {
  const watchdog = watchdogEntry(unit);
  const limit = parseTimeSpan(watchdog?.value ?? "");
  if (limit === null || unit.type !== "service") return [];
  return [...listOf(unit, "Service", "ExecStart"), ...listOf(unit, "Service", "Environment")].flatMap(
    (entry) =>
      [...entry.value.matchAll(BEAT)]
        .filter(([, , span = ""]) => (parseTimeSpan(span) ?? 0) > limit / 2)
        .map(([, name, span]) => ({
          place: entry.place,
          happens:
            `${name} is ${span}, and WatchdogSec= is ${saySeconds(limit)}: one beat that is late or lost ` +
            "is a SIGABRT.",
          fix: `Beat every ${saySeconds(limit / 2)} or more often, or make WatchdogSec= twice ${span}.`,
        })),
  );
}
