/** Acts that may wait for long, said before they are begun. */
import type { Observation } from "../../model/observation.ts";
import type { Action, Notice } from "../../model/plan.ts";
import type { UnitResource } from "../../model/resource.ts";
import { isLive, UNKNOWN_UNIT } from "../unit-state.ts";
import { warning } from "./host-notices.ts";

/** What stands for no limit at all, in seconds: no single step of a transaction takes longer. */
const LONGEST_STEP_SECONDS = 600;
/** DefaultTimeoutStartSec= as systemd comes (systemd-system.conf(5)). */
const USUAL_START_SECONDS = 90;

/**
 * Notices about the starts that end early, and the stops that nothing ends. deadline: the play's
 * healthyDeadline in seconds; null: no play bounds the starts.
 */
export function waitNotices(
  units: readonly UnitResource[],
  actions: readonly Action[],
  deadline: number | null,
  observation: Observation,
): readonly Notice[] {
  return units.flatMap((unit) => {
    const verbs = actions.flatMap((action) =>
      "unit" in action && action.unit === unit.unit ? action.verb : [],
    );
    const starts = verbs.some((verb) => verb === "start" || verb === "restart");
    const stops = verbs.some((verb) => verb === "stop" || verb === "restart");
    const isRunning = isLive(observation.units.get(unit.unit) ?? UNKNOWN_UNIT);
    return [
      ...(starts && deadline !== null ? slowStart(unit, deadline) : []),
      ...(stops && isRunning ? endlessStop(unit) : []),
    ];
  });
}

/** Only where a service sets a limit of its own: systemd's is 90 s, and none for Type=oneshot. */
function slowStart({ unit, type, startTimeoutSeconds }: UnitResource, deadline: number): readonly Notice[] {
  const usual = type === "oneshot" ? LONGEST_STEP_SECONDS : USUAL_START_SECONDS;
  if (startTimeoutSeconds <= deadline || startTimeoutSeconds === usual) return [];
  const text =
    `${unit} may take longer to start (TimeoutStartSec=) than healthyDeadline allows, ${deadline} s: ` +
    "it is undone then";
  return [warning("slow-start", text)];
}

function endlessStop({ unit, stopTimeoutSeconds }: UnitResource): readonly Notice[] {
  if (stopTimeoutSeconds < LONGEST_STEP_SECONDS) return [];
  const text =
    `nothing limits the stop of ${unit} (TimeoutStopSec=): a program that does not react to SIGTERM ` +
    `holds the apply for ${LONGEST_STEP_SECONDS / 60} min, and is undone then`;
  return [warning("endless-stop", text)];
}
