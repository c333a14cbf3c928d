/** Errors by whose fault they are. Anything that is not a SvcdeployError is our own bug. */
import type { Place } from "./model.ts";

/** Every code that an error may carry; hints live in one table keyed by it. */
export type ErrorCode =
  | "config"
  | "usage"
  | "selection"
  | "unreachable"
  | "host-key"
  | "auth"
  | "sudo"
  | "timeout"
  | "connection-lost"
  | "host-step"
  | "host-answer"
  | "locked"
  | "conflict"
  | "unsupported-host"
  | "verify"
  | "interrupted";

const HINTS: Partial<Record<ErrorCode, string>> = {
  "host-key":
    "Compare the fingerprints with the host's console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); only then put the key into known_hosts.",
  auth: "Give the key with --identity, `identity:` in the inventory, or an agent; test with: ssh -o BatchMode=yes USER@HOST true",
  sudo: "The login user needs passwordless sudo, e.g. a file in /etc/sudoers.d: deploy ALL=(root) NOPASSWD: /bin/sh",
  locked: "Another run works on this host; wait for it, or look at its owner above.",
  conflict: "Something changed the host since it was planned. Nothing was overwritten; run plan again and decide which version is right.",
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

/** One mistake in a project file. excerpt: the source line and a caret line, ready to print; empty when unknown. */
export type Problem = { readonly place: Place; readonly message: string; readonly hint: string | null; readonly excerpt: string };

/** Mistakes in the project's files, all of them at once. Exit 65. */
export class ConfigError extends SvcdeployError {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super("config", problems.length === 1 ? "1 mistake in the project's files" : `${problems.length} mistakes in the project's files`);
    this.problems = problems;
  }
}

/** The command line or the selection is wrong. Exit 64. */
export class UsageError extends SvcdeployError {
  constructor(message: string, hint?: string) {
    super("usage", message, hint === undefined ? {} : { hint });
  }
}

/** The host could not be reached, or refused us. */
export class ConnectError extends SvcdeployError {
  readonly host: string;
  constructor(
    code: "unreachable" | "host-key" | "auth" | "sudo" | "timeout" | "connection-lost",
    host: string,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.host = host;
  }
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
