/**
 * What was fetched, under the user's cache folder and by its content: a name is a sha256, and is believed
 * only after the bytes were hashed.
 */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { userFolder } from "../store/user-folder.ts";
import { makeFolder } from "./make-folder.ts";

/** The variables that say where the cache is. */
export type CacheEnvironment = Readonly<Record<string, string | undefined>>;

/** A file on its way into the cache. keep: publishes it under a name; drop: forgets it unless it was kept. */
export type Incoming = {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** sha256 of what was written so far, 64 hex digits. */
  readonly sha256: () => string;
  readonly keep: (name: string) => Promise<string>;
  readonly drop: () => Promise<void>;
};

const DAY_MILLISECONDS = 86_400_000;
const UNUSED_DAYS = 90;
const NAME = /^[0-9a-f]{64}(?:\.[0-9a-f]{16})?$/;
const PART = /^\.part-[0-9a-f]{32}$/;

/** null: there is no place. */
export function cacheFolder(environment: CacheEnvironment): string | null {
  const folder = userFolder("cache", environment);
  return folder === null ? null : join(folder, "artifacts");
}

/** Whether the file is there with these bytes; one that is used now stays for the next 90 days. */
export async function isCached(folder: string, sha256: string): Promise<boolean> {
  const path = join(folder, sha256);
  const stats = await lstat(path).catch(() => null);
  if (stats?.isFile() !== true) return false;
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    if (hash.digest("hex") !== sha256) return false;
    await utimes(path, new Date(), new Date()).catch(() => {});
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/**
 * Opens a file of its own in the cache, so that runs side by side never share one. Rejects with UsageError or
 * an error of the file system.
 */
export async function openIncoming(folder: string): Promise<Incoming> {
  await makeFolder(folder, 0o700);
  const part = join(folder, `.part-${randomBytes(16).toString("hex")}`);
  const file = await open(part, "wx", 0o600);
  const hash = createHash("sha256");
  return {
    write: async (bytes) => {
      hash.update(bytes);
      await writeAll(file, bytes);
    },
    sha256: () => hash.copy().digest("hex"),
    keep: async (name) => {
      await file.sync();
      await file.close();
      await rename(part, join(folder, name));
      await removeUnused(folder);
      return join(folder, name);
    },
    drop: async () => {
      await file.close().catch(() => {});
      await rm(part, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** Only names of our own making: what was long unused, and what a killed run left behind. */
async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const days = NAME.test(name) ? UNUSED_DAYS : PART.test(name) ? 1 : null;
    if (days === null) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => null);
    if (stats?.isFile() === true && stats.mtimeMs < Date.now() - days * DAY_MILLISECONDS)
      await rm(path, { force: true }).catch(() => {});
  }
}
