/** Errors by whose fault they are. Anything that is not a SvcdeployError is our own bug. */
import { editDistance } from "./edit-distance.ts";
import type { Place } from "./model/declared.ts";

/** Every code that an error may carry; hints live in one table keyed by it. */
export type ErrorCode =
  | "config"
  | "usage"
  | "selection"
  | "unreachable"
  | "host-key"
  | "auth"
  | "login"
  | "sudo"
  | "timeout"
  | "connection-lost"
  | "host-step"
  | "host-answer"
  | "locked"
  | "conflict"
  | "unsupported-host"
  | "verify"
  | "history"
  | "interrupted";

const HINTS: Partial<Record<ErrorCode, string>> = {
  "host-key":
    "Compare the fingerprints with the host's console (ssh-keygen -lf " +
    "/etc/ssh/ssh_host_ed25519_key.pub); only then put the key into known_hosts.",
  auth: "Give the key with --identity, `identity:` in the inventory, or an agent.",
  login:
    "The account decides this, not the key. On the host, as root: passwd -S USER; chage -l USER; " +
    "journalctl -t sshd.",
  sudo:
    "The login user needs passwordless sudo, e.g. a file in /etc/sudoers.d: deploy ALL=(root) " +
    "NOPASSWD: /bin/sh",
  locked: "Another run works on this host; wait for it, or ask its owner, named above.",
  "host-answer":
    "`svcdeploy check` reports what the host lacks; on the host, `journalctl -e` shows what ended the " +
    "command.",
  conflict:
    "The host changed since it was planned. Nothing was overwritten; run plan again and decide which " +
    "version is right.",
};

/** Base of all errors that are not our bug. */
export class SvcdeployError extends Error {
  readonly code: ErrorCode;
  /** What to do next. */
  readonly hint: string | null;
  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint ?? HINTS[code] ?? null;
  }
}

/**
 * One mistake in a project file. excerpt: the source line and a caret line, ready to print; empty when
 * unknown. fault: where it may not be the file's: what it names could not be fetched.
 */
export type Problem = {
  readonly place: Place;
  readonly message: string;
  readonly hint: string | null;
  readonly excerpt: string;
  readonly fault?: "fetch";
  /**
   * What is missing may be in what could not be read: of a name in a template its first part, of a directive
   * the service's file.
   */
  readonly unresolved?: string;
  /**
   * A directive that systemd of this version does not know: other hosts may have another version, and it is
   * one mistake.
   */
  readonly unknown?: {
    readonly directive: string;
    readonly section: string;
    readonly systemd: readonly number[];
  };
};

/** Mistakes in the project's files, all of them at once. Exit 65. */
export class ConfigError extends SvcdeployError {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super("config", countFaults(problems));
    this.problems = problems;
  }
}

function countFaults(problems: readonly Problem[]): string {
  const unfetched = problems.filter(({ fault }) => fault === "fetch").length;
  const mistakes = problems.length - unfetched;
  const files = `${unfetched} ${unfetched === 1 ? "file" : "files"} could not be fetched`;
  const inFiles = `${mistakes} ${mistakes === 1 ? "mistake" : "mistakes"} in the project's files`;
  if (unfetched === 0) return inFiles;
  return mistakes === 0 ? files : `${inFiles}, and ${files}`;
}

/** The command line or the selection is wrong. Exit 64. */
export class UsageError extends SvcdeployError {
  constructor(message: string, hint?: string) {
    super("usage", message, hint === undefined ? {} : { hint });
  }
}

/**
 * A host's key that no known_hosts has. line: what known_hosts would say of it; file: the absolute path of
 * the first one that was asked, or empty.
 */
export type HostKeyOffer = {
  readonly type: string;
  readonly fingerprint: string;
  readonly line: string;
  readonly file: string;
};

/** The host could not be reached, or refused us. */
export class ConnectError extends SvcdeployError {
  readonly host: string;
  /** The key that was refused as unknown; null for every other error. */
  readonly offer: HostKeyOffer | null;
  /** What to type about it, in this order; a remark behind #. */
  readonly commands: readonly string[];
  constructor(
    code: "unreachable" | "host-key" | "auth" | "login" | "sudo" | "timeout" | "connection-lost",
    host: string,
    message: string,
    options: { hint?: string; cause?: unknown; offer?: HostKeyOffer; commands?: readonly string[] } = {},
  ) {
    super(code, message, options);
    this.host = host;
    this.offer = options.offer ?? null;
    this.commands = options.commands ?? [];
  }
}

/** Whether the host gave no answer, which is not the same as one that it refused. */
export function isOutOfReach({ code }: SvcdeployError): boolean {
  return code === "unreachable" || code === "timeout" || code === "connection-lost";
}

/** A step or command on a host failed, or its answer made no sense. */
export class HostError extends SvcdeployError {
  readonly host: string;
  constructor(
    code: "host-step" | "host-answer" | "locked" | "conflict" | "unsupported-host",
    host: string,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.host = host;
  }
}

/** The code of an error of the system, such as ENOENT; null for every other. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** The same for a message; of every other error its own text. */
export function systemReason(error: unknown): string {
  return systemCode(error) ?? String(error);
}

const EXCERPT_COLUMNS = 120;

/**
 * The excerpt of a Problem: the line of `text` at `place`, cut to 120 columns around the column, and a caret
 * line below it. Empty past the text's end.
 */
export function excerptAt(text: string, place: Place): string {
  const line = text.split(/\r\n|\r|\n/, place.line)[place.line - 1];
  if (line === undefined) return "";
  const start = Math.max(0, Math.min(place.column - 60, line.length - EXCERPT_COLUMNS));
  const shown = line.slice(start, start + EXCERPT_COLUMNS).replaceAll(/[^\P{C}\t]/gu, "\u{fffd}");
  const lead = shown.slice(0, Math.max(0, place.column - 1 - start)).replaceAll(/[^\t]/g, " ");
  return `${shown}\n${lead}^`;
}

/**
 * The candidate nearest to a mistyped name by edit distance, or null when none is near enough to be meant.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(Math.min(name.length, 64) / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/**
 * The hint of an unknown name: did you mean "x"? Null when nothing is near. lead: what comes before the
 * name, e.g. "values.".
 */
export function didYouMean(name: string, known: Iterable<string>, lead = ""): string | null {
  const nearest = nearestName(name, known);
  return nearest === null ? null : `did you mean "${lead}${nearest}"?`;
}

const MOST_NAMES = 20;

/** Names in a hint: the first twenty. */
export function nameList(names: readonly string[]): string {
  return `${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? " …" : ""}`;
}
