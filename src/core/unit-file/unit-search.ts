/**
 * Where systemd finds a unit and its drop-ins: the load path, aliases, templates, masks (systemd.unit(5),
 * "Unit File Load Path").
 */
import { baseName, folderOf } from "./path-name.ts";

/** A file of a host by its absolute path: its content, or where a symbolic link points. */
export type HostFile = { readonly path: string } & (
  | { readonly content: string | Uint8Array }
  | { readonly link: string }
);
/**
 * What belongs to a unit. file: null when there is none. names: its own, and those of the units that its
 * links lead through.
 */
export type FoundUnit = {
  readonly names: readonly string[];
  readonly file: HostFile | null;
  readonly masked: boolean;
  /** In the order in which they are read: by file name, of one name the first in the load path. */
  readonly dropIns: readonly HostFile[];
};

/** Where the units of the distribution are, with and without a merged /usr. */
export const VENDOR_UNITS = /^(\/usr)?(\/local)?\/lib\/systemd\//;

/** Where an administrator's units are: it wins over the distribution's. */
export const UNIT_FOLDER = "/etc/systemd/system";

/**
 * The system manager's load path, what wins first (systemd.unit(5)). On a host with merged /usr,
 * /lib/systemd/system is the last but one.
 */
export const UNIT_PATH: readonly string[] = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  UNIT_FOLDER,
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/run/systemd/generator.late",
];

/**
 * The file and the drop-ins of a unit such as "web.service" or "web@1.service" among a host's files; those of
 * other units are passed over.
 */
export function findUnit(
  name: string,
  files: readonly HostFile[],
  path: readonly string[] = UNIT_PATH,
): FoundUnit {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const { names, file } = followLinks(name, byPath, path);
  const masked = file !== null && isMask(file);
  if (file === null || masked) return { names, file, masked, dropIns: [] };
  return {
    names,
    file,
    masked,
    dropIns: findDropIns(names, files, path).map((dropIn) => resolve(dropIn, byPath)),
  };
}

/** How many links systemd would follow at most does not matter: a ring of them ends here. */
const MAX_LINKS = 16;

function followLinks(
  name: string,
  files: ReadonlyMap<string, HostFile>,
  path: readonly string[],
): Pick<FoundUnit, "names" | "file"> {
  const names = [name];
  for (let turn = 0; turn < MAX_LINKS; turn++) {
    const found = firstFile(names.at(-1) ?? name, files, path);
    if (found === null || !("link" in found)) return { names, file: found };
    const target = absolute(found.link, found.path);
    // A link into the load path is an alias; one to elsewhere is a linked unit file of the link's own name.
    const isAlias = path.includes(folderOf(target)) && baseName(target) !== baseName(found.path);
    if (!isAlias) return { names, file: resolve(found, files) };
    names.push(aliasOf(baseName(target), names.at(-1) ?? name));
  }
  return { names, file: null };
}

/** An instance that a link leads to a template is that template's instance. */
function aliasOf(target: string, from: string): string {
  const instance = /@(.+)\.[a-z]+$/.exec(from)?.[1];
  return instance === undefined
    ? target
    : target.replace(/@(\.[a-z]+)$/, (_all, type: string) => `@${instance}${type}`);
}

/** By its own name anywhere in the path, else an instance's template. */
function firstFile(
  name: string,
  files: ReadonlyMap<string, HostFile>,
  path: readonly string[],
): HostFile | null {
  const candidates = [name, ...templateOf(name)].flatMap((each) => path.map((folder) => `${folder}/${each}`));
  return candidates.map((each) => files.get(each)).find((file) => file !== undefined) ?? null;
}

/** Null targets are masks; other links lead to the content, under the link's own path. */
function resolve(file: HostFile, files: ReadonlyMap<string, HostFile>): HostFile {
  let at: HostFile | undefined = file;
  for (let turn = 0; turn < MAX_LINKS && at !== undefined && "link" in at; turn++) {
    const target = absolute(at.link, at.path);
    if (target === "/dev/null") return { path: file.path, link: target };
    at = files.get(target);
  }
  return at !== undefined && "content" in at ? { path: file.path, content: at.content } : file;
}

function isMask(file: HostFile): boolean {
  return "link" in file ? absolute(file.link, file.path) === "/dev/null" : file.content.length === 0;
}

function findDropIns(
  names: readonly string[],
  files: readonly HostFile[],
  path: readonly string[],
): readonly HostFile[] {
  const folders = [
    ...new Set([
      ...names.flatMap((name) =>
        path.flatMap((folder) => dropInFolders(name).map((each) => `${folder}/${each}`)),
      ),
      ...typeFolders(names, path),
    ]),
  ];
  const rank = new Map(folders.map((folder, index) => [folder, index]));
  const winners = new Map<string, { readonly rank: number; readonly file: HostFile }>();
  for (const file of files) {
    const [at, name] = [rank.get(folderOf(file.path)), baseName(file.path)];
    if (at === undefined || !name.endsWith(".conf") || name.startsWith(".")) continue;
    if (at < (winners.get(name)?.rank ?? Number.POSITIVE_INFINITY)) winners.set(name, { rank: at, file });
  }
  return [...winners]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([, { file }]) => file);
}

/**
 * web-api@1.service: its own folder, its template's, then those of its prefixes (web-@1.service.d, …), each
 * with its template.
 */
function dropInFolders(name: string): readonly string[] {
  const shorter = prefixOf(name);
  return [
    `${name}.d`,
    ...templateOf(name).flatMap(dropInFolders),
    ...(shorter === null ? [] : dropInFolders(shorter)),
  ];
}

function typeFolders(names: readonly string[], path: readonly string[]): readonly string[] {
  const type = /\.([a-z]+)$/.exec(names[0] ?? "")?.[1];
  return type === undefined ? [] : path.map((folder) => `${folder}/${type}.d`);
}

function templateOf(name: string): readonly string[] {
  const match = /^([^@]+)@.+(\.[a-z]+)$/s.exec(name);
  return match === null ? [] : [`${match[1]}@${match[2]}`];
}

/**
 * a-b.service → a-.service, a-b@1.service → a-@1.service; a template's prefixes have no "@". Null when there
 * is no dash left.
 */
function prefixOf(name: string): string | null {
  const [, stem = "", instance = "", type = ""] = /^([^@]*?)(@.*)?(\.[a-z]+)$/s.exec(name) ?? [];
  const dash = stem.replace(/-$/, "").lastIndexOf("-");
  return dash < 0 ? null : `${stem.slice(0, dash + 1)}${instance === "@" ? "" : instance}${type}`;
}

function absolute(link: string, from: string): string {
  const parts: string[] = [];
  for (const part of (link.startsWith("/") ? link : `${folderOf(from)}/${link}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
