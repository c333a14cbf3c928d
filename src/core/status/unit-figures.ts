/** How long a unit has run and what it uses, from its properties and the process found. */
import type { UnitProperties } from "../model/observation.ts";
import type { ProcessFacts, StatusAnswer, UnitStatus } from "./host-status.ts";

/** True when systemd counts the unit as active, also while it reloads. */
export function isUp({ ActiveState: state }: UnitProperties): boolean {
  return state === "active" || state === "reloading" || state === "refreshing";
}

/**
 * How long the main process has run, which is longer than the unit has been active where it took its time to
 * start.
 */
export function runningFor(properties: UnitProperties, answer: StatusAnswer): number | null {
  const started = count(properties.ExecMainStartTimestampMonotonic) ?? 0;
  return started === 0 ? null : Math.max(0, answer.uptime - started / 1e6);
}

/** Bytes in use, and the limit of the unit or else of its slice; null: not known. */
export function memoryOf(properties: UnitProperties, answer: StatusAnswer): UnitStatus["memory"] {
  const bytes = count(properties.MemoryCurrent);
  if (bytes === null) return null;
  const limit = count(properties.MemoryMax);
  if (limit !== null) return { bytes, limit, limitOf: "unit" };
  const slice = count(answer.units.get(properties.Slice ?? "")?.MemoryMax);
  return { bytes, limit: slice, limitOf: slice === null ? null : "slice" };
}

/** Open files of the process, and its limit; null: not known. */
export function openFilesOf(found: ProcessFacts | null): UnitStatus["openFiles"] {
  return found === null || found.openFiles === null
    ? null
    : { count: found.openFiles, limit: found.openFilesLimit };
}

/**
 * A number as systemd prints it; "[not set]", "infinity" and UINT64_MAX, which stands for either, are null.
 */
export function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}
