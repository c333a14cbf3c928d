/**
 * The files of a new project: small, complete, commented, and working as they are on any host with systemd
 * and a shell. Their text is in templates/init/.
 */
import { refuseName } from "../config/allow-lists.ts";
import type { TreeMap } from "../model/declared.ts";
import { renderLayout } from "../render/template.ts";
import type { Login } from "./login.ts";

/** How a file of the project is read: as a text, or run as a program. */
type InitFileKind = "text" | "program";

/**
 * One file of the project: its path below the folder, what it is for in a few words, its text, and whether it
 * is a program.
 */
export type ProjectFile = {
  readonly path: string;
  readonly purpose: string;
  readonly text: string;
  readonly kind: InitFileKind;
};

/** The layouts in reading order. */
const FILES: readonly (readonly [path: string, purpose: string, kind: InitFileKind])[] = [
  ["svcdeploy.yaml", "the project's name", "text"],
  ["inventory/prod.yaml", "the hosts of the environment prod", "text"],
  ["values/base.yaml", "values for every environment", "text"],
  ["services/heartbeat.yaml", "one service", "text"],
  ["templates/heartbeat/heartbeat.conf.hbs", "its configuration file", "text"],
  ["artifacts/heartbeat", "its program", "program"],
  ["playbooks/site.yaml", "which services go to which hosts", "text"],
  [".gitignore", "what stays out of Git", "text"],
];

/** Of a project whose first host is not known yet. */
const EXAMPLE: Login = { name: "web1", address: "192.0.2.10", user: "deploy", port: null };

/**
 * A new project's files in reading order. layouts: the text of templates/init/ by the path that it is written
 * to; name: any text that the project may be called by, e.g. its folder's; login null: an example host.
 * Throws ConfigError for a layout that names what is not given here.
 */
export function makeProjectFiles(
  layouts: ReadonlyMap<string, string>,
  name: string,
  login: Login | null,
): readonly ProjectFile[] {
  const values = valuesOf(name, login);
  return FILES.map(([path, purpose, kind]) => {
    const layout = layouts.get(path);
    if (layout === undefined) throw new Error(`there is no layout for ${path}`);
    return { path, purpose, text: renderLayout(layout, values, path), kind };
  });
}

/** What the layouts may name. Of the host, everything but its name is written as YAML already. */
function valuesOf(name: string, login: Login | null): TreeMap {
  const host = login ?? EXAMPLE;
  return {
    project: projectName(name),
    example: login === null,
    host: {
      name: host.name,
      key: scalar(host.name),
      address: scalar(host.address),
      user: host.user === null ? null : scalar(host.user),
      port: host.port,
    },
  };
}

/** The nearest allowed name to a folder's name. */
function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return refuseName(name) === null ? name : "my-project";
}

/** A text as YAML: in quotes unless nothing could take it for anything else. */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*$/.test(text) &&
    !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
