/**
 * What on a host is svcdeploy's own: no service, file or unit of a project may have these names and paths.
 */
import { unitType } from "../unit-file/unit-name.ts";

/** One thing of ours. above: the folders above it are ours too, for who owns one owns what is in it. */
type Own = { readonly at: RegExp; readonly what: string; readonly above?: readonly string[] };

const UNITS = "/(?:etc|run|lib|usr/lib|usr/local/lib)/systemd/(?:system|system\\.control|user)";

/** The one table of paths. */
const PATHS: readonly Own[] = [
  {
    at: /^\/var\/lib\/svcdeploy(?:\/|$)/,
    what: "svcdeploy's own state: its lock, its records and its backups",
    above: ["/var/lib", "/var"],
  },
  { at: /\/\.svcdeploy-stage(?:\/|$)/, what: "where svcdeploy makes files ready" },
  { at: new RegExp(`^${UNITS}/(?:[^/]+/)?svcdeploy[-.@]`), what: "a unit or drop-in of svcdeploy's own" },
  {
    at: /^\/etc\/svcdeploy(?:\/(?:env|credentials)(?:\/|$)|$)/,
    what: "where svcdeploy keeps what services are handed",
  },
  { at: /^\/etc\/(?:sysctl|tmpfiles)\.d\/svcdeploy-/, what: "a file that the block of that name writes" },
];

/** Folders that systemd makes for a service, and gives to its user. */
const DIRECTORIES: ReadonlyMap<string, string> = new Map([
  ["StateDirectory", "/var/lib"],
  ["CacheDirectory", "/var/cache"],
  ["LogsDirectory", "/var/log"],
  ["RuntimeDirectory", "/run"],
  ["ConfigurationDirectory", "/etc"],
]);

/** A path that a project wants to write, own or rotate. */
export function refuseOurPath(path: string): string | null {
  const own = PATHS.find(({ at, above = [] }) => at.test(path) || above.includes(path));
  if (own === undefined) return null;
  return own.at.test(path)
    ? `this is ${own.what}`
    : `${path} is above /var/lib/svcdeploy, which is root's alone: name a folder below it`;
}

/** The name of a service or a slice. */
export function refuseOurName(name: string): string | null {
  return name.startsWith("svcdeploy")
    ? "names that start with svcdeploy belong to svcdeploy's own units: choose another"
    : null;
}

/** A unit's full name, as Alias= and drop-ins have it. */
export function refuseOurUnit(unit: string): string | null {
  return /^svcdeploy[-.@]/.test(unit) && unitType(unit) !== ""
    ? "the units of svcdeploy itself are not to be changed"
    : null;
}

/** What a directive would take over of ours: a folder for its user, another name for a unit of ours. */
export function refuseOurDirective(name: string, value: string): string | null {
  const words = value.split(/[ \t]+/);
  if (name === "Alias") return first(words, refuseOurUnit);
  const root = DIRECTORIES.get(name);
  if (root === undefined) return null;
  // Of a link the second part is another name in the same folder.
  return first(
    words.flatMap((word) => word.split(":").slice(0, 2)).filter((part) => part !== ""),
    (part) => refuseOurPath(`${root}/${part}`),
  );
}

function first(words: readonly string[], refuse: (word: string) => string | null): string | null {
  for (const word of words) {
    const reason = refuse(word);
    if (reason !== null) return `${JSON.stringify(word)}: ${reason}`;
  }
  return null;
}
