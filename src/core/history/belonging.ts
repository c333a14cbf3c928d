/** Which environment of a project a machine belongs to: the one under which it was last confirmed there. */
import { HostError } from "../errors.ts";
import type { Host } from "../model/declared.ts";
import type { HostRecord } from "./host-record.ts";

/**
 * Throws HostError("conflict") where the host's own record says that another environment of this project was
 * the last to be confirmed on it. A host without a record, or with one of other projects alone, is adopted.
 */
export function requireOwn(
  { name }: Host,
  { project, environment }: { readonly project: string; readonly environment: string },
  records: readonly HostRecord[],
): void {
  const last = records.findLast(
    (record) => record.project === project && record.outcome === "confirmed" && record.environment !== null,
  );
  const owner = last?.environment ?? environment;
  if (owner === environment) return;
  throw new HostError(
    "conflict",
    name,
    `${name}: this machine belongs to ${owner}: that environment of ${project} was applied to it last, not ` +
      environment,
    {
      hint:
        `Check its address in inventory/${environment}.yaml. If it is to move to ${environment}: ` +
        `--take-over. If ` +
        "both are to use it: sharedHost: true for it in both inventories.",
    },
  );
}
