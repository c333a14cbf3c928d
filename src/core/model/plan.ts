/** What differs and what is done about it: changes, actions, notices, the saved plan, drift's findings. */

import type { Pruning, Resource, ResourceKind, UnitResource } from "./resource.ts";
import type { HostVerb, UnitVerb } from "./verb.ts";

/**
 * A flat description of what a resource is or is to be; null: not there. Values are short and shown to users.
 */
export type State = { readonly [key: string]: string };

/** One resource that is not as declared. before and after: null means absent. */
export type Change = {
  readonly resource: Resource;
  readonly before: State | null;
  readonly after: State | null;
  /** Keys of the states that differ, e.g. ["sha256", "mode"]. */
  readonly differs: readonly string[];
  /** The file's text on the host, for the diff; null when unknown, absent, binary, too large or secret. */
  readonly beforeContent: Uint8Array | null;
  /**
   * Of a file with secrets whose text on the host is known: its lines, each by the line of the declared
   * content that reads the same, counted from 0; null: none does, and it is not shown.
   */
  readonly beforeLines?: readonly (number | null)[];
  /** Of a removal by apply: why it is removed. */
  readonly reason?: string;
};

/** An act on the host itself. path: the file that it is for; absent where it is for the whole host. */
export type HostAction = { readonly verb: HostVerb; readonly because: string; readonly path?: string };

/**
 * An act on a unit. settle: for timeoutSeconds the unit must stay as it is, or the transaction is undone
 * before it touches anything else.
 */
export type UnitAction = {
  readonly verb: UnitVerb;
  readonly unit: string;
  readonly because: string;
  readonly timeoutSeconds: number;
};

/** One act, with its reason in one line. */
export type Action = UnitAction | HostAction;

/**
 * What a plan comes to for who operates the host: its acts on units in their order, and what it changes. A
 * daemon-reload and the wait behind a canary are no acts.
 */
export type Work = {
  readonly acts: readonly {
    readonly verb: Exclude<UnitVerb, "settle">;
    readonly unit: string;
  }[];
  readonly changes: readonly {
    readonly kind: Exclude<ResourceKind, "unit">;
    readonly outcome: "new" | "changed" | "removed";
  }[];
};

/** What an operator should know before saying yes; severity error refuses the apply. */
export type Notice = {
  readonly severity: "info" | "warning" | "error";
  readonly code: string;
  readonly text: string;
};

/**
 * Something that our manifest owns, the project no longer declares and the plan leaves as it is.
 * left-project: its whole service is no longer declared; edited, replaced: it is not what was applied;
 * kept: it belongs to a unit of which that is true; unplanned: this plan removes nothing.
 */
export type Orphan = {
  readonly service: string;
  readonly kind: ResourceKind;
  readonly path: string;
  readonly left: "left-project" | "edited" | "replaced" | "kept" | "unplanned";
};

/** What one host needs in one play. Empty changes, actions and records: nothing to do. */
export type Plan = {
  readonly host: string;
  readonly play: string;
  readonly changes: readonly Change[];
  readonly actions: readonly Action[];
  readonly notices: readonly Notice[];
  readonly orphans: readonly Orphan[];
  /**
   * Units that stop or restart along, with the unit of ours that causes it (RequiredBy=, BoundBy=,
   * ConsistsOf=).
   */
  readonly collateral: readonly { readonly unit: string; readonly because: string }[];
  /**
   * Services whose ownership manifest on the host differs from what we would write; empty content: the
   * service no longer owns anything, and its manifest is removed.
   */
  readonly manifests: readonly {
    readonly service: string;
    readonly path: string;
    readonly content: string;
    readonly oldSha256: string | null;
  }[];
  /** Units whose record will be written at success although no action touches them. */
  readonly records: readonly string[];
  /**
   * What nothing owns once the plan is confirmed: units, of which systemd forgets that they failed (a
   * slice without members is stopped), and folders of releases, of which those are removed that no rollback
   * can bring back.
   */
  readonly gone?: { readonly units: readonly string[]; readonly releases: readonly string[] };
  /**
   * Unit → what its record says instead of the declared digests, for units that are started from other
   * inputs; "-": no digest tells. Only of healing.
   */
  readonly recordAs?: { readonly [unit: string]: Pick<UnitResource, "restartDigest" | "reloadDigest"> };
  /**
   * The environment of the project under which the machine was last confirmed, where this plan takes it over:
   * the host records the new one, also where nothing else changes.
   */
  readonly takenFrom?: string;
  /** sha256 over the observed state of everything the plan touches. */
  readonly fingerprint: string;
};

/**
 * A change in a saved plan. The sha256 of a file is in its states only under the plan key, as `hmac:` and
 * 64 hex digits.
 */
export type SavedChange = Pick<Change, "before" | "after" | "differs"> & { readonly id: string };

/** One host's part of a saved plan. fingerprint, services and resources are HMACs under the plan key. */
export type SavedHost = Pick<Plan, "host" | "actions" | "collateral" | "fingerprint"> & {
  readonly machineId: string;
  readonly changes: readonly SavedChange[];
  /** Service name → what it declares beside its files: checks, settle time, secrets' names. */
  readonly services: { readonly [name: string]: string };
  /** Resource id → what it was rendered to. */
  readonly resources: { readonly [id: string]: string };
};

/**
 * A plan that was written to a file for review. Times: ISO 8601, UTC. It holds no secret and nothing that one
 * can be guessed from.
 */
export type SavedPlan = {
  /** Of the svcdeploy that made it. */
  readonly version: string;
  readonly project: string;
  readonly environment: string;
  readonly madeAt: string;
  readonly validUntil: string;
  /** What of the project was planned; values: the texts of the --values files. */
  readonly selection: {
    readonly limit: string | null;
    readonly services: readonly string[];
    readonly set: readonly string[];
    readonly values: readonly { readonly file: string; readonly text: string }[];
    /** Absent: blocks. */
    readonly pruning?: Exclude<Pruning, "blocks">;
  };
  /** rollout: an HMAC of how the play reaches its hosts. */
  readonly plays: readonly {
    readonly play: string;
    readonly rollout: string;
    readonly hosts: readonly SavedHost[];
  }[];
};

/**
 * Who moved since our last confirmed apply: the host (edited, stopped, failed), the project (pending: an
 * apply would change it), or both, which also covers what cannot be told apart. What has no file behind
 * it is the host's, unless nothing of it was ever applied.
 */
export type Origin = "host" | "project" | "conflict";

/** One way in which a host is not as declared. change: the difference behind it, for the diff. */
export type Finding = {
  readonly kind:
    | "missing"
    | "content"
    | "mode"
    | "owner"
    | "setting"
    | "type"
    | "account"
    | "orphan"
    | "not-loaded"
    | "not-enabled"
    | "not-running"
    | "masked"
    | "foreign-drop-in"
    | "stale-process"
    | "slice-moved"
    | "mount"
    | "health"
    | "manifest"
    | "unfinished-transaction";
  readonly service: string;
  /** Path, unit or check. */
  readonly subject: string;
  readonly text: string;
  readonly origin: Origin;
  /**
   * Seconds since the epoch by the host's clock: when it was last touched or changed state; null: no one
   * knows, or it is merely pending.
   */
  readonly since: number | null;
  readonly change: Change | null;
  /** Of a foreign-drop-in: its path. */
  readonly dropIn?: string;
};
