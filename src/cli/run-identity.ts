/**
 * Who runs this and from which state of the project: for the journal and the record that a transaction leaves
 * on a host.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { promisify } from "node:util";
import { recordWord } from "../core/history/record-word.ts";
import type { RunIdentity } from "../deploy/context.ts";

const GIT_TIMEOUT_MILLISECONDS = 5000;
const runFile = promisify(execFile);

/** What is run, and over which environment; empty where unknown. */
export type RunPurpose = { readonly command: string; readonly environment: string };

/**
 * The identity of one run over the project in this folder. Without Git, or outside a Git tree, the commit is
 * `none`.
 */
export async function makeRunIdentity(
  projectFolder: string,
  { command, environment }: RunPurpose,
): Promise<RunIdentity> {
  const [commit, status] = await Promise.all([
    git(projectFolder, ["rev-parse", "--verify", "HEAD"]),
    git(projectFolder, ["status", "--porcelain", "--untracked-files=normal", "--", "."]),
  ]);
  return {
    id: makeId(),
    user: recordWord(currentUser()),
    controller: recordWord(hostname()),
    commit: commit === null ? "none" : recordWord(commit.trim()),
    dirty: status === null ? "unknown" : status === "" ? "clean" : "dirty",
    environment: recordWord(environment),
    command: recordWord(command),
  };
}

/** 32 hex digits that cannot be guessed. */
export function makeId(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Git without a shell, without the user's hooks or monitors, and without taking locks. Null when it fails.
 */
async function git(folder: string, command: readonly string[]): Promise<string | null> {
  const safe = [
    "-C",
    folder,
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
  ];
  try {
    const { stdout } = await runFile("git", [...safe, ...command], {
      timeout: GIT_TIMEOUT_MILLISECONDS,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  } catch {
    return null;
  }
}

/** An account without a name in the user database still has a number. */
function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
