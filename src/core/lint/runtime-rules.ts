/** Rules of a running service: exit statuses, stopping, time-outs. */
import { parseTimeSpan } from "../unit-file/time-span.ts";
import {
  dropWord,
  isWholeService,
  type LintUnit,
  lastOf,
  restartOf,
  serviceType,
  wordsOf,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD034 and SD055 to SD058. */
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
