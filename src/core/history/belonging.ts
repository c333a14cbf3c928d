/** Which environment of a project a machine belongs to: the one under which it was last confirmed there. */
import { HostError } from "../errors.ts";
import type { Host } from "../model/declared.ts";
import type { HostRecord } from "./host-record.ts";

/** A project in one of its environments. */
export type Belonging = { readonly project: string; readonly environment: string };

/**
 * The other environment of this project that the host's own record has as the last to be confirmed on it;
 * null: none. A host without a record, or with one of other projects alone, is adopted.
 */
export function otherOwner(
  { project, environment }: Belonging,
  records: readonly HostRecord[],
): string | null {
  const last = records.findLast(
    (record) => record.project === project && record.outcome === "confirmed" && record.environment !== null,
  );
  const owner = last?.environment ?? environment;
  return owner === environment ? null : owner;
}

/** The error of a host that belongs to another environment. */
export function notOwn({ name }: Host, { project, environment }: Belonging, owner: string): HostError {
  return new HostError(
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
