/** Whether a transaction came as far as to change a file. */
import type { HostReport } from "../core/model/run.ts";

/**
 * A script that could not stage its files has changed none: there is nothing to show as restored. The states
 * are polled, so a rename that failed may not have been heard of: its own complaint counts too.
 */
export function endedBeforeSwap(
  { status, message }: Pick<HostReport, "status" | "message">,
  heard: ReadonlySet<string>,
): boolean {
  const isEarly = /^(the transaction's script ended early|the staging folder )/.test(message);
  const isSwapped =
    ["APPLYING", "RESTARTING", "AWAIT"].some((name) => heard.has(name)) || /: mv: /.test(message);
  return status === "rolled-back" && isEarly && !isSwapped;
}
