/** Rules of start limits: where they are read, and whether they ever trip. */
import { isWholeService, type LintEntry, type LintUnit, lastOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";
import { judgeStartLimit, saySeconds, sayWaits, TIMER_SLACK_SECONDS } from "./start-limit.ts";

/** SD001, SD003 to SD005 and SD009. */
export const START_LIMIT_RULES: readonly UnitRule[] = [
  {
    id: "SD001",
    severity: "error",
    over: "unit",
    title: "StartLimitIntervalSec= is in [Service], where it is ignored",
    explain:
      "systemd reads StartLimitIntervalSec= in [Unit] alone; in [Service] it is an unknown key and the " +
      "default of 10 s stays. StartLimitBurst= is accepted in both, so of such a pair only half " +
      "applies. systemd 247 to 257 all behave so; `systemd-analyze verify` warns and still returns 0.",
    bad:
      "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nStartLimitIntervalSec=300\n" +
      "StartLimitBurst=5\n",
    good:
      "[Unit]\nStartLimitIntervalSec=300\nStartLimitBurst=5\n\n[Service]\nExecStart=/usr/bin/app\n" +
      "Restart=on-failure\n",
    check: (unit) =>
      unit.entries
        .filter((entry) => entry.section === "Service" && /^StartLimitInterval[U]?Sec$/.test(entry.name))
        .map((entry) => ({
          place: entry.place,
          happens:
            `systemd ignores ${entry.name}= here: the window stays ` +
            `${saySeconds(judgeStartLimit(unit).limit.interval)}, while StartLimitBurst= beside it counts.`,
          fix: `Move it to [Unit]: StartLimitIntervalSec=${entry.value}, and StartLimitBurst= with it.`,
          ...moveInterval(unit, entry),
        })),
  },
  {
    id: "SD003",
    severity: "error",
    over: "unit",
    title: "The start limit can never trip: the service restarts forever",
    explain:
      "systemd counts starts in a window that opens with the first one and does not slide. Start number " +
      "StartLimitBurst+1 is refused only when it lands inside the window, which takes Burst × (run time " +
      "+ RestartSec + up to 0.25 s) < Interval. With Burst × RestartSec ≥ Interval that cannot be: a " +
      "program that fails at once is restarted forever, `systemctl is-active` says activating and " +
      "active by turns, and OnFailure= of systemd before 254 never fires. If endless retries are meant, " +
      "write StartLimitIntervalSec=0.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=always\nRestartSec=5\n",
    good:
      "[Unit]\nStartLimitIntervalSec=60\n\n[Service]\nExecStart=/usr/bin/app\nRestart=always\n" +
      "RestartSec=5\n",
    check: checkNever,
  },
  {
    id: "SD004",
    severity: "info",
    over: "unit",
    title: "StartLimitInterval= is the old spelling",
    explain:
      "It still works, in [Service] as in [Unit], on systemd 247 to 257. Its new name " +
      "StartLimitIntervalSec= works in [Unit] only, so renaming it without moving it loses it.",
    bad: "[Service]\nExecStart=/usr/bin/app\nStartLimitInterval=120\n",
    good: "[Unit]\nStartLimitIntervalSec=120\n\n[Service]\nExecStart=/usr/bin/app\n",
    check: (unit) =>
      unit.entries
        .filter((entry) => entry.name === "StartLimitInterval")
        .map((entry) => ({
          place: entry.place,
          happens: "It works, under a name that the manual no longer has.",
          fix: `Write StartLimitIntervalSec=${entry.value} in [Unit].`,
          ...moveInterval(unit, entry),
        })),
  },
  {
    id: "SD005",
    severity: "warn",
    over: "unit",
    title: "Whether the start limit trips is left to chance",
    explain:
      "A restart timer may be up to 0.25 s late. Between Burst × RestartSec and Burst × (RestartSec + " +
      "0.25 s) the same unit was given up after 5 starts on one host and went on forever on another.",
    bad:
      "[Unit]\nStartLimitIntervalSec=5\n\n[Service]\nExecStart=/usr/bin/app\nRestart=always\n" +
      "RestartSec=900ms\n",
    good:
      "[Unit]\nStartLimitIntervalSec=30\n\n[Service]\nExecStart=/usr/bin/app\nRestart=always\n" +
      "RestartSec=900ms\n",
    check: checkChance,
  },
  {
    id: "SD009",
    severity: "info",
    over: "unit",
    title: "The service is given up within seconds, and stays down",
    explain:
      "With systemd's defaults (5 starts in 10 s, RestartSec=100ms) a program that cannot start is " +
      "given up after about a second: `Start request repeated too quickly`. It does not recover when " +
      "the window has passed; it stays failed until `systemctl reset-failed` or a start by hand. A " +
      "database that is away for two seconds is enough.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    good:
      "[Unit]\nStartLimitIntervalSec=120\nStartLimitBurst=10\n\n[Service]\nExecStart=/usr/bin/app\n" +
      "Restart=on-failure\nRestartSec=5\n",
    check: checkGivenUp,
  },
];

/** Not where [Unit] has an interval already: which of the two is meant is not known. */
function moveInterval(unit: LintUnit, entry: LintEntry): Pick<RuleFinding, "edits"> {
  if (
    unit.known !== "whole" ||
    unit.entries.some(({ section, name }) => section === "Unit" && name === "StartLimitIntervalSec")
  )
    return {};
  const taken = { section: entry.section, name: entry.name, from: entry.value, to: null };
  return { edits: [taken, { section: "Unit", name: "StartLimitIntervalSec", from: null, to: entry.value }] };
}

function checkNever(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const { kind, limit } = judgeStartLimit(unit);
  if (kind !== "never") return [];
  const needed = Math.ceil(limit.burst * (limit.restartSeconds + TIMER_SLACK_SECONDS)) + 1;
  return [
    {
      place: (limit.restartEntry ?? limit.intervalEntry)?.place ?? unit.place,
      happens:
        `The start limit never trips: ${sayWaits(limit)} is not less than the window of ` +
        `${saySeconds(limit.interval)}, so a failing program is restarted forever, every ` +
        `${saySeconds(limit.restartSeconds)}.`,
      fix:
        `In [Unit] write StartLimitIntervalSec=${needed} or more, and longer by ${limit.burst} × the time ` +
        "that the program runs before it fails; or StartLimitIntervalSec=0 if it must retry forever.",
    },
  ];
}

function checkChance(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const { kind, limit } = judgeStartLimit(unit);
  if (kind !== "chance") return [];
  const needed = Math.ceil(limit.burst * (limit.restartSeconds + 2 * TIMER_SLACK_SECONDS)) + 1;
  return [
    {
      place: (limit.intervalEntry ?? limit.restartEntry)?.place ?? unit.place,
      happens:
        `${sayWaits(limit)} is just below the window of ${saySeconds(limit.interval)}: depending on how ` +
        `late each timer is, it is given up after ${limit.burst} starts or never.`,
      fix: `In [Unit] write StartLimitIntervalSec=${needed} or more.`,
    },
  ];
}

/** Who gives up this soon has not waited for anything. */
const SOON_SECONDS = 10;

function checkGivenUp(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const { kind, limit } = judgeStartLimit(unit);
  if (kind !== "trips" || limit.waits >= SOON_SECONDS) return [];
  const most = limit.waits + limit.burst * TIMER_SLACK_SECONDS;
  return [
    {
      place: (limit.restartEntry ?? lastOf(unit, "Service", "Restart"))?.place ?? unit.place,
      happens:
        `A program that fails at once is given up after ${limit.burst} starts, ${saySeconds(limit.waits)} ` +
        `to ${saySeconds(most)} after the first, and stays failed.`,
      fix:
        "Write RestartSec=5 and, in [Unit], StartLimitIntervalSec=120 with StartLimitBurst=10: it then " +
        "has about a minute.",
    },
  ];
}
