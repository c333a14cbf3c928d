/** The lines that hosts keep of their transactions: parsed without trusting a byte. */
import { sanitizeLine } from "../sanitize.ts";

/** How a transaction ended by the host's own word. */
export type Outcome = "confirmed" | "rolled-back" | "rollback-failed" | "refused";

/** One transaction as a host recorded it. What lines of older versions do not have is null. */
export type HostRecord = {
  /** 32 hex digits. */
  readonly run: string;
  readonly transaction: string | null;
  readonly project: string;
  readonly environment: string | null;
  readonly command: string | null;
  readonly user: string;
  readonly controller: string;
  /** A commit, or `none`. */
  readonly commit: string;
  readonly tree: "clean" | "dirty" | "unknown";
  /** What was touched; cut off by `...` where the list was too long for a line. */
  readonly services: readonly string[];
  /** The first 16 hex digits of the sha256 of the transaction's lines. */
  readonly plan: string | null;
  /** Seconds since the epoch by the host's clock. */
  readonly at: number | null;
  readonly outcome: Outcome;
  /** What the host says beside the outcome, sanitised; often empty. */
  readonly detail: string;
};

const MAX_LINE = 8192;
const MAX_DETAIL = 512;
const WORD = /^([a-z][a-z-]{0,15})=([A-Za-z0-9._@:,+-]{1,1100})$/;
const ID = /^[0-9a-f]{32}$/;

/**
 * One line of the record: `key=value` words, then `result=` with free text to the end. Null for anything
 * else.
 */
export function parseHostRecord(line: string): HostRecord | null {
  const end = line.indexOf(" result=");
  if (end < 0 || line.length > MAX_LINE) return null;
  const words = wordsOf(line.slice(0, end));
  const result = parseResult(line.slice(end + " result=".length));
  const run = words?.get("run") ?? "";
  if (words === null || result === null || !ID.test(run)) return null;
  const text = (key: string, pattern: RegExp): string | null => {
    const value = words.get(key) ?? "";
    return pattern.test(value) ? value : null;
  };
  const tree = words.get("tree");
  const at = text("at", /^\d{1,11}$/);
  return {
    run,
    transaction: text("txn", ID),
    project: text("project", /^[a-z][a-z0-9-]{0,62}$/) ?? "unknown",
    environment: text("env", /^[A-Za-z0-9._-]{1,64}$/),
    command: text("command", /^[a-z][a-z-]{0,31}$/),
    user: text("user", /^[A-Za-z0-9._-]{1,64}$/) ?? "unknown",
    controller: text("controller", /^[A-Za-z0-9._-]{1,64}$/) ?? "unknown",
    commit: text("commit", /^[0-9a-f]{4,64}$/) ?? "none",
    tree: tree === "clean" || tree === "dirty" ? tree : "unknown",
    services: (words.get("services") ?? "")
      .split(",")
      .filter((service) => /^([a-z][a-z0-9-]{0,62}|\.{3})$/.test(service)),
    plan: text("plan", /^[0-9a-f]{16}$/),
    at: at === null ? null : Number(at),
    ...result,
  };
}

/**
 * One line for each transaction, the last that it got: an undo that was taken up again ends twice. Lines
 * without a transaction stay as they are.
 */
export function lastWords(records: readonly HostRecord[]): readonly HostRecord[] {
  const last = new Map(
    records.map((record, index) => [`${record.run} ${record.transaction ?? index}`, index]),
  );
  return records.filter(
    (record, index) => last.get(`${record.run} ${record.transaction ?? index}`) === index,
  );
}

function wordsOf(head: string): ReadonlyMap<string, string> | null {
  const words = new Map<string, string>();
  for (const word of head.split(" ")) {
    const [, key = "", value = ""] = WORD.exec(word) ?? [];
    if (key === "" || words.has(key)) return null;
    words.set(key, value);
  }
  return words;
}

function parseResult(text: string): { readonly outcome: Outcome; readonly detail: string } | null {
  const [, word = "", rest = ""] =
    /^(confirmed|rolled-back|rollback-failed|refused)\b:? ?(.*)$/s.exec(text) ?? [];
  const outcome = OUTCOMES.find((each) => each === word);
  return outcome === undefined ? null : { outcome, detail: sanitizeLine(rest).slice(0, MAX_DETAIL) };
}

const OUTCOMES: readonly Outcome[] = ["confirmed", "rolled-back", "rollback-failed", "refused"];
