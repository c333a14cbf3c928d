/** A service, normalised for one host: strings expanded, defaults filled, nothing optional. */

import type { Secret } from "../secret.ts";
import type { Artifact } from "./artifact.ts";
import type { Place, TreeMap } from "./declared.ts";
import type { FileRole } from "./file-role.ts";

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
export const SECRET_DELIVERIES = ["environment", "credential"] as const;
/** One of them. */
export type SecretDelivery = (typeof SECRET_DELIVERIES)[number];

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
 * the service that it is in.
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
  /** none: the unit's process keeps running without what it has not read. */
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
export const ON_CHANGE = ["restart", "reload", "none"] as const;
/** One of them. */
export type OnChange = (typeof ON_CHANGE)[number];

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

/**
 * A file in a folder of the system's own that a block of a service becomes, line by line. at: keys of the
 * service file that a line is written at.
 */
export type BlockFile = {
  readonly role: FileRole;
  readonly path: string;
  readonly lines: readonly {
    readonly text: string;
    readonly at: readonly (string | number)[];
    readonly place: Place;
  }[];
};

/** What a check decides, see Check. */
export const CHECK_ROLES = ["ready", "live"] as const;
/** How an http check reaches the host, see Check. */
export const CHECK_VIAS = ["forward", "host"] as const;
/** Profiles of directives that a service gets unless it sets them itself. */
export const HARDENING_PROFILES = ["off", "standard", "strict"] as const;
/** Languages whose limits svcdeploy passes on to the process. */
export const RUNTIMES = ["go"] as const;

/** One health check; role ready decides settle and confirm, live is checked in drift as well. */
export type Check = {
  readonly role: (typeof CHECK_ROLES)[number];
  readonly place: Place;
} & (
  | {
      readonly kind: "http";
      readonly url: string;
      /** forward: through the SSH connection, curl on the host where that is refused; host: curl only. */
      readonly via: (typeof CHECK_VIAS)[number];
      readonly status: number;
      /** any: it does not matter which process holds the port; otherwise it must not be one outside every unit. */
      readonly owner?: "any" | undefined;
      /** JSON fields that the body must have, e.g. { status: "ok" }; nested by maps. */
      readonly json: TreeMap | null;
      readonly withinMilliseconds: number;
    }
  | {
      readonly kind: "tcp";
      readonly address: string;
      readonly port: number;
      readonly owner?: "any" | undefined;
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
  readonly hardening: (typeof HARDENING_PROFILES)[number];
  /** go: GOMAXPROCS and GOMEMLIMIT follow from the limits. */
  readonly runtime: (typeof RUNTIMES)[number] | null;
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
     * What the service does after a rotation, so that it reopens its logs; signal: without SIG, to the
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
  /** Of the blocks that are nothing but lines of files. */
  readonly blockFiles: readonly BlockFile[];
  readonly health: readonly Check[];
  readonly settleSeconds: number;
  /** Lint rules that its owner knows about and accepts, with the reason. */
  readonly lintIgnore: readonly { readonly rule: string; readonly because: string; readonly place: Place }[];
};

/**
 * Each host's services as the project declares them for it, in the order of the plays; by the host's name.
 */
export type ServicesByHost = ReadonlyMap<string, readonly Service[]>;

/** The values of a service's secrets by name, read before rendering. */
export type SecretValues = ReadonlyMap<string, Secret>;
