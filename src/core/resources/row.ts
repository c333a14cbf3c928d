/** What must be known of a kind of resources: registry.ts has a row for each. */
import type { ManifestEntry, Observation, PathState, ProbeRequest } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { Resource } from "../model/resource.ts";
import type { TransactionLine } from "../model/transaction-line.ts";

/**
 * What a probe has to look at for one resource. contents: files of which the content is of interest as well.
 */
export type ProbeNeeds = Partial<
  Pick<
    ProbeRequest,
    "units" | "users" | "groups" | "mounts" | "encrypted" | "trees" | "versions" | "programs"
  >
> & { readonly paths?: readonly string[]; readonly contents?: ProbeRequest["paths"] };

/** What a transaction's line is made with. found: what is at the path now. */
export type Writing = {
  readonly key: string;
  readonly change: "write" | "remove";
  readonly found: PathState | undefined;
};

/** One kind. Everything in it is pure. */
export type ResourceRow<Kind extends Resource> = {
  /** Its path, or the name of a unit or a user. The resource's id is `kind:subject`. */
  readonly subject: (resource: Kind) => string;
  /** The type of what is at its path; null: it has no path of its own. */
  readonly type: Exclude<PathState["type"], "other"> | null;
  /** What it is to be. */
  readonly desired: (resource: Kind) => State;
  /** The same of what the host says; null: it is not there. */
  readonly actual: (resource: Kind, observation: Observation) => State | null;
  /** What to look at on the host. */
  readonly asks: (resource: Kind) => ProbeNeeds;
  /** Users and groups that must be there before it is written. */
  readonly needs: (resource: Kind) => {
    readonly users: readonly string[];
    readonly groups: readonly string[];
  };
  /** What the ownership manifest says of it beside its kind and subject. */
  readonly owned: (resource: Kind) => Partial<Pick<ManifestEntry, "sha256" | "mode" | "owner" | "secret">>;
  /** What a plan says of a new one behind its name, e.g. " (0755 root:root)". */
  readonly detail: (resource: Kind) => string;
  /** What becomes of it when it is no longer declared; idle: a later run removes it. */
  readonly dropped: "removed" | "stopped" | "kept" | "idle";
  /**
   * What a change of it means to a unit that was started from it, where the kind alone tells; null: nothing,
   * or its role tells.
   */
  readonly restarts: (resource: Kind) => string | null;
  /** Its line in a transaction. Throws Error where there is none: that is a mistake of ours. */
  readonly line: (resource: Kind, writing: Writing) => TransactionLine;
};
