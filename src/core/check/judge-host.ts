/**
 * A host's answer → what must be fixed before an apply, what to look at, what is good to know; each with
 * what to do.
 */

import type { SvcdeployError } from "../errors.ts";
import { causeOfError } from "../exit-code.ts";
import type { Host } from "../model/declared.ts";
import { OLDEST_SYSTEMD } from "../plan/notices/host-notices.ts";
import { judgeClock } from "./clock.ts";
import { errorFinding } from "./error-finding.ts";
import type { AskedAt, CheckAnswer, CheckFinding, HostCheck } from "./host-check.ts";
import { judgeManagers } from "./managers.ts";
import { judgeSpaces } from "./space.ts";

/** The check of a host that answered. notes: what is to be known of the connection. */
export function judgeHost(
  host: Host,
  answer: CheckAnswer,
  asked: AskedAt,
  notes: readonly string[] = [],
): HostCheck {
  const findings = [
    ...notes.map(
      (text): CheckFinding => ({ severity: "note", code: "connection", text, fix: null, commands: [] }),
    ),
    ...judgeRights(host, answer),
    ...judgeSystemd(host, answer),
    ...judgeState(answer),
    ...judgeSpaces(answer),
    ...judgeManagers(answer),
    ...judgeClock(answer.facts.clock, asked),
    ...judgeUnits(answer),
  ];
  const { machineId, systemd, cgroup } = answer.facts;
  return {
    host: host.name,
    status: findings.some(isBad) ? "mend" : "well",
    machineId,
    systemd,
    cgroup,
    findings,
  };
}

/** The check of a host that gave no answer. */
export function judgeError(host: Host, error: SvcdeployError): HostCheck {
  const cause = causeOfError(error);
  const status = cause === "unreachable" || cause === "refused" ? cause : "mend";
  return {
    host: host.name,
    status,
    machineId: null,
    systemd: null,
    cgroup: null,
    findings: [errorFinding(host, error)],
  };
}

/** The checks, with every two names of one machine (the same machine-id) told apart from two machines. */
export function refuseTwins(checks: readonly HostCheck[]): readonly HostCheck[] {
  const names = new Map<string, string[]>();
  for (const { host, machineId } of checks)
    if (machineId !== null) names.set(machineId, [...(names.get(machineId) ?? []), host]);
  return checks.map((check) => {
    const twins = check.machineId === null ? [] : (names.get(check.machineId) ?? []);
    return twins.length < 2
      ? check
      : { ...check, status: "mend", findings: [...check.findings, twinFinding(check.host, twins)] };
  });
}

function isBad(finding: CheckFinding): boolean {
  return finding.severity === "bad";
}

function twinFinding(name: string, twins: readonly string[]): CheckFinding {
  const others = twins.filter((twin) => twin !== name).slice(0, 5);
  return {
    severity: "bad",
    code: "same-machine",
    text: `this is the same machine as ${others.join(", ")} (same machine-id)`,
    fix: "Keep one of the names; if they are cloned machines, give each an id of its own and reboot it.",
    commands: [`rm /etc/machine-id && systemd-machine-id-setup   # on ${name}, as root`],
  };
}

function judgeRights(host: Host, { facts }: CheckAnswer): readonly CheckFinding[] {
  const found: CheckFinding[] = [];
  if (facts.uid !== 0) {
    const text = `commands run as uid ${facts.uid}, not as root`;
    const where = `${host.place.file}:${host.place.line}`;
    const fix = `Set \`become: sudo\` for ${host.name} (${where}), or log in as root.`;
    found.push({ severity: "bad", code: "not-root", text, fix, commands: [] });
  }
  if (facts.missing.length > 0) {
    const text = `the host lacks ${facts.missing.slice(0, 30).join(", ")}`;
    const fix =
      "Install what provides them: coreutils, util-linux, passwd (shadow-utils), libc-bin (getent), " +
      "systemd; for trees findutils, grep and tar; for encrypted credentials systemd-creds.";
    found.push({ severity: "bad", code: "missing-command", text, fix, commands: [] });
  }
  return found;
}

function judgeSystemd(host: Host, { facts }: CheckAnswer): readonly CheckFinding[] {
  const where = `${host.place.file}:${host.place.line}`;
  const bad = (text: string, fix: string): readonly CheckFinding[] => [
    { severity: "bad", code: "systemd", text, fix, commands: [] },
  ];
  if (facts.systemd === 0)
    return bad(
      "systemd does not answer",
      "Is systemd PID 1 there, and does `systemctl status` work as root?",
    );
  if (facts.systemd < OLDEST_SYSTEMD)
    return bad(
      `systemd is ${facts.systemd}; ${OLDEST_SYSTEMD} is the oldest that svcdeploy supports`,
      "Upgrade the host to a newer release.",
    );
  if (facts.systemd < host.systemd)
    return bad(
      `systemd is ${facts.systemd}, but the inventory says ${host.systemd}`,
      `Write \`systemd: ${facts.systemd}\` for ${host.name} (${where}).`,
    );
  if (facts.systemd === host.systemd) return [];
  const text = `systemd is ${facts.systemd}, the inventory says ${host.systemd}`;
  const fix = `\`systemd: ${facts.systemd}\` in the inventory lets services use directives that came since.`;
  return [{ severity: "note", code: "systemd", text, fix, commands: [] }];
}

function judgeState({ facts, reboots }: CheckAnswer): readonly CheckFinding[] {
  const found: CheckFinding[] = [...judgeSystemState(facts.system)];
  if (reboots.includes("scheduled")) {
    const fix = "Wait until it is up again, or call it off.";
    const commands = ["shutdown -c   # on the host, as root"];
    found.push({ severity: "bad", code: "reboot", text: "a shutdown or reboot is scheduled", fix, commands });
  }
  if (reboots.includes("required")) {
    const fix = "Reboot it when it suits you; until then programs may run on libraries that were replaced.";
    found.push({
      severity: "warn",
      code: "reboot",
      text: "a reboot is pending (/run/reboot-required)",
      fix,
      commands: [],
    });
  }
  return found;
}

function judgeSystemState(state: string): readonly CheckFinding[] {
  const one = (severity: CheckFinding["severity"], text: string, fix: string): readonly CheckFinding[] => [
    { severity, code: "system-state", text, fix, commands: [] },
  ];
  switch (state) {
    case "running":
    case "degraded":
    case "":
      return [];
    case "initializing":
    case "starting":
      return one(
        "warn",
        `the host is still booting (${state})`,
        "Wait for `systemctl is-system-running --wait`; a job that hangs is in `systemctl list-jobs`.",
      );
    case "stopping":
      return one("bad", "the host is shutting down", "Wait until it is up again.");
    case "maintenance":
      return one(
        "bad",
        "the host is in rescue or emergency mode",
        "Fix what stopped its boot: `journalctl -b -p err` on the host.",
      );
    default:
      return one(
        "warn",
        `systemd calls its own state ${JSON.stringify(state)}`,
        "Look at `systemctl status` on the host.",
      );
  }
}

function judgeUnits({ failedUnits }: CheckAnswer): readonly CheckFinding[] {
  if (failedUnits.length === 0) return [];
  const named = failedUnits.slice(0, 5).join(", ");
  const more = failedUnits.length > 5 ? ` and ${failedUnits.length - 5} more` : "";
  const count = failedUnits.length === 1 ? "1 failed unit" : `${failedUnits.length} failed units`;
  const text = `${count}: ${named}${more}`;
  return [{ severity: "note", code: "failed-units", text, fix: null, commands: [] }];
}
