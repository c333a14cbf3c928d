/** The file in which healing remembers, in the controller's own state folder. */

import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatState, type HealState, NO_STATE, parseState } from "../core/drift/heal-state.ts";
import { systemCode, UsageError } from "../core/errors.ts";
import type { Project } from "../core/model/declared.ts";
import { makePrivateFolder } from "./make-private-folder.ts";
import { GIVE_STATE, userFolder, whyNoFolder } from "./user-folder.ts";

/**
 * Where the state of a project's environment is: below the given folder, else below the user's state, in a
 * folder of the project's own. Throws UsageError where there is no place.
 */
export function healFile(
  { name, environment, root }: Pick<Project, "name" | "environment" | "root">,
  given: string | null,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const fingerprint = createHash("sha256").update(root).digest("hex").slice(0, 8);
  const base = given ?? userFolder("state", variables);
  if (base !== null) return join(base, "drift", `${name}.${environment}.${fingerprint}`, "heal.json");
  throw new UsageError(`Healing needs a folder for its record: ${whyNoFolder("state")}`, GIVE_STATE);
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
    const code = systemCode(error);
    if (code === null) throw error;
    if (code === "ENOENT") return { state: NO_STATE, asideAs: null };
    throw new UsageError(`${path} cannot be read (${code})`, GIVE_STATE);
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
    const code = systemCode(error);
    if (code === null) throw error;
    throw new UsageError(`${path} could not be written (${code}): nothing was healed`, GIVE_STATE);
  }
}
