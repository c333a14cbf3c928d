/** What a host is: the question that a probe asks and its answer. */
import type { SaidVersion } from "./artifact.ts";
import type { ResourceKind } from "./resource.ts";

/**
 * What is at a path; absent paths are not in the map. Times are seconds since the epoch by the host's
 * clock.
 */
export type PathState = {
  readonly type: "file" | "directory" | "link" | "other";
  /** Octal without leading zero, as `stat -c %a`. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly ctime: number;
  readonly links: number;
  readonly device: string;
  /** For a link. */
  readonly target: string | null;
  /** For a regular file that could be read. */
  readonly sha256: string | null;
  /** Only of a file that differs from what we want, up to the probe's cap. */
  readonly content: Uint8Array | null;
};

/** Properties as `systemctl show` prints them; several values of one property joined by newline. */
export type UnitProperties = { readonly [property: string]: string };

/** What a transaction recorded of a unit's last successful action (host-protocol: restart debt). */
export type UnitRecord = {
  readonly invocationId: string;
  readonly bootId: string;
  readonly restartDigest: string;
  readonly reloadDigest: string;
};

/** A line of the ownership manifest that our last confirmed transaction left. */
export type ManifestEntry = {
  readonly project: string;
  readonly service: string;
  readonly kind: ResourceKind;
  readonly path: string;
  /** Of a link the hash of its target, of an account that of its groups. */
  readonly sha256: string;
  readonly mode: string;
  /** "user:group" of a file or directory; absent for the rest, and where an older run wrote the manifest. */
  readonly owner?: string;
  /**
   * A file that held a secret when it was applied: what is on the host is never shown, whatever it is
   * declared to be now.
   */
  readonly secret?: true;
};

/** A transaction on the host that has not come to its end. */
export type OpenTransaction = {
  readonly id: string;
  /**
   * As in the host's journal: STAGED, PREPARED, APPLYING, RESTARTING, AWAIT, CONFIRMED, ROLLINGBACK,
   * ROLLBACK_FAILED …
   */
  readonly state: string;
  /** Whether its transient unit is still running. */
  readonly running: boolean;
  /** Seconds since a controller renewed the lease; null: never. */
  readonly leaseAgeSeconds: number | null;
  /** Seconds since it arrived on the host; null: unknown. */
  readonly ageSeconds: number | null;
  /** user@controller, for humans. */
  readonly owner: string;
  readonly project: string;
};

/** Facts of a host; its own words, already checked for charset and length. */
export type HostFacts = {
  readonly machineId: string;
  readonly bootId: string;
  readonly os: string;
  readonly systemd: number;
  readonly hostname: string;
  /** 0 when the scripts run as root. */
  readonly uid: number;
  /** Seconds since the epoch by the host's clock, and since boot. */
  readonly clock: number;
  readonly uptime: number;
  readonly cgroup: "v1" | "v2";
  /** Commands the transaction needs and the host lacks. */
  readonly missing: readonly string[];
  /** `systemctl is-system-running`. */
  readonly system: string;
  /** Free KiB of the file system that holds /var/lib/svcdeploy. */
  readonly freeKib: number;
};

/**
 * What one probe looks at. sha256: the content that we want; the probe sends the file's content only
 * where it differs. Null: hash only.
 */
export type ProbeRequest = {
  readonly project: string;
  readonly paths: readonly { readonly path: string; readonly sha256: string | null }[];
  readonly units: readonly string[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly mounts: readonly string[];
  /**
   * Whose manifests are read for what was not asked for: those of selected services, and, with rest look, of
   * all that are not among `leave`.
   */
  readonly manifests: {
    readonly selected: readonly string[];
    readonly leave: readonly string[];
    readonly rest: "look" | "leave";
  };
  /** Encrypted credentials of which the hash of what they hold is wanted. */
  readonly encrypted: readonly string[];
  /** Folders of which the tree digest is wanted. */
  readonly trees: readonly string[];
  /** Releases that are asked for their versions. */
  readonly versions: readonly (SaidVersion & { readonly service: string; readonly release: string })[];
  /** Whether to say which program each unit's main process runs. */
  readonly programs: "asked" | "not-asked";
};

/**
 * A folder's tree digest, and the entry in it whose inode changed last: its path below the folder ("" for the
 * folder), seconds since the epoch.
 */
export type TreeState = {
  readonly sha256: string;
  readonly newest: { readonly path: string; readonly ctime: number } | null;
};

/** What two releases of one service say; they may be the same one. */
export type SaidVersions = { readonly current: string | null; readonly release: string | null };

/** One probe's answer. */
export type Observation = {
  readonly facts: HostFacts;
  readonly paths: ReadonlyMap<string, PathState>;
  readonly units: ReadonlyMap<string, UnitProperties>;
  /**
   * Path of a drop-in of these units, loaded or only on the disk yet → when it was touched (ctime) and its
   * text; null: too large or unreadable. Never shown.
   */
  readonly dropIns: ReadonlyMap<string, { readonly ctime: number; readonly text: string | null }>;
  /** User name → uid, gid, primary group, or absent. */
  readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number }>;
  readonly groups: ReadonlyMap<string, { readonly gid: number; readonly members: readonly string[] }>;
  /**
   * Mount point → file system type and live options, as in /proc/self/mounts; only paths that were asked for.
   */
  readonly mounts: ReadonlyMap<string, { readonly type: string; readonly options: readonly string[] }>;
  /**
   * By path, of the encrypted credentials that were asked for: hashHeld of what is in the file, and of what
   * our last apply left there; null: it cannot be decrypted here.
   */
  readonly encrypted: ReadonlyMap<string, { readonly live: string | null; readonly applied: string | null }>;
  /** By path, of the folders that were asked for and are there. */
  readonly trees: ReadonlyMap<string, TreeState>;
  /**
   * Process id of a unit's main process → /proc/PID/exe as the kernel has it, e.g. with " (deleted)" at its
   * end.
   */
  readonly programs: ReadonlyMap<number, string>;
  /**
   * Service → the version that the release behind `current` says of itself, and the declared release where
   * it is on the host already; null: it said none. Only of those that were asked.
   */
  readonly versions: ReadonlyMap<string, SaidVersions>;
  readonly records: ReadonlyMap<string, UnitRecord>;
  readonly manifest: readonly ManifestEntry[];
  /** What other projects' manifests say of the paths that were asked for; files and links only. */
  readonly others: readonly ManifestEntry[];
  readonly transactions: readonly OpenTransaction[];
};
