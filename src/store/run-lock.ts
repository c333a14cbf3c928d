/** One run at a time: a lock that the kernel releases when its process ends, however it ends. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../core/errors.ts";

/** The lock, or who has it: a few words, or null when that cannot be read. */
export type RunLock =
  | { readonly held: true; readonly release: () => void }
  | { readonly held: false; readonly by: string | null };

const SQLITE_BUSY = 5;

/**
 * Takes the lock of a folder without waiting. about: what the next one reads, one line. Throws UsageError
 * when nothing can be written there.
 *
 * Node has no flock. SQLite, which is a part of Node, locks its file by fcntl: there is no stale lock to
 * judge by a process number that may be another's by now, and no one else can squat on it in a folder of our
 * own. Nothing is ever written into the database.
 */
export async function takeRunLock(folder: string, about: string): Promise<RunLock> {
  const database = open(join(folder, "lock"));
  const note = join(folder, "running");
  if (database === "busy")
    return { held: false, by: await readFile(note, "utf8").then(firstLine, () => null) };
  // The note may be an earlier run's, dead by now; the holder of the lock writes its own at once.
  await writeFile(note, `${about}\n`, { mode: 0o600 }).catch((error: unknown) => refuse(note, error));
  return { held: true, release: () => database.close() };
}

function open(path: string): DatabaseSync | "busy" {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // Without a journal in a file there is nothing that a process killed in the middle could leave behind.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return "busy";
    return refuse(path, error);
  }
}

function firstLine(text: string): string | null {
  return /^[^\p{Cc}]{1,200}$/mu.exec(text)?.[0] ?? null;
}

function refuse(path: string, error: unknown): never {
  throw new UsageError(
    `${path} cannot be used (${error instanceof Error ? error.message : String(error)})`,
    "Name another folder with --state DIR.",
  );
}
