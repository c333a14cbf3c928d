/** What a host is to be: the kinds of resources, and one host's target. */

import type { ArtifactSource, SaidVersion, SignedArtifact } from "./artifact.ts";
import type { Host, Place, PlayOrder } from "./declared.ts";
import type { FileRole } from "./file-role.ts";
import type { Check, OnChange, ServicesByHost } from "./service.ts";

/**
 * The kinds of resources, in the order in which a transaction writes them; units come last and are acted on.
 */
export const RESOURCE_KINDS = ["account", "directory", "release", "file", "link", "unit"] as const;
/** One of them. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** How a directory that is there already is dealt with, see DirectoryResource. */
export const EXISTING_DIRECTORIES = ["enforce", "keep"] as const;
/** What a link is for: a unit that starts at boot or with another, or the release that runs. */
export const LINK_ROLES = ["enablement", "current"] as const;
/** What a release directory holds: one executable, or a tree of files. */
export const RELEASE_FORMS = ["file", "tree"] as const;

/** A system user and its group; existing ones are left as they are. */
export type AccountResource = {
  readonly kind: "account";
  readonly id: string;
  readonly service: string;
  readonly user: string;
  readonly group: string;
  readonly groups: readonly string[];
  readonly home: string;
};
/** A directory that exists with this mode and owner. */
export type DirectoryResource = {
  readonly kind: "directory";
  readonly id: string;
  readonly service: string;
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /**
   * keep: one that is there already stays as it is; only a missing one is made. For parents that nothing
   * declared, such as /etc/wireguard.
   */
  readonly existing: (typeof EXISTING_DIRECTORIES)[number];
};
/** A regular file with exactly these bytes. */
export type FileResource = {
  readonly kind: "file";
  readonly id: string;
  readonly service: string;
  readonly role: FileRole;
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /**
   * Of an encrypted credential what it holds, until the host has encrypted it; sha256 is then hashHeld of it.
   */
  readonly content: Uint8Array;
  readonly sha256: string;
  /** True: the content is never shown, saved or sent anywhere but to the host. */
  readonly secret: boolean;
  /**
   * Of a secret file, what may be shown of each line of its content: null: the line itself; a text: that
   * instead of a line with a secret. Absent: nothing of it.
   */
  readonly shown?: readonly (string | null)[];
  /**
   * For a config file: what its service does on a change; for a drop-in: what the unit does that it is laid
   * over. Other roles: "none", the unit's digests decide.
   */
  readonly onChange: OnChange;
};
/** A symbolic link; enablement is one of these, as is `current`. */
export type LinkResource = {
  readonly kind: "link";
  readonly id: string;
  readonly service: string;
  readonly role: (typeof LINK_ROLES)[number];
  readonly path: string;
  readonly target: string;
};
/** A release directory, content-addressed: it holds one executable, or a tree of files. */
export type ReleaseResource = {
  readonly kind: "release";
  readonly id: string;
  readonly service: string;
  /** /opt/<service>/releases/<version>-<sha12> */
  readonly path: string;
  readonly form: (typeof RELEASE_FORMS)[number];
  /** Of a file: the executable inside. Of a tree: the artifact's own name, for messages. */
  readonly name: string;
  /** Of a file: that of its bytes. Of a tree: its digest (core/artifact/tree-digest.ts). */
  readonly sha256: string;
  /** Bytes of all files in it. */
  readonly size: number;
  /** Null: nothing to send it from is known, as in a rollback. */
  readonly source: ArtifactSource | null;
  readonly keep: number;
  /** How it is asked for its version; absent: it is not. */
  readonly says?: SaidVersion;
};
/** A unit that is to be loaded from our file and be running. */
export type UnitResource = {
  readonly kind: "unit";
  readonly id: string;
  readonly service: string;
  /** Unit name, e.g. etcd.service. */
  readonly unit: string;
  /** Path of the unit's own file. */
  readonly path: string;
  /** True: the unit is to be active. False: only loaded (a slice starts with its first member). */
  readonly running: boolean;
  /**
   * What a running process must have started from: name of the input → fingerprint. A difference means
   * restart.
   */
  readonly restartInputs: { readonly [input: string]: string };
  /** The same for what a reload (a remount for a mount) picks up. */
  readonly reloadInputs: { readonly [input: string]: string };
  /** Digests of the two above, 64 hex digits; they are in the host's unit record. */
  readonly restartDigest: string;
  readonly reloadDigest: string;
  /** Files whose ctime must be older than the process when no record tells. */
  readonly inputPaths: readonly string[];
  /** False: a changed reload input needs a restart. */
  readonly canReload: boolean;
  /** Our other units that this one is ordered after (After=, RequiresMountsFor=, Slice=). */
  readonly after: readonly string[];
  readonly startTimeoutSeconds: number;
  readonly stopTimeoutSeconds: number;
  /** Type= of a service unit, e.g. notify; empty for other units. */
  readonly type: string;
};

/** One thing that a host is to be. */
export type Resource =
  | AccountResource
  | DirectoryResource
  | FileResource
  | LinkResource
  | ReleaseResource
  | UnitResource;

/** What everything behind rendering needs of a service beside its resources. */
export type DeployedService = {
  readonly name: string;
  /** The artifact's version as the project named it. */
  readonly version: string | null;
  /** Names of its secrets; their values are in its secret files alone. */
  readonly secrets: readonly string[];
  readonly health: readonly Check[];
  /** How long its units must hold before a change is confirmed. */
  readonly settleSeconds: number;
};

/** Everything one host is to be in one play. */
export type HostTarget = {
  /** The project's name: it names the ownership manifests on the host. */
  readonly project: string;
  readonly host: Host;
  readonly play: string;
  readonly services: readonly DeployedService[];
  /** healthyDeadline of the play: no start may take longer; absent: none does, as in a rollback. */
  readonly startDeadlineSeconds?: number;
  readonly resources: readonly Resource[];
  /** Resource id → every service that declares it; a slice or a folder may have several. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /**
   * Every service that the project has for this host in any play; null in all but one of the host's targets,
   * so that nothing is reported twice.
   */
  readonly declared: readonly string[] | null;
  /**
   * Where a line of one of its files was written, counted as systemd does; line null: the file as a whole.
   * Null: unknown. Absent: its files were not rendered from the project as it is here (a rollback).
   */
  readonly placeOf?: (file: FileResource, line: number | null) => Place | null;
  /** Artifacts whose signatures were checked for this run, for who reviews it. */
  readonly signed?: readonly SignedArtifact[];
  /**
   * Only a rollback has it: the run that it takes back, and what is removed because the older generation did
   * not have it (files and links; units stop).
   */
  readonly rollback?: {
    readonly of: string;
    readonly absent: readonly (FileResource | LinkResource | UnitResource)[];
  };
  /** Only plan and apply have it; without it nothing is removed that the project no longer declares. */
  readonly removal?: RemovalOrder;
};

/** One play and what its hosts are to be. */
export type PlayTargets = { readonly play: PlayOrder; readonly targets: readonly HostTarget[] };

/** What a project comes to: the targets of its plays, and the services that they were rendered from. */
export type Rendered = { readonly plays: readonly PlayTargets[]; readonly services: ServicesByHost };

/**
 * blocks: what services lost that are still declared; services: also whole services that left the project;
 * everything: those without a limit.
 */
export const PRUNINGS = ["blocks", "services", "everything"] as const;
/** One of them. */
export type Pruning = (typeof PRUNINGS)[number];

/** What an apply may remove on one host. */
export type RemovalOrder = {
  readonly pruning: Pruning;
  /**
   * `kind path` of everything that any target of the host declares: what moved to another play is not removed
   * by the first.
   */
  readonly declared: ReadonlySet<string>;
  /** Services of the host's earlier targets: what they drop as well is removed by the last one. */
  readonly earlier: readonly string[];
  /** Of whole services only this one may be removed; absent: every one that pruning allows. */
  readonly only?: string;
};

/**
 * A resource as the host keeps its description: contents are kept beside it under their sha256, and where a
 * release came from is forgotten.
 */
export type KeptResource =
  | Exclude<Resource, FileResource | ReleaseResource>
  | Omit<FileResource, "content" | "shown">
  | Omit<ReleaseResource, "source" | "says">;

/** Of the file that holds a KeptService; another one is not read. */
export const KEPT_SCHEMA = "svcdeploy.target/1";

/**
 * What one service was in one transaction, as the host keeps it with each generation: enough to bring it back
 * and to verify it.
 */
export type KeptService = Omit<DeployedService, "name"> & {
  readonly service: string;
  /** The play that brought it. */
  readonly play: string;
  readonly resources: readonly KeptResource[];
};
