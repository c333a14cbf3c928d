/**
 * Opens the history: makes it, brings its schema forward, moves a damaged one aside, and says in the user's
 * words why it cannot be used.
 */
import { chmodSync, closeSync, existsSync, lstatSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SvcdeployError } from "../core/errors.ts";
import { makePrivateFolder } from "./make-private-folder.ts";
import { MIGRATIONS } from "./migrations.ts";
import { BUSY_MILLISECONDS, openSqlite, SQLITE, sqliteCode } from "./sqlite.ts";

/** What a piece of work on the history gave, and where a damaged one was moved to before. */
export type WrittenHistory<Value> = { readonly value: Value; readonly movedTo: string | null };

/**
 * Does the work on the history for writing, made if it is missing: the folder 0700, the file 0600. A damaged
 * one is moved aside, never deleted, and the work is done in a new one. now: milliseconds since the epoch.
 * Throws SvcdeployError("history").
 */
export function writeHistory<Value>(
  path: string,
  now: number,
  work: (database: DatabaseSync) => Value,
): WrittenHistory<Value> {
  try {
    const inode = makeFile(path);
    try {
      return { value: inHistory(path, work), movedTo: null };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const movedTo = moveAside(path, inode, now);
      makeFile(path);
      return { value: inHistory(path, work), movedTo };
    }
  } catch (error) {
    throw explain(error, path);
  }
}

/**
 * Does the work on the history for reading; null when there is none yet, or one that was only begun. Throws
 * SvcdeployError("history").
 */
export function readHistory<Value>(path: string, work: (database: DatabaseSync) => Value): Value | null {
  try {
    if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return null;
    return inHistory(path, work);
  } catch (error) {
    throw explain(error, path);
  }
}

/**
 * Brings the schema forward, all steps or none. Throws SvcdeployError("history") for a schema that is newer
 * than the last step.
 */
export function migrate(
  database: DatabaseSync,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (versionOf(database) === migrations.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been quicker.
    const version = versionOf(database);
    refuseNewer(version, migrations.length, path);
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function inHistory<Value>(path: string, work: (database: DatabaseSync) => Value): Value {
  const database = openSqlite(path);
  try {
    migrate(database, path);
    return work(database);
  } finally {
    database.close();
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

function refuseNewer(version: number, known: number, path: string): void {
  if (version <= known) return;
  throw new SvcdeployError(
    "history",
    `${path} was made by a newer svcdeploy (schema ${version}, this one knows ${known})`,
    {
      hint: "update svcdeploy here; the file was not changed",
    },
  );
}

/** Makes folder and file where they are missing, the user's alone; gives the file's inode. */
function makeFile(path: string): number {
  makePrivateFolder(dirname(path));
  closeSync(openSync(path, "a", 0o600));
  const stats = lstatSync(path);
  if (!stats.isFile())
    throw new SvcdeployError("history", `${path} is not a regular file`, { hint: "move it away" });
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o600);
  return stats.ino;
}

function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase;
}

/**
 * Its journal is moved with it: SQLite would roll it back into the new file. Null when another process moved
 * it before.
 */
function moveAside(path: string, inode: number, now: number): string | null {
  if (lstatSync(path, { throwIfNoEntry: false })?.ino !== inode) return null;
  const target = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  if (existsSync(`${path}-journal`)) renameSync(`${path}-journal`, `${target}-journal`);
  renameSync(path, target);
  return target;
}

const IN_THE_WAY = "make it writable for you, or set XDG_STATE_HOME to a folder that is";

function explain(error: unknown, path: string): unknown {
  if (error instanceof SvcdeployError) return error;
  const because = (message: string, hint: string): SvcdeployError =>
    new SvcdeployError("history", message, { hint, cause: error });
  switch (sqliteCode(error)) {
    case null:
      break;
    case SQLITE.busy:
    case SQLITE.locked:
      return because(
        `another process has locked ${path} for ${BUSY_MILLISECONDS / 1000} s`,
        `see which one: fuser -v ${path}`,
      );
    case SQLITE.full:
      return because(`the disk that holds ${path} is full`, "free some space there");
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return because(`${path} is damaged`, "the next apply moves it aside and starts a new one");
    case SQLITE.readOnly:
    case SQLITE.cannotOpen:
      return because(`${path} cannot be written`, IN_THE_WAY);
    default:
      return because(
        `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        "check its disk",
      );
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!/^E[A-Z]+$/.test(code)) return error;
  if (code === "ENOSPC" || code === "EDQUOT")
    return because(`the disk that holds ${path} is full`, "free some space there");
  return because(`${path} cannot be written (${code})`, IN_THE_WAY);
}
