/**
 * The vocabulary: the types that every layer speaks. Plain data, no behaviour, imports only Secret's type.
 */
import type { Secret } from "./secret.ts";

/** A place in a project file; line and column count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

/** A YAML tree after parsing: inert data. Maps are null-prototype records. */
export type Tree = string | number | boolean | null | readonly Tree[] | TreeMap;
/** A map of a YAML tree. */
export type TreeMap = { readonly [key: string]: Tree };

// ── What the project says ────────────────────────────────────────────────────────────────────────────────────────

/**
 * A machine of the inventory, normalised. Everything in it passed the allow-lists of core/config (SEC-03).
 */
export type Host = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** sudo: scripts run behind `sudo -n`; none: the login user is root. */
  readonly become: "sudo" | "none";
  /** Private key file, absolute; null: agent, then the default files. */
  readonly identity: string | null;
  /** known_hosts file, absolute; null: the user's and the system's. */
  readonly knownHosts: string | null;
  readonly groups: readonly string[];
  readonly vars: TreeMap;
  readonly labels: { readonly [key: string]: string };
  /** The systemd version that rendering goes by. */
  readonly systemd: number;
  /** An unreachable required host fails the run whatever maxUnreachable says. */
  readonly required: boolean;
  readonly place: Place;
};

/** A service file as written: parsed, schema-checked, its strings not yet expanded. */
export type ServiceSource = {
  readonly name: string;
  readonly file: string;
  readonly tree: TreeMap;
  /**
   * Where the value at a path of the tree stands, e.g. ["service", "ExecStart"]; the nearest parent where
   * unknown.
   */
  readonly placeOf: (path: readonly (string | number)[]) => Place;
  /** The instance that the strings at a path speak of; null: none. Absent: there are none. */
  readonly instanceAt?: (path: readonly (string | number)[]) => string | null;
};

/** How a play reaches its hosts. Batches: a count or a percentage of the play's hosts, e.g. 1 or "25%". */
export type Rollout = {
  readonly batches: readonly (number | `${number}%`)[];
  readonly maxFailed: number;
  readonly maxUnreachable: number;
  readonly pauseSeconds: number;
  readonly healthyDeadlineSeconds: number;
};

/** Which services go to which hosts. */
export type Play = {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly services: readonly string[];
  readonly rollout: Rollout;
  readonly place: Place;
};

/** Everything that one environment of a project declares. */
export type Project = {
  readonly name: string;
  /** Absolute path of the project folder: relative artifact and secret paths start here. */
  readonly root: string;
  readonly environment: string;
  /** A production environment: apply asks for its name. */
  readonly protected: boolean;
  readonly hosts: readonly Host[];
  readonly services: readonly ServiceSource[];
  readonly plays: readonly Play[];
  readonly driftIgnore: readonly IgnoreRule[];
  readonly values: TreeMap;
  /** Project files that services may name (templates/ and sources), path relative to the root → bytes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

// ── A service, expanded for one host ─────────────────────────────────────────────────────────────────────────────

/** Directives of one section in order; several values repeat the directive, an empty string resets it. */
export type Directives = readonly { readonly name: string; readonly value: string; readonly place: Place }[];

/** Where a secret's value comes from. */
export type SecretSource =
  | { readonly provider: "env"; readonly variable: string }
  | { readonly provider: "file"; readonly path: string }
  | { readonly provider: "exec"; readonly command: readonly string[] };

/**
 * How a secret reaches the process: a variable of its environment file, or a file of its own under
 * $CREDENTIALS_DIRECTORY (systemd.exec(5)).
 */
export type SecretDelivery = "environment" | "credential";

/** What an artifact is: one executable, an archive of a tree, or a folder whose content is the tree. */
export type ArtifactForm = "file" | "archive" | "directory";

/** A release: one executable file, or a tree of files, that is delivered under /opt/<service>/releases. */
export type Artifact = {
  /** Path relative to the project root, of a folder without the slash at its end; or an https URL. */
  readonly source: string;
  readonly form: ArtifactForm;
  /** Leading parts that every name in a tree loses, e.g. 1 for an archive whose content is below foo-1.2/. */
  readonly strip: number;
  readonly version: string | null;
  /**
   * 64 hex digits; null: computed, which of a URL it never is. Of a file or an archive that of its bytes, of
   * a folder its tree digest.
   */
  readonly sha256: string | null;
  /** What must be signed by whom before anything of it is sent; null: nothing. */
  readonly signature: ArtifactSignature | null;
  readonly keep: number;
  readonly place: Place;
};

/**
 * What is sent of an artifact to a host that lacks it: the file's own bytes, or a tar that is made of the
 * tree.
 */
export type ArtifactSource = {
  readonly form: ArtifactForm;
  /** Absolute, on the controller. */
  readonly path: string;
  readonly strip: number;
  /** Of the bytes that are sent: 64 hex digits, and how many they are. */
  readonly sha256: string;
  readonly size: number;
};

/**
 * Whose signature an artifact needs. file: path relative to the project root or https URL of the signature;
 * null: beside the artifact.
 */
export type ArtifactSignature = { readonly file: string | null; readonly place: Place } & (
  | { readonly kind: "minisign"; readonly publicKey: string }
  | { readonly kind: "ssh"; readonly publicKey: string; readonly namespace: string }
  | { readonly kind: "gpg" | "cosign"; readonly keyFile: string }
);

/**
 * A signature that was found right. key: the signer's key as its tool names it; says: what was signed along
 * with the bytes, or a name of the signer; may be empty.
 */
export type SignatureProof = {
  readonly kind: ArtifactSignature["kind"];
  readonly key: string;
  readonly says: string;
};

/** An artifact whose signature was checked on this machine before anything was sent. */
export type SignedArtifact = {
  readonly service: string;
  readonly source: string;
  readonly sha256: string;
  readonly signature: SignatureProof;
};

/** A job beside the service that a timer starts: <service>-<name>.timer and <service>-<name>.service. */
export type Timer = {
  readonly name: string;
  /** Of [Timer], and of the job's [Unit] and [Service]. */
  readonly timer: Directives;
  readonly unit: Directives;
  readonly service: Directives;
  readonly place: Place;
};

/**
 * Paths that systemd watches: <service>-<name>.path. starts: a job of its own, <service>-<name>.service, or
 * the service that it stands in.
 */
export type PathUnit = {
  readonly name: string;
  readonly starts: "job" | "service";
  /** Of [Path], and of the job's [Unit] and [Service]. */
  readonly path: Directives;
  readonly unit: Directives;
  readonly service: Directives;
  readonly place: Place;
};

/**
 * Directives that are laid over a unit which is not ours:
 * /etc/systemd/system/<unit>.d/svcdeploy-<service>-<name>.conf.
 */
export type DropIn = {
  readonly unit: string;
  readonly name: string;
  readonly sections: readonly { readonly name: string; readonly directives: Directives }[];
  /** none: the unit's process goes on without what it has not read. */
  readonly onChange: "restart" | "none";
  readonly place: Place;
};

/**
 * A socket that systemd holds for the service. unit: <service>.socket, or <service>-<name>.socket;
 * directives: of [Socket]; general: of [Unit].
 */
export type Socket = {
  readonly unit: string;
  readonly directives: Directives;
  readonly general: Directives;
  readonly place: Place;
};

/** One of the units that a service becomes from one template unit. */
export type Instance = {
  /** As written. */
  readonly name: string;
  /** As systemd-escape writes it; %i in the unit. */
  readonly escaped: string;
  /** e.g. web@blue.service. */
  readonly unit: string;
  readonly place: Place;
};

/** What happens to the service when the file's content changes. */
export type OnChange = "restart" | "reload" | "none";

/** A file beside the unit. Exactly one of template, content, source was written. */
export type ConfigFile = {
  readonly path: string;
  readonly from:
    | { readonly kind: "template"; readonly template: string }
    | { readonly kind: "content"; readonly content: string }
    | { readonly kind: "source"; readonly source: string };
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly onChange: OnChange;
  readonly place: Place;
};

/** One health check; role ready decides settle and confirm, live is checked in drift as well. */
export type Check = {
  readonly role: "ready" | "live";
  readonly place: Place;
} & (
  | {
      readonly kind: "http";
      readonly url: string;
      /** forward: through the SSH connection, curl on the host where that is refused; host: curl only. */
      readonly via: "forward" | "host";
      readonly status: number;
      /** JSON fields that the body must have, e.g. { status: "ok" }; nested by maps. */
      readonly json: TreeMap | null;
      readonly withinMilliseconds: number;
    }
  | {
      readonly kind: "tcp";
      readonly address: string;
      readonly port: number;
      readonly withinMilliseconds: number;
    }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly withinMilliseconds: number }
);

/** A service normalised for one host: strings expanded, defaults filled, nothing optional. */
export type Service = {
  readonly name: string;
  readonly file: string;
  readonly artifact: Artifact | null;
  readonly account: {
    readonly user: string;
    readonly group: string;
    readonly groups: readonly string[];
    readonly home: string;
  } | null;
  readonly unit: Directives;
  readonly service: Directives;
  readonly install: Directives;
  readonly hardening: "off" | "standard" | "strict";
  /** go: GOMAXPROCS and GOMEMLIMIT follow from the limits. */
  readonly runtime: "go" | null;
  readonly timers: readonly Timer[];
  readonly sockets: readonly Socket[];
  /**
   * Empty: a plain service. Else its unit is a template, and these are what runs, in the order in which they
   * are restarted.
   */
  readonly instances: readonly Instance[];
  readonly paths: readonly PathUnit[];
  readonly dropIns: readonly DropIn[];
  readonly environment: readonly { readonly name: string; readonly value: string; readonly place: Place }[];
  readonly secrets: readonly {
    readonly name: string;
    readonly source: SecretSource;
    readonly deliver: SecretDelivery;
    readonly place: Place;
  }[];
  readonly files: readonly ConfigFile[];
  readonly slice: { readonly name: string; readonly directives: Directives; readonly place: Place } | null;
  readonly cache: {
    readonly path: string;
    readonly size: string;
    readonly mode: string;
    readonly owner: string;
    readonly group: string;
    readonly options: readonly string[];
    /** Saved in the folder `to` every so often and at stop, restored at start. */
    readonly persist: { readonly to: string; readonly everySeconds: number } | null;
    /**
     * More directives of the mount unit: [Unit], and [Mount] without those that follow from the other keys.
     */
    readonly unit: Directives;
    readonly mount: Directives;
    readonly place: Place;
  } | null;
  readonly logrotate: {
    readonly paths: readonly string[];
    readonly options: readonly { readonly name: string; readonly value: string | null }[];
    readonly su: { readonly user: string; readonly group: string } | null;
    /**
     * What the service does after a rotation, so that it opens its logs anew; signal: without SIG, to the
     * main process.
     */
    readonly postrotate:
      | { readonly do: "reload" }
      | { readonly do: "signal"; readonly signal: string }
      | null;
    readonly place: Place;
  } | null;
  readonly directories: readonly {
    readonly path: string;
    readonly mode: string;
    readonly owner: string;
    readonly group: string;
    readonly place: Place;
  }[];
  readonly health: readonly Check[];
  readonly settleSeconds: number;
  /** Lint rules that its owner knows about and accepts, with the reason. */
  readonly lintIgnore: readonly { readonly rule: string; readonly because: string; readonly place: Place }[];
};

/** The values of a service's secrets by name, read before rendering. */
export type SecretValues = ReadonlyMap<string, Secret>;

// ── Resources: what a host shall be ──────────────────────────────────────────────────────────────────────────────

/** What a file is for; decides how a difference is shown and what it makes necessary. */
export type FileRole =
  | "unit"
  | "drop-in"
  | "environment"
  | "credential"
  | "encrypted-credential"
  | "config"
  | "logrotate";

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
   * keep: one that is there already stays as it is; only a missing one is made. For parents that nobody
   * declared, such as /etc/wireguard.
   */
  readonly existing: "enforce" | "keep";
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
  readonly role: "enablement" | "current";
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
  readonly form: "file" | "tree";
  /** Of a file: the executable inside. Of a tree: the artifact's own name, for messages. */
  readonly name: string;
  /** Of a file: that of its bytes. Of a tree: its digest (core/artifact/tree-digest.ts). */
  readonly sha256: string;
  /** Bytes of all files in it. */
  readonly size: number;
  /** Null: nothing to send it from is known, as in a rollback. */
  readonly source: ArtifactSource | null;
  readonly keep: number;
};
/** A unit that shall be loaded from our file and be running. */
export type UnitResource = {
  readonly kind: "unit";
  readonly id: string;
  readonly service: string;
  /** Unit name, e.g. etcd.service. */
  readonly unit: string;
  /** Path of the unit's own file. */
  readonly path: string;
  /** True: the unit shall be active. False: only loaded (a slice starts with its first member). */
  readonly running: boolean;
  /**
   * What a running process must have started from: name of the input → fingerprint. A difference means
   * restart.
   */
  readonly restartInputs: { readonly [input: string]: string };
  /** The same for what a reload (a remount for a mount) picks up. */
  readonly reloadInputs: { readonly [input: string]: string };
  /** Digests of the two above, 64 hex digits; they stand in the host's unit record. */
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

/** One thing that a host shall be. */
export type Resource =
  | AccountResource
  | DirectoryResource
  | FileResource
  | LinkResource
  | ReleaseResource
  | UnitResource;

/** Everything one host shall be in one play. */
export type HostTarget = {
  /** The project's name: it names the ownership manifests on the host. */
  readonly project: string;
  readonly host: Host;
  readonly play: string;
  readonly services: readonly Service[];
  readonly resources: readonly Resource[];
  /** Resource id → every service that declares it; a slice or a folder may have several. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /**
   * Every service that the project has for this host in any play; null in all but one of the host's targets,
   * so that nothing is told twice.
   */
  readonly declared: readonly string[] | null;
  /** Artifacts whose signatures were checked for this run, for who reviews it. */
  readonly signed?: readonly SignedArtifact[];
  /**
   * Only a rollback has it: the run that it takes back, and what goes because the older generation did not
   * have it (files and links; units stop).
   */
  readonly rollback?: {
    readonly of: string;
    readonly absent: readonly (FileResource | LinkResource | UnitResource)[];
  };
  /** Only plan and apply have it; without it nothing goes that the project declares no more. */
  readonly removal?: RemovalOrder;
};

/**
 * blocks: what services lost that are still declared; services: also whole services that left the project;
 * everything: those without a limit.
 */
export type Pruning = "blocks" | "services" | "everything";

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
};

/**
 * A resource as the host keeps its description: contents are kept beside it under their sha256, and where a
 * release came from is forgotten.
 */
export type KeptResource =
  | Exclude<Resource, FileResource | ReleaseResource>
  | Omit<FileResource, "content">
  | Omit<ReleaseResource, "source">;

/**
 * What one service was in one transaction, as the host keeps it with each generation: enough to bring it back
 * and to verify it.
 */
export type KeptService = {
  readonly service: string;
  /** The play that brought it. */
  readonly play: string;
  /** The artifact's version as the project named it. */
  readonly version: string | null;
  /** Names of its secrets; their values are in its secret files alone. */
  readonly secrets: readonly string[];
  readonly health: readonly Check[];
  readonly settleSeconds: number;
  readonly resources: readonly KeptResource[];
};

// ── Observation: what a host is ──────────────────────────────────────────────────────────────────────────────────

/**
 * What stands at a path; absent paths are not in the map. Times are seconds since the epoch by the host's
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
  readonly kind: "file" | "link" | "directory" | "release" | "account" | "unit";
  readonly path: string;
  /** Of a link the hash of its target, of an account that of its groups. */
  readonly sha256: string;
  readonly mode: string;
  /** "user:group" of a file or directory; absent for the rest, and where an older run wrote the manifest. */
  readonly owner?: string;
  /**
   * A file that held a secret when it was applied: what stands on the host is never shown, whatever it is
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
 * What one probe shall look at. sha256: the content that we want; the probe sends the file's content only
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
  readonly records: ReadonlyMap<string, UnitRecord>;
  readonly manifest: readonly ManifestEntry[];
  /** What other projects' manifests say of the paths that were asked for; files and links only. */
  readonly others: readonly ManifestEntry[];
  readonly transactions: readonly OpenTransaction[];
};

// ── Plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A flat description of what a resource is or shall be; null: not there. Values are short and shown to users.
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
  /** Of a removal by apply: why it goes. */
  readonly reason?: string;
};

/** One act on a unit or on the manager, with its reason in one line. */
export type Action =
  | { readonly verb: "daemon-reload"; readonly because: string }
  /**
   * settle: for timeoutSeconds the unit must stay as it is, or the transaction is undone before it touches
   * anything else.
   */
  | {
      readonly verb: "start" | "restart" | "reload" | "stop" | "settle";
      readonly unit: string;
      readonly because: string;
      readonly timeoutSeconds: number;
    };

/** What an operator should know before saying yes; severity error refuses the apply. */
export type Notice = {
  readonly severity: "info" | "warning" | "error";
  readonly code: string;
  readonly text: string;
};

/**
 * Something that our manifest owns, the project no longer declares and the plan leaves as it is.
 * left-project: its whole service is not declared any more; edited, replaced: it is not what was applied;
 * kept: it belongs to a unit of which that is true; unplanned: this plan removes nothing.
 */
export type Orphan = {
  readonly service: string;
  readonly kind: ManifestEntry["kind"];
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
   * Services whose ownership manifest on the host differs from what we would write; empty content: nothing is
   * owned any more, and it goes.
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
   * What nobody owns any more once the plan is confirmed: units, of which systemd forgets that they failed (a
   * slice that nobody is in is stopped), and folders of releases, of which those go that no rollback can
   * bring back.
   */
  readonly gone?: { readonly units: readonly string[]; readonly releases: readonly string[] };
  /**
   * Unit → what its record says instead of the declared digests, for units that are started from other
   * inputs; "-": no digest tells. Only of healing.
   */
  readonly recordAs?: { readonly [unit: string]: Pick<UnitResource, "restartDigest" | "reloadDigest"> };
  /** sha256 over the observed state of everything the plan touches. */
  readonly fingerprint: string;
};

/**
 * A change in a saved plan. The sha256 of a file stands in its states only under the plan key, as `hmac:` and
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
 * apply would change it), or both, which also stands for what cannot be told apart. What has no file behind
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
   * Seconds since the epoch by the host's clock: when it was last touched or changed state; null: nobody
   * knows, or it is merely pending.
   */
  readonly since: number | null;
  readonly change: Change | null;
  /** Of a foreign-drop-in: its path. */
  readonly dropIn?: string;
};

/**
 * Drift that its owners know about and accept for a while. A rule holds through the day `until` (YYYY-MM-DD,
 * UTC).
 */
export type IgnoreRule = {
  readonly what: { readonly kind: "path" | "directive" | "unit"; readonly pattern: string };
  /** A host pattern; null: every host. */
  readonly host: string | null;
  readonly because: string;
  readonly until: string;
  readonly place: Place;
};

// ── Verify ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What one unit turned out to be. */
export type Verdict = {
  readonly unit: string;
  readonly ok: boolean;
  /**
   * A named cause: running, exited, start-limit, not-ready, watchdog, core-dump, out-of-memory, exec-failed,
   * exited-at-once, crash-loop, port-closed, inactive, failed, masked …
   */
  readonly cause: string;
  /** `systemctl is-active`'s word, literally. */
  readonly isActive: string;
  /** One or more lines for the operator. */
  readonly detail: string;
};

/** What one health check turned out to be. */
export type HealthResult = {
  readonly service: string;
  readonly check: string;
  readonly role: "ready" | "live";
  readonly ok: boolean;
  readonly detail: string;
  readonly attempts: number;
};

// ── Reports and events ───────────────────────────────────────────────────────────────────────────────────────────

/** How a host's story ended. */
export type HostStatus =
  | "unchanged"
  | "changed"
  | "rolled-back"
  | "failed"
  | "unreachable"
  | "skipped"
  | "unknown";

/** Whose fault a failed host was; decides the exit code. */
export type FailureCause =
  | "conflict"
  | "locked"
  | "refused"
  | "unhealthy"
  | "unreachable"
  | "rollback-failed"
  | "unknown"
  | "host"
  | "interrupted";

/**
 * A file or link that an undone change had made, changed or removed: its text before and after, null where
 * there was none, and where it is secret or no text.
 */
export type Difference = {
  readonly path: string;
  readonly change: "create" | "update" | "remove";
  readonly secret: boolean;
  readonly before: string | null;
  readonly after: string | null;
};

/** One host's end in one play. */
export type HostReport = {
  readonly host: string;
  readonly play: string;
  readonly status: HostStatus;
  readonly cause: FailureCause | null;
  readonly services: readonly string[];
  readonly durationMilliseconds: number;
  /** Why, for the operator; several lines allowed. Empty when all is well. */
  readonly message: string;
  readonly hint: string | null;
  readonly verdicts: readonly Verdict[];
  readonly health: readonly HealthResult[];
  /** What the host had changed when it failed; empty when all is well. */
  readonly differences: readonly Difference[];
  /** Journal lines per unit that failed, newest last, sanitised. */
  readonly journal: readonly { readonly unit: string; readonly lines: readonly string[] }[];
  readonly changes: number;
  readonly actions: readonly string[];
  readonly transaction: string | null;
};

/** What happens while hosts are worked on; the one source of every output. */
export type DeployEvent =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly environment: string;
      /** Commit of the project's Git tree, or `none`; and whether the tree is as committed. */
      readonly commit: string;
      readonly tree: "clean" | "dirty" | "unknown";
      readonly hosts: readonly string[];
      readonly plays: readonly string[];
    }
  | { readonly type: "play-started"; readonly play: string; readonly hosts: readonly string[] }
  | {
      readonly type: "batch-started";
      readonly play: string;
      readonly batch: number;
      readonly batches: number;
      readonly hosts: readonly string[];
    }
  | {
      readonly type: "host-stage";
      readonly play: string;
      readonly host: string;
      readonly stage: HostStage;
      readonly detail: string;
    }
  | { readonly type: "host-finished"; readonly report: HostReport }
  | { readonly type: "batch-finished"; readonly play: string; readonly batch: number; readonly ok: boolean }
  | { readonly type: "run-interrupted"; readonly detached: boolean; readonly message: string }
  | { readonly type: "run-finished"; readonly reports: readonly HostReport[]; readonly exitCode: number };

/** Where a host's story is. */
export type HostStage =
  | "connect"
  | "observe"
  | "recover"
  | "upload"
  | "launch"
  | "apply"
  | "settle"
  | "confirm"
  | "undo";
