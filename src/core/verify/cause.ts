/** Why a unit is not what it should be, in one word and one line, from what systemd says of it. */
import type { UnitProperties } from "../model/observation.ts";
import { isSkipped } from "../model/unit-condition.ts";
import { signalName } from "../unit-file/signal.ts";
import { execStatus } from "./exit-status.ts";

/**
 * A named cause and its explanation. isGeneric: a crash loop or the start limit says more about the unit than
 * the last exit does.
 */
export type Cause = { readonly cause: string; readonly detail: string; readonly isGeneric: boolean };

/** Why the unit could not be loaded; null when it is loaded. */
export function loadCause(sample: UnitProperties): Cause | null {
  switch (sample.LoadState ?? "not-found") {
    case "loaded":
    case "merged":
      return null;
    case "masked":
      return specific("masked", "the unit is masked: systemd refuses to start it");
    case "not-found":
      return specific("not-found", "systemd knows no such unit");
    default:
      return specific(
        "bad-setting",
        "systemd refuses the unit file " +
          `(${sample.LoadState ?? ""}${sample.LoadError ? `: ${sample.LoadError}` : ""})`,
      );
  }
}

/** Why a service's last run ended, by Result= (systemd.service(5)) and the main process's exit. */
export function endCause(sample: UnitProperties): Cause {
  const result = sample.Result ?? "success";
  switch (result) {
    case "success":
      return cleanEnd(sample);
    case "timeout":
      return timeoutCause(sample);
    case "core-dump":
      return specific("core-dump", `the main process crashed with ${endSignal(sample)} and dumped core`);
    case "signal":
      return signalCause(sample);
    case "exit-code":
      return exitCause(sample);
    default:
      return CAUSES.get(result) ?? generic("failed", `systemd says Result=${result}`);
  }
}

/** A Result= that says everything itself. */
const CAUSES: ReadonlyMap<string, Cause> = new Map([
  ["exec-condition", specific("condition", "ExecCondition= was not met, so systemd did not start the unit")],
  [
    "protocol",
    specific("not-ready", "the process ended, or broke the protocol of its Type=, before it said READY=1"),
  ],
  [
    "watchdog",
    specific("watchdog", "the service did not send WATCHDOG=1 in time, so systemd killed it (WatchdogSec=)"),
  ],
  [
    "oom-kill",
    specific(
      "out-of-memory",
      "the kernel killed a process of the unit because memory ran out (MemoryMax= of the unit or its " +
        "slice, or the host)",
    ),
  ],
  [
    "start-limit-hit",
    specific(
      "start-limit",
      "systemd refuses to start it again: too many starts within StartLimitIntervalSec=",
    ),
  ],
  [
    "resources",
    specific(
      "resources",
      "systemd could not prepare the start: an EnvironmentFile= is missing or a resource ran out",
    ),
  ],
]);

/** A service that someone stopped looks the same but for the time that it ran. */
function cleanEnd(sample: UnitProperties): Cause {
  if (isSkipped(sample))
    return specific("condition", "a Condition…= of the unit is false, so systemd did not start it");
  const ran = secondsRun(sample);
  if (sample.SubState !== "auto-restart" && (ran === null || ran > AT_ONCE_SECONDS))
    return generic("inactive", "the unit is not running");
  const after = ran === null ? "" : ` after ${ran.toFixed(1)} s`;
  return generic(
    "exited-at-once",
    `the main process ended on its own${after}, without an error; a program that forks into the ` +
      "background needs Type=forking",
  );
}

const AT_ONCE_SECONDS = 60;

function secondsRun(sample: UnitProperties): number | null {
  const started = Number(sample.ExecMainStartTimestampMonotonic ?? "0");
  const ended = Number(sample.ExecMainExitTimestampMonotonic ?? "0");
  return started > 0 && ended >= started ? (ended - started) / 1e6 : null;
}

function timeoutCause(sample: UnitProperties): Cause {
  if (/^notify/.test(sample.Type ?? ""))
    return specific("not-ready", "READY=1 did not come within TimeoutStartSec=, so systemd killed it");
  if (sample.Type === "dbus")
    return specific("not-ready", "the bus name was not taken within TimeoutStartSec=, so systemd killed it");
  if (sample.Type === "forking")
    return specific(
      "not-ready",
      "the first process did not end within TimeoutStartSec=: the program does not fork into the background",
    );
  return specific("timeout", "a start or stop step took longer than its timeout, so systemd killed it");
}

/**
 * With cgroup v1 systemd does not hear of the kernel's out-of-memory kills: they look like any SIGKILL
 * (tried on 247, 252 and 257).
 */
function signalCause(sample: UnitProperties): Cause {
  const signal = endSignal(sample);
  const memory =
    signal === "SIGKILL"
      ? "; if no one sent it, memory ran out (MemoryMax= of the unit or its slice, or the host)"
      : "";
  return generic("signal", `the main process was killed by ${signal}${memory}`);
}

/** The signal that ended the main process; "signal 65" for a number that is none. */
function endSignal({ ExecMainStatus: status = "0" }: UnitProperties): string {
  return signalName(Number(status)) ?? `signal ${Number(status)}`;
}

function exitCause(sample: UnitProperties): Cause {
  const status = Number(sample.ExecMainStatus ?? "0");
  const known = execStatus(status);
  if (known !== null) return specific("exec-failed", `exit status ${status}/${known.name}: ${known.meaning}`);
  if (status === 0)
    return generic(
      "exit-code",
      "a command of the unit beside its main process failed (ExecStartPre=, ExecStartPost= …)",
    );
  return generic("exit-code", `the main process exited with status ${status}`);
}

function specific(cause: string, detail: string): Cause {
  return { cause, detail, isGeneric: false };
}

function generic(cause: string, detail: string): Cause {
  return { cause, detail, isGeneric: true };
}

/** The process ended, and systemd starts it anew once RestartSec= is over (systemd.service(5)). */
export function isWaitingForRestart(sample: UnitProperties): boolean {
  return (sample.SubState ?? "").startsWith("auto-restart");
}
