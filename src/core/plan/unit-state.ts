/** Readers of what `systemctl show` says about a unit. */
import type { HostFacts, UnitProperties } from "../model/observation.ts";

/** Properties of a unit that systemd does not know. */
export const UNKNOWN_UNIT: UnitProperties = { LoadState: "not-found", ActiveState: "inactive" };

/**
 * True for a unit whose process (or mount, timer …) is there and settled: active, or active and reloading.
 */
export function isLive(properties: UnitProperties): boolean {
  return properties.ActiveState === "active" || properties.ActiveState === "reloading";
}

/** True when systemd refuses to start the unit because it points to nothing (`systemctl mask`). */
export function isMasked(properties: UnitProperties): boolean {
  return (
    properties.LoadState === "masked" ||
    properties.UnitFileState === "masked" ||
    properties.UnitFileState === "masked-runtime"
  );
}

/** The words of a property that is a list, e.g. DropInPaths or RequiredBy. */
export function wordsOf(properties: UnitProperties, name: string): readonly string[] {
  return (properties[name] ?? "").split(/\s+/).filter((word) => word !== "");
}

/**
 * The moment, in seconds since the epoch by the host's clock, at which the running process (or the mount)
 * started; null when systemd does not say. Made from the monotonic timestamps (µs since boot), because the
 * others depend on the time zone. clock has no fraction, so that the answer may be up to one second too
 * early, never too late.
 */
export function startedAt(properties: UnitProperties, facts: HostFacts): number | null {
  const main = Number(properties.ExecMainStartTimestampMonotonic ?? "0");
  const entered = Number(properties.ActiveEnterTimestampMonotonic ?? "0");
  const microseconds = main > 0 ? main : entered;
  return microseconds > 0 ? facts.clock - facts.uptime + microseconds / 1e6 : null;
}
