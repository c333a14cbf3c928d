/**
 * Reading files of a project folder: only regular files, only inside the folder, links followed and checked,
 * sizes capped (SEC-20).
 */

import { createReadStream, type Stats } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { systemCode } from "../core/errors.ts";

/** Why a file cannot be read, in words for a message; `missing` tells the plainest reason apart. */
export type Unreadable = {
  readonly ok: false;
  readonly missing: boolean;
  readonly folder?: true;
  readonly reason: string;
};
/** A regular file inside the project: its real path and size in bytes. */
export type FoundFile = { readonly ok: true; readonly path: string; readonly size: number };

/** A folder inside the project: its real path. */
export type FoundFolder = { readonly ok: true; readonly path: string };

/**
 * Finds a project file by its path relative to the root, or by an absolute one. Never throws for what is on
 * the disk.
 */
export async function findFile(root: string, path: string): Promise<FoundFile | Unreadable> {
  return find(root, path, (real, stats) => describeFile(path, real, stats));
}

/** The same of a folder. */
export async function findFolder(root: string, path: string): Promise<FoundFolder | Unreadable> {
  return find(root, path, (real, stats) =>
    stats.isDirectory() ? { ok: true, path: real } : unreadable(`${path} is not a directory`),
  );
}

async function find<Found>(
  root: string,
  path: string,
  describe: (real: string, stats: Stats) => Found | Unreadable,
): Promise<Found | Unreadable> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, path))]);
    if (!real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
      return unreadable(`${path} points outside the project folder, to ${real}`);
    return describe(real, await stat(real));
  } catch (error) {
    return explain(path, error);
  }
}

/** The bytes of a project file of at most `maxBytes`. */
export async function readProjectFile(
  root: string,
  path: string,
  maxBytes: number,
): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | Unreadable> {
  const found = await findFile(root, path);
  return found.ok ? readBytes(path, found, maxBytes) : found;
}

/** The bytes of a file that the operator named on the command line, wherever it is. */
export async function readNamedFile(
  path: string,
  maxBytes: number,
): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | Unreadable> {
  try {
    const found = describeFile(path, path, await stat(path));
    return found.ok ? await readBytes(path, found, maxBytes) : found;
  } catch (error) {
    return explain(path, error);
  }
}

/** Names in a folder of the project, sorted; an absent folder is empty. */
export async function listFolder(root: string, folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(root, folder))).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** All files below a folder, relative to the root, sorted; links to folders are not followed. */
export async function listTree(root: string, folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const base = join(root, sep);
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(base.length))
      .sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** A file's bytes as they come, for hashing. */
export function streamFile(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1024 * 1024 });
}

async function readBytes(
  path: string,
  found: FoundFile,
  maxBytes: number,
): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | Unreadable> {
  if (found.size > maxBytes) return unreadable(`${path} is larger than ${maxBytes / 1024 / 1024} MiB`);
  try {
    return { ok: true, bytes: await readFile(found.path) };
  } catch (error) {
    return explain(path, error);
  }
}

function describeFile(path: string, real: string, stats: Stats): FoundFile | Unreadable {
  if (stats.isDirectory()) return { ...unreadable(`${path} is a directory`), folder: true };
  return stats.isFile()
    ? { ok: true, path: real, size: stats.size }
    : unreadable(`${path} is not a regular file`);
}

function explain(path: string, error: unknown): Unreadable {
  const code = systemCode(error);
  if (code === null) throw error;
  if (code === "ENOENT" || code === "ENOTDIR")
    return { ok: false, missing: true, reason: `${path} does not exist` };
  return unreadable(`${path} cannot be read (${code})`);
}

function unreadable(reason: string): Unreadable {
  return { ok: false, missing: false, reason };
}
