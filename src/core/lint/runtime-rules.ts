/** Rules of a running service: watchdog, exit statuses, stopping, time-outs. */
import { parseTimeSpan } from "../unit-file/time-span.ts";
import {
  dropWord,
  isWholeService,
  type LintUnit,
  lastOf,
  listOf,
  restartOf,
  serviceType,
  wordsOf,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";
import { saySeconds } from "./start-limit.ts";

/** SD034 and SD050 to SD058. */
export const RUNTIME_RULES: readonly UnitRule[] = [
  {
    id: "SD034",
    severity: "info",
    over: "unit",
    title: "A start may block for 90 seconds",
    explain:
      "With Type=notify `systemctl start` waits for READY=1. When it never comes the start fails after " +
      "TimeoutStartSec=, which is 90 s unless it is written, and the program is killed.",
    bad: "[Service]\nType=notify\nExecStart=/usr/bin/app\n",
    good: "[Service]\nType=notify\nTimeoutStartSec=30\nExecStart=/usr/bin/app\n",
    check: checkStartTimeout,
  },
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
  {
    id: "SD055",
    severity: "warn",
    over: "unit",
    title: "128+n is not how systemd sees a death by signal",
    explain:
      "137 in RestartPreventExitStatus= does not match a program killed by SIGKILL (tried: it was " +
      "restarted forever); SIGKILL does. 143 is right only for programs that catch SIGTERM and exit " +
      "with 143, such as Java.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nRestartPreventExitStatus=137\n",
    good: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nRestartPreventExitStatus=SIGKILL\n",
    check: checkSignalNumbers,
  },
  {
    id: "SD056",
    severity: "info",
    over: "unit",
    title: "0 in RestartPreventExitStatus= changes nothing",
    explain:
      "With Restart=on-failure, on-abnormal, on-abort or on-watchdog an exit with 0 is never restarted.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nRestartPreventExitStatus=0 3\n",
    good: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nRestartPreventExitStatus=3\n",
    check: (unit) =>
      !restartOf(unit).startsWith("on-") || restartOf(unit) === "on-success"
        ? []
        : wordsOf(unit, "Service", "RestartPreventExitStatus")
            .filter(({ word }) => word === "0")
            .map(({ entry }) => ({
              place: entry.place,
              happens: `It has no effect: Restart=${restartOf(unit)} does not restart after 0.`,
              fix: "Remove the 0.",
              edits: [dropWord(entry, "0")],
            })),
  },
  {
    id: "SD057",
    severity: "warn",
    over: "unit",
    title: "KillMode= leaves processes behind",
    explain:
      "With process or none, children stay when the service is stopped or restarted (`remains running " +
      "after unit stopped`): old and new code run side by side, and ports stay taken.",
    bad: "[Service]\nExecStart=/usr/bin/app\nKillMode=process\n",
    good: "[Service]\nExecStart=/usr/bin/app\nKillMode=mixed\n",
    check: (unit) => {
      const entry = lastOf(unit, "Service", "KillMode");
      if (entry === null || !["process", "none"].includes(entry.value)) return [];
      return [
        {
          place: entry.place,
          happens: "Children of the program keep running after a stop and beside the next start.",
          fix: "Use control-group (the default) or mixed.",
        },
      ];
    },
  },
  {
    id: "SD058",
    severity: "warn",
    over: "unit",
    title: "A stop that may never end",
    explain:
      "TimeoutStopSec=0 and infinity both mean: never kill. A program that does not react to SIGTERM " +
      "blocks its restart, a deployment and the shutdown of the host.",
    bad: "[Service]\nExecStart=/usr/bin/app\nTimeoutStopSec=infinity\n",
    good: "[Service]\nExecStart=/usr/bin/app\nTimeoutStopSec=30\n",
    check: checkStopTimeout,
  },
];

function checkStartTimeout(unit: LintUnit): readonly RuleFinding[] {
  const type = lastOf(unit, "Service", "Type");
  if (!isWholeService(unit) || type === null || !serviceType(unit).startsWith("notify")) return [];
  const timeout = lastOf(unit, "Service", "TimeoutStartSec", "TimeoutSec");
  if (timeout !== null && (parseTimeSpan(timeout.value) ?? 0) > 0 && timeout.value !== "infinity") return [];
  const long = timeout === null ? "90 s" : "forever";
  return [
    {
      place: (timeout ?? type).place,
      happens: `A start without READY=1 blocks ${long}, and a deployment with it.`,
      fix: "Set TimeoutStartSec= to what the program needs at most.",
    },
  ];
}

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

function checkSignalNumbers(unit: LintUnit): readonly RuleFinding[] {
  return ["RestartPreventExitStatus", "RestartForceExitStatus", "SuccessExitStatus"].flatMap((name) =>
    wordsOf(unit, "Service", name)
      .filter(
        ({ word }) => NUMBERS.has(word) && !(name === "SuccessExitStatus" && ["143", "130"].includes(word)),
      )
      .map(({ word, entry }) => ({
        place: entry.place,
        happens:
          `${word} does not match a program killed by ${NUMBERS.get(word)}, only one that exits with ` +
          `${word}.`,
        fix: `Write ${NUMBERS.get(word)}, or keep ${word} when the program catches the signal and exits so.`,
      })),
  );
}

const NUMBERS: ReadonlyMap<string, string> = new Map([
  ["129", "SIGHUP"],
  ["130", "SIGINT"],
  ["134", "SIGABRT"],
  ["137", "SIGKILL"],
  ["139", "SIGSEGV"],
  ["143", "SIGTERM"],
]);

function checkStopTimeout(unit: LintUnit): readonly RuleFinding[] {
  const entry = lastOf(unit, "Service", "TimeoutStopSec", "TimeoutSec");
  if (entry === null || entry.section !== "Service") return [];
  const seconds = parseTimeSpan(entry.value);
  if (seconds !== 0 && seconds !== Number.POSITIVE_INFINITY) return [];
  return [
    {
      place: entry.place,
      happens: "A program that ignores SIGTERM is never killed, so stop, restart and shutdown hang.",
      fix: "Set a limit, e.g. TimeoutStopSec=90.",
    },
  ];
}
