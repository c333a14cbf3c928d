/** Rules of restarting: what a crash sets off, what OnFailure= means, and services that nothing restarts. */
import type { LintHost } from "./lint-host.ts";
import { neighbour } from "./lint-host.ts";
import {
  isWholeService,
  type LintEntry,
  type LintUnit,
  lastOf,
  listOf,
  restartOf,
  serviceType,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";
import { judgeStartLimit } from "./start-limit.ts";

/** SD006 to SD008. */
export const RESTART_RULES: readonly UnitRule[] = [
  {
    id: "SD006",
    severity: "error",
    over: "unit",
    title: "A crash loop reboots or switches off the whole host",
    explain:
      "StartLimitAction= and FailureAction= with reboot, poweroff, halt, kexec or exit act on the " +
      "machine (or end the manager), not on the service: a bad release takes every other service of the " +
      "host with it.",
    bad: "[Unit]\nStartLimitAction=reboot\n\n[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    good: "[Unit]\nStartLimitAction=none\n\n[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    check: (unit) =>
      unit.entries
        .filter(
          (entry) =>
            /^(?:StartLimitAction|FailureAction)$/.test(entry.name) &&
            /^(?:reboot|poweroff|exit|kexec|halt|soft-reboot)/.test(entry.value),
        )
        .map((entry) => ({
          place: entry.place,
          happens:
            `When ${unit.name} fails${entry.name === "StartLimitAction" ? " too often" : ""}, systemd ` +
            `does ${entry.value} to the whole host.`,
          fix: `Remove ${entry.name}=, and let monitoring or OnFailure= alert someone.`,
        })),
  },
  {
    id: "SD007",
    severity: "warn",
    over: "unit",
    title: "OnFailure= with Restart= fires once, at every restart, or never",
    explain:
      "Up to systemd 253 OnFailure= fires once, when the start limit has tripped; in an endless restart " +
      "loop it never does. From 254 on it fires at every automatic restart, unless RestartMode=direct " +
      "is set (seen on 257: three times for three restarts).",
    bad: "[Unit]\nOnFailure=alert.service\n\n[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    good: "[Unit]\nOnFailure=alert.service\n\n[Service]\nExecStart=/usr/bin/app\nRestart=no\n",
    check: checkOnFailure,
  },
  {
    id: "SD008",
    severity: "warn",
    over: "unit",
    title: "A long-running service that nothing restarts",
    explain:
      "Restart= is `no` unless it is written: a crash, an out-of-memory kill or a watchdog timeout " +
      "leaves the service down until someone starts it.",
    bad: "[Service]\nExecStart=/usr/bin/app\n",
    good: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    check: checkUnrestarted,
  },
];

function checkOnFailure(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const [first] = listOf(unit, "Unit", "OnFailure");
  if (first === undefined || unit.type !== "service" || restartOf(unit) === "no") return [];
  if (lastOf(unit, "Service", "RestartMode")?.value === "direct") return [];
  return [{ place: first.place, ...sayOnFailure(unit, host, first) }];
}

function sayOnFailure(
  unit: LintUnit,
  host: LintHost,
  entry: LintEntry,
): { readonly happens: string; readonly fix: string } {
  const knowsMode = host.systemd >= 254;
  if (knowsMode)
    return {
      happens: `systemd ${host.systemd} starts ${entry.value} at every automatic restart.`,
      fix: "Add RestartMode=direct, or make sure that it can run repeatedly.",
    };
  const { kind, limit } = judgeStartLimit(unit);
  if (kind === "trips")
    return {
      happens:
        `systemd ${host.systemd} starts ${entry.value} only once, after ${limit.burst} starts, when it ` +
        "gives up.",
      fix: "Watch NRestarts as well when each crash matters.",
    };
  return {
    happens:
      `systemd ${host.systemd} may never start ${entry.value}: it needs the start limit, which may never ` +
      "trip.",
    fix: "Correct the start limit (SD003, SD005).",
  };
}

function checkUnrestarted(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  if (
    !isWholeService(unit) ||
    unit.entries.some((entry) => entry.section === "Service" && entry.name === "Restart")
  )
    return [];
  if (["oneshot", "dbus"].includes(serviceType(unit)) || lastOf(unit, "Service", "RemainAfterExit") !== null)
    return [];
  const stem = unit.name.replace(/@?\.service$/, "");
  if (["socket", "timer", "path"].some((type) => neighbour(host, unit, `${stem}.${type}`) !== null))
    return [];
  if (listOf(unit, "Service", "ExecStart").length === 0) return [];
  return [
    {
      place: listOf(unit, "Service", "ExecStart")[0]?.place ?? unit.place,
      happens:
        "Once the program ends, by a crash or by the kernel's out-of-memory killer, nothing starts it again.",
      fix: "Add Restart=on-failure, or Restart=no when that is meant.",
    },
  ];
}
