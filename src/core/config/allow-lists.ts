/**
 * What names, paths and addresses may look like (SEC-03). Each rule gives null for a good value and else the
 * reason why not.
 */

import { refuseOurUnit } from "./ours.ts";

/** null: allowed. Text: why not. */
export type Refusal = string | null;

const IN_PATHS = "letters, digits and . _ @ : + = , - / \\";

/** Names of services, slices, projects and plays' kin: they become unit and file names. */
export function refuseName(name: string): Refusal {
  return /^[a-z][a-z0-9-]{0,62}$/.test(name)
    ? null
    : "a name starts with a lower-case letter and continues with lower-case letters, digits and -, 63 in all";
}

/** An instance of a service; in unit and file names it is escaped (systemd-escape(1)). */
export function refuseInstance(name: string): Refusal {
  if (name === "") return "an instance needs a name";
  return /[\p{Cc}\u2028\u2029]/u.test(name) || !name.isWellFormed()
    ? "a name cannot hold control characters"
    : null;
}

/** The unit that a drop-in is for: one unit that is not svcdeploy's own, by its full name. */
export function refuseForeignUnit(unit: string): Refusal {
  const [, stem, type = ""] = /^([A-Za-z0-9:_.@\\-]+)\.([a-z]+)$/.exec(unit) ?? [];
  if (stem === undefined || unit.length > 200)
    return "the full name of a unit is expected here, e.g. nginx.service";
  if (!DROP_IN_TYPES.includes(type))
    return `a drop-in is for a unit of one of the types ${DROP_IN_TYPES.join(", ")}`;
  if (stem.endsWith("-"))
    return `${unit} would change every unit whose name starts with ${stem}: name the unit`;
  if (stem.endsWith("@")) return `${unit} would change all its instances: name one, such as ${stem}1.${type}`;
  return refuseOurUnit(unit);
}
const DROP_IN_TYPES = ["service", "socket", "timer", "path", "slice", "mount", "automount", "swap", "target"];

/** A user or group of a host (useradd(8)). */
export function refuseAccount(name: string): Refusal {
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(name)
    ? null
    : "a user or group name has lower-case letters, digits, _ and -, at most 32, and starts with a letter " +
        "or _";
}

/** The user that logs in over SSH. */
export function refuseLogin(name: string): Refusal {
  return /^[a-z_][a-z0-9_.-]{0,31}$/.test(name)
    ? null
    : "a login name has lower-case letters, digits, _ . and -, at most 32, and starts with a letter or _";
}

/** A host's name or address as it is given to the network: a name, IPv4, or IPv6 with a zone. */
export function refuseAddress(address: string): Refusal {
  if (!/^(?!-)[A-Za-z0-9._:%[\]-]{1,255}$/.test(address))
    return "an address has letters, digits and . _ : % [ ] -, and does not start with -";
  return address.includes("%") && !address.includes(":")
    ? "a zone (%) belongs to an IPv6 address only"
    : null;
}

/** An inventory name of a host or group. */
export function refuseInventoryName(name: string): Refusal {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/.test(name)
    ? null
    : "a name in the inventory has letters, digits, . _ and -, and starts with a letter, digit or _";
}

/** A path on a host: absolute and in its shortest form. */
export function refuseHostPath(path: string): Refusal {
  if (!path.startsWith("/")) return "a path on a host is absolute: it starts with /";
  if (path === "/") return "the root directory itself cannot be named here";
  const shape = refusePathShape(path.slice(1));
  return shape ?? (/^[A-Za-z0-9._@:+=,/\\-]+$/.test(path) ? null : `a path has only ${IN_PATHS}`);
}

/** A host path whose last parts may hold * ? and [ ]. */
export function refuseHostGlob(path: string): Refusal {
  return refuseHostPath(path.replaceAll(/[*?[\]]/g, "x"));
}

/** A path of a project file: relative, without leaving the project. */
export function refuseProjectPath(path: string): Refusal {
  if (path === "") return "a path is needed";
  if (path.startsWith("/") || path.startsWith("~"))
    return "a path of the project is relative to the project folder";
  if (/[\p{Cc}\\]/u.test(path)) return "a path cannot hold control characters or \\";
  return refusePathShape(path);
}

/** An environment variable's name (environ(7)). */
export function refuseVariable(name: string): Refusal {
  return /^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(name)
    ? null
    : "a variable's name has letters, digits and _, and does not start with a digit";
}

/** An http(s) address of a health check. */
export function refuseHttpUrl(text: string): Refusal {
  if (!/^[!-~]+$/.test(text) || !URL.canParse(text)) return "this is not a URL; write http://HOST:PORT/PATH";
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return "only http:// and https:// can be checked";
  if (url.username !== "" || url.password !== "")
    return "a URL of a health check carries no user or password";
  if (url.hash !== "") return "a URL of a health check has no #fragment";
  return refuseAddress(url.hostname);
}

/**
 * The https address of an artifact or its signature; it ends in the file's name and is shown in plans, so it
 * holds nothing secret.
 */
export function refuseFileUrl(text: string): Refusal {
  if (!text.startsWith("https://")) return "files are fetched by https:// alone";
  if (!/^[!-~]{1,2000}$/.test(text) || !URL.canParse(text))
    return "this is not a URL; write https://HOST/PATH/FILE";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "a URL carries no user or password: plans show it";
  if (text.includes("?") || text.includes("#"))
    return "the URL ends in the file's name: no ?query and no #fragment";
  if (url.pathname.endsWith("/")) return "the URL ends in the file's name, not in a folder";
  return refuseAddress(url.hostname);
}

/** Relative or absolute without its first slash: parts that are neither empty, nor dots, nor too long. */
function refusePathShape(path: string): Refusal {
  const parts = path.split("/");
  if (parts.includes("")) return "a path has no // and does not end in /";
  if (parts.includes(".") || parts.includes("..")) return "a path has no . or .. in it";
  if (parts.some((part) => Buffer.byteLength(part) > 255) || Buffer.byteLength(path) > 4000)
    return "a path's parts have at most 255 bytes";
  return null;
}
