/** Whose run changed a host last. */
import { shortRun } from "../model/run.ts";
import { type HostRecord, lastWords } from "./host-record.ts";

/**
 * One line on the last run but this one that a host confirmed; empty where it recorded none. clock: seconds
 * since the epoch by the host's clock.
 */
export function sayLastRun(records: readonly HostRecord[], clock: number, ownRun: string): string {
  const last = lastWords(records).findLast(({ outcome, run }) => outcome === "confirmed" && run !== ownRun);
  if (last === undefined) return "";
  const { run, user, controller, command, at } = last;
  const ago = at === null ? "" : `, ${Math.max(0, clock - at)} s ago`;
  return `The last run there: ${shortRun(run)} of ${user}@${controller} (${command ?? "unknown"})${ago}`;
}
