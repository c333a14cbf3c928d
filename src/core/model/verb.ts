/** What a plan may have done on a host, and what follows from each act. */

/** Acts on one unit. settle: the unit must stay as it is for a while. */
export const UNIT_VERBS = ["start", "restart", "reload", "stop", "settle"] as const;
/** An act on one unit. */
export type UnitVerb = (typeof UNIT_VERBS)[number];

/** Acts on the host itself, beside its units. */
export const HOST_VERBS = ["daemon-reload", "sysctl", "tmpfiles"] as const;
/** An act on the host itself. */
export type HostVerb = (typeof HOST_VERBS)[number];

/**
 * leaves: what the unit's record says after the act: "inputs", those that its process now runs from, or
 * nothing. touches: whether the operator must have seen the act before it is carried out.
 */
type UnitVerbRow = { readonly leaves: "inputs" | "nothing"; readonly touches: "unit" | "nothing" };

/** Each act on a unit. */
export const unitVerbs: Readonly<Record<UnitVerb, UnitVerbRow>> = {
  start: { leaves: "inputs", touches: "unit" },
  restart: { leaves: "inputs", touches: "unit" },
  reload: { leaves: "inputs", touches: "unit" },
  stop: { leaves: "nothing", touches: "unit" },
  settle: { leaves: "nothing", touches: "nothing" },
};

/**
 * of: "host", once in a plan, or "file", once for each file that asks for it. seconds: its limit on the host.
 * touches: as of a unit's act. remark: what an operator should know of every such act; null: nothing.
 */
type HostVerbRow = {
  readonly of: "host" | "file";
  readonly seconds: number;
  readonly touches: "host" | "nothing";
  readonly remark: string | null;
};

/** Each act on the host. apply.sh carries it out under the same name. */
export const hostVerbs: Readonly<Record<HostVerb, HostVerbRow>> = {
  "daemon-reload": { of: "host", seconds: 120, touches: "nothing", remark: null },
  sysctl: { of: "file", seconds: 30, touches: "host", remark: null },
  tmpfiles: { of: "file", seconds: 60, touches: "host", remark: "what it creates is not undone" },
};
