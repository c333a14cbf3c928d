/** Everything that lies on one host, as far as it is known: what rules over several units need. */

import type { Place } from "../model/declared.ts";
import type { LintUnit } from "./lint-unit.ts";

/** An environment file whose content is known; the values of a secret one are not. */
export type LintEnvironmentFile = {
  readonly path: string;
  readonly variables: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly place: Place;
  }[];
};

/** An option of a logrotate block; value null where it has none. */
export type LintLogrotateOption = {
  readonly name: string;
  readonly value: string | null;
  readonly place: Place;
};

/** One block of a logrotate file. end: whether its closing brace is there. */
export type LintLogrotate = {
  readonly service: string;
  readonly paths: readonly string[];
  readonly place: Place;
  readonly options: readonly LintLogrotateOption[];
  readonly end: "there" | "missing";
};

/** A directory whose mode is known. mode: octal, e.g. 0775. */
export type LintDirectory = { readonly path: string; readonly mode: string; readonly group: string };

/** A file in a folder of drop-ins or of logrotate. mode and owner: null where only its name is known. */
export type LintPlacedFile = {
  readonly path: string;
  readonly mode: string | null;
  readonly owner: string | null;
  readonly place: Place;
};

/** An address that a service's health check expects it to listen on. */
export type LintPort = {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly place: Place;
};

/**
 * What of a host's paths and accounts the project makes; null: only unit files were given, nothing is known
 * of the host.
 */
export type LintManaged = {
  readonly paths: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Folders and links that are declared and in which root must not write, with why. */
  readonly unsafe: ReadonlyMap<string, string>;
  /** What root writes. */
  readonly written: readonly { readonly path: string; readonly place: Place }[];
};

/** One host. */
export type LintHost = {
  readonly name: string;
  /** systemd's version: 247, 252, 257 or one between. */
  readonly systemd: number;
  readonly units: readonly LintUnit[];
  readonly environmentFiles: readonly LintEnvironmentFile[];
  readonly logrotate: readonly LintLogrotate[];
  readonly directories: readonly LintDirectory[];
  readonly placed: readonly LintPlacedFile[];
  readonly ports: readonly LintPort[];
  readonly managed: LintManaged | null;
};

/** A unit of the host that lies beside another one; null when it is not among those known. */
export function neighbour(host: LintHost, of: LintUnit, name: string): LintUnit | null {
  return host.units.find((unit) => unit.name === name && unit.neighbourhood === of.neighbourhood) ?? null;
}
