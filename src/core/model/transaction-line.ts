/**
 * The lines of a transaction's plan as the host's scripts read them. journal.sh gives the columns the same
 * names; a test compares both.
 */

/**
 * What a line is for → its columns. key: the file below new/ and old/. old: what the host has now; new: what
 * it is to have; "-": nothing. mode "-" and new "-" of a file or a link: it is removed.
 */
export const TRANSACTION_LINES = {
  account: ["user", "group", "home", "groups"],
  directory: ["key", "path", "mode", "owner", "group", "old"],
  release: ["key", "path", "name", "sha256"],
  /** upload: the sha256 of what was sent, which the tree is extracted from. */
  tree: ["key", "path", "sha256", "upload"],
  file: ["key", "path", "mode", "owner", "group", "new", "old"],
  link: ["key", "path", "new", "old"],
  manifest: ["key", "path", "old"],
  /** A service's description. */
  target: ["key", "path"],
  /** The content of a file that needs no change, for later rollbacks. */
  blob: ["sha256", "path"],
  /** How many releases of a folder stay. */
  keep: ["folder", "count"],
  /** A unit of which nothing is left behind. */
  gone: ["unit"],
  /** A unit whose state is recorded, and restored by the undo. */
  unit: ["unit"],
  /** on: a unit, a file, or "-". */
  action: ["verb", "on", "seconds"],
  record: ["unit", "restart", "reload"],
  /** How long the host waits for the confirmation. */
  window: ["seconds"],
} as const;

/** What a line is for: its first word. */
export type LineWord = keyof typeof TRANSACTION_LINES;

/** One line: its word and its columns by name. */
export type TransactionLine = {
  [Word in LineWord]: { readonly line: Word } & {
    readonly [Column in (typeof TRANSACTION_LINES)[Word][number]]: string;
  };
}[LineWord];
