/** What a project declares: hosts, plays, values, and the places in its files. Plain data, no behaviour. */

/** A place in a project file; line and column count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

/** A YAML tree after parsing: inert data. Maps are null-prototype records. */
export type Tree = string | number | boolean | null | readonly Tree[] | TreeMap;
/** A map of a YAML tree. */
export type TreeMap = { readonly [key: string]: Tree };

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
  /** For TCP, handshake and login together. */
  readonly connectTimeoutSeconds: number;
  readonly groups: readonly string[];
  readonly vars: TreeMap;
  readonly labels: { readonly [key: string]: string };
  /** The systemd version that rendering uses. */
  readonly systemd: number;
  /** An unreachable required host fails the run whatever maxUnreachable says. */
  readonly required: boolean;
  /** Several environments of the project use it; absent: one alone. */
  readonly sharedHost?: true;
  /**
   * Variables of an Ansible inventory that cannot be used as they are, by their path below `vars`, with the
   * reason. They are not in `vars`.
   */
  readonly unusable?: ReadonlyMap<string, UnusableVariable>;
  /** Why nothing may connect to it; empty or absent: nothing is against it. */
  readonly refused?: readonly HostRefusal[];
  readonly place: Place;
};

/** A variable that is not used, and why. */
export type UnusableVariable = { readonly reason: string; readonly place: Place };
/** Something that an inventory asks for a host and that is not done. */
export type HostRefusal = { readonly message: string; readonly hint: string | null; readonly place: Place };

/** The names of the hosts of each group, in the group's own order. */
export type HostGroups = ReadonlyMap<string, readonly string[]>;

/** A service file as written: parsed, schema-checked, its strings not yet expanded. */
export type ServiceSource = {
  readonly name: string;
  readonly file: string;
  readonly tree: TreeMap;
  /**
   * Where the value at a path of the tree is, e.g. ["service", "ExecStart"]; the nearest parent where
   * unknown.
   */
  readonly placeOf: (path: readonly (string | number)[]) => Place;
  /** The same for the key that names the value. Absent: where the value is. */
  readonly keyPlaceOf?: (path: readonly (string | number)[]) => Place;
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

/** What a rollout asks of a play: its name, and how it reaches its hosts. */
export type PlayOrder = Pick<Play, "name" | "rollout">;

/** Everything that one environment of a project declares. */
export type Project = {
  readonly name: string;
  /** Absolute path of the project folder: relative artifact and secret paths start here. */
  readonly root: string;
  readonly environment: string;
  /** A production environment: apply asks for its name. */
  readonly protected: boolean;
  readonly hosts: readonly Host[];
  /** Each group's hosts in its own order, all and ungrouped too; absent: as the hosts name their groups. */
  readonly groups?: HostGroups;
  readonly services: readonly ServiceSource[];
  readonly plays: readonly Play[];
  readonly driftIgnore: readonly IgnoreRule[];
  readonly values: TreeMap;
  /** Project files that services may name (templates/ and sources), path relative to the root → bytes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
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
