/** The file in which healing remembers, in the controller's own state folder. */
import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatState, type HealState, NO_STATE, parseState } from "../core/drift/heal-state.ts";
import { UsageError } from "../core/errors.ts";
import type { Project } from "../core/model/declared.ts";
import { makePrivateFolder } from "./make-private-folder.ts";

const GIVE_STATE = "Name a folder for it with --state DIR.";

/**
 * Where the state of a project's environment stands: below the given folder, else below svcdeploy under
 * XDG_STATE_HOME or ~/.local/state, in a folder of the project's own. Throws UsageError where there is no
 * place.
 */
export async function healFile(
  { name, environment, root }: Pick<Project, "name" | "environment" | "root">,
  given: string | null,
  { XDG_STATE_HOME: state, HOME: home }: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const fingerprint = createHash("sha256").update(root).digest("hex").slice(0, 8);
  const own = join("drift", `${name}.${environment}.${fingerprint}`, "heal.json");
  if (given !== null) return join(given, own);
  if (state?.startsWith("/")) return join(state, "svcdeploy", own);
  const hasHome =
    home?.startsWith("/") === true && (await stat(home).catch(() => null))?.isDirectory() === true;
  if (hasHome) return join(home, ".local/state/svcdeploy", own);
  throw new UsageError(
    "Healing needs a place for what it remembers: there is neither XDG_STATE_HOME nor a HOME that is there",
    GIVE_STATE,
  );
}

/**
 * What the file holds; nothing where there is none. One that makes no sense is moved aside: asideAs says
 * where to. Throws UsageError.
 */
export async function readHealFile(
  path: string,
): Promise<{ readonly state: HealState; readonly asideAs: string | null }> {
  try {
    const state = parseState(await readFile(path, "utf8"));
    if (state !== null) return { state, asideAs: null };
    const asideAs = `${path}.damaged-${randomBytes(4).toString("hex")}`;
    await rename(path, asideAs);
    return { state: NO_STATE, asideAs };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { state: NO_STATE, asideAs: null };
    throw new UsageError(`${path} cannot be read (${codeOf(error)})`, GIVE_STATE);
  }
}

/** Replaces the file by a rename; folders are made for the user alone. Throws UsageError. */
export async function writeHealFile(path: string, state: HealState): Promise<void> {
  const part = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    makePrivateFolder(dirname(path));
    await writeFile(part, formatState(state), { flag: "wx", mode: 0o600, flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw new UsageError(`${path} could not be written (${codeOf(error)}): nothing was healed`, GIVE_STATE);
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error && "code" in error)) throw error;
  return String(error.code);
}
