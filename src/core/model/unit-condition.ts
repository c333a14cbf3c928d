/** What systemd says of the conditions of a unit. */
import type { UnitProperties } from "./observation.ts";

/**
 * True when systemd skipped the last start because a Condition…= was false. A unit that was never asked to
 * start says "no" as well, without a time.
 */
export function isSkipped(sample: UnitProperties): boolean {
  return sample.ConditionResult === "no" && Number(sample.ConditionTimestampMonotonic ?? "0") > 0;
}

/** True when a condition, or ExecCondition=, said that there is nothing to do. */
export function isUnneeded(properties: UnitProperties): boolean {
  return isSkipped(properties) || properties.Result === "exec-condition";
}
