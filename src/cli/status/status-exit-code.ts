/** The exit code of what `status` saw. */
import { causeOfError, exitCodeOfObservation } from "../../core/exit-code.ts";
import type { FailureCause } from "../../core/model/run.ts";
import { isWell } from "../../core/status/host-status.ts";
import type { SeenHost } from "../../report/status/status-view.ts";

/** One host that said something counts by its worst unit; a host that was not seen never counts as well. */
export function exitCodeOfStatus(hosts: readonly SeenHost[]): number {
  const failures = hosts.flatMap(({ status, error }): readonly FailureCause[] => {
    if (error !== null) return [causeOfError(error)];
    return status?.units.every(isWell) ? [] : ["host"];
  });
  return exitCodeOfObservation({ changes: "none", detailed: "off", failures, total: hosts.length });
}
