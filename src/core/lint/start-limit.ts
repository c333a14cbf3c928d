/**
 * When a service that keeps failing is given up: systemd's start limit, computed. Tried with twelve units on
 * 247, 252 and 257.
 */
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { type LintEntry, type LintUnit, restartOf } from "./lint-unit.ts";

/** The numbers behind it, in seconds; entries are null where systemd's default holds. */
export type StartLimit = {
  readonly interval: number;
  readonly intervalEntry: LintEntry | null;
  readonly burst: number;
  readonly restartSeconds: number;
  readonly restartEntry: LintEntry | null;
  /** Seconds of waiting between the first start and the one after the last that is allowed. */
  readonly waits: number;
};

/**
 * off: not limited, or never restarted. never: it restarts forever. chance: it depends on how late the timer
 * is. trips: given up after `burst` starts.
 */
export type StartLimitVerdict = {
  readonly kind: "off" | "never" | "chance" | "trips";
  readonly limit: StartLimit;
};

/** A restart timer may be late by this much: timers have an accuracy of 250 ms here. */
export const TIMER_SLACK_SECONDS = 0.25;

/**
 * What happens to a program that ends at once. The window opens with the first start and does not slide;
 * start number Burst+1 is refused when it lands inside: Burst × (run time + RestartSec + 0…0.25 s) <
 * Interval. A longer run only makes it less likely to trip.
 */
export function judgeStartLimit(unit: LintUnit): StartLimitVerdict {
  const limit = readStartLimit(unit);
  if (restartOf(unit) === "no" || limit.interval === 0 || limit.burst === 0) return { kind: "off", limit };
  if (limit.waits >= limit.interval) return { kind: "never", limit };
  return {
    kind: limit.waits + limit.burst * TIMER_SLACK_SECONDS < limit.interval ? "trips" : "chance",
    limit,
  };
}

/** "5 starts × 5 s". */
export function sayWaits(limit: StartLimit): string {
  const product = limit.burst * limit.restartSeconds;
  const waits = product === limit.waits ? "" : " and growing";
  return `${limit.burst} × ${saySeconds(limit.restartSeconds)}${waits} = ${saySeconds(limit.waits)}`;
}

/** Seconds for a sentence, e.g. "0.5 s", "90 s". */
export function saySeconds(seconds: number): string {
  return seconds === Number.POSITIVE_INFINITY ? "infinity" : `${Math.round(seconds * 1000) / 1000} s`;
}

function readStartLimit(unit: LintUnit): StartLimit {
  const intervalEntry = lastCounting(
    unit,
    (entry) => INTERVAL.has(`${entry.section}.${entry.name}`) && parseTimeSpan(entry.value) !== null,
  );
  const burstEntry = lastCounting(
    unit,
    (entry) => entry.name === "StartLimitBurst" && /^\d+$/.test(entry.value),
  );
  const restartEntry = lastCounting(
    unit,
    (entry) => isService(entry, "RestartSec") && parseTimeSpan(entry.value) !== null,
  );
  const burst = burstEntry === null ? 5 : Number(burstEntry.value);
  const restartSeconds = parseTimeSpan(restartEntry?.value ?? "") ?? 0.1;
  return {
    interval: parseTimeSpan(intervalEntry?.value ?? "") ?? 10,
    intervalEntry,
    burst,
    restartSeconds,
    restartEntry,
    waits: sumOfWaits(unit, burst, restartSeconds),
  };
}

/**
 * StartLimitIntervalSec= in [Service] is ignored; the old spelling is honoured there, and so is
 * StartLimitBurst=.
 */
const INTERVAL = new Set([
  "Unit.StartLimitIntervalSec",
  "Unit.StartLimitInterval",
  "Service.StartLimitInterval",
]);

/**
 * With RestartSteps= (systemd ≥ 254) the wait grows from RestartSec= to RestartMaxDelaySec=
 * (systemd.service(5)).
 */
function sumOfWaits(unit: LintUnit, burst: number, first: number): number {
  const steps = Number(
    lastCounting(unit, (entry) => isService(entry, "RestartSteps") && /^\d+$/.test(entry.value))?.value ?? 0,
  );
  const longest =
    parseTimeSpan(lastCounting(unit, (entry) => isService(entry, "RestartMaxDelaySec"))?.value ?? "") ??
    Number.POSITIVE_INFINITY;
  if (steps === 0 || first === 0 || longest <= first || longest === Number.POSITIVE_INFINITY)
    return round(burst * first);
  const restarts = Array.from({ length: Math.min(burst, 10_000) }, (_, index) => index);
  return round(
    restarts.reduce(
      (sum, index) => sum + (index >= steps ? longest : first * (longest / first) ** (index / steps)),
      0,
    ),
  );
}

function isService(entry: LintEntry, name: string): boolean {
  return entry.section === "Service" && entry.name === name;
}

function lastCounting(unit: LintUnit, counts: (entry: LintEntry) => boolean): LintEntry | null {
  return unit.entries.findLast(counts) ?? null;
}

/** Microseconds, as systemd counts: sums of decimals must not decide about ≥. */
function round(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
