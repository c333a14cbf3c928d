/**
 * Node's own SQLite. It is loaded here alone, when a history is opened, and without the warning that it was
 * experimental once.
 */
import type { DatabaseSync } from "node:sqlite";

type Sqlite = typeof import("node:sqlite");

/** How long to wait for another process that is writing, in milliseconds. */
export const BUSY_MILLISECONDS = 2000;

/**
 * Opens a database file that is there; what a run that was killed left half written is taken back by it, and
 * one that cannot be written is only read. Throws what node:sqlite throws; sqliteCode tells.
 */
export function openSqlite(path: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  return new DatabaseSync(path, { timeout: BUSY_MILLISECONDS });
}

/** Primary result codes that make a difference here (sqlite.org/rescode.html). */
export const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** The primary result code of an error of SQLite's; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

/** Does the work while warnings of experimental parts are held back; every other warning passes. */
export function withoutExperimentalWarnings<Value>(work: () => Value): Value {
  const usual = process.emitWarning;
  process.emitWarning = (...words: readonly unknown[]): void => {
    if (words[1] !== "ExperimentalWarning") Reflect.apply(usual, process, words);
  };
  try {
    return work();
  } finally {
    process.emitWarning = usual;
  }
}

// Earlier releases of Node 24 warn when the module is loaded, and the program runs on them.
function loadSqlite(): Sqlite {
  return withoutExperimentalWarnings(() => process.getBuiltinModule("node:sqlite"));
}
