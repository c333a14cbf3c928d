/** What was sent to each receiver last, in the controller's own state folder. */

import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemReason, UsageError } from "../core/errors.ts";
import { makePrivateFolder } from "./make-private-folder.ts";
import { GIVE_STATE, userFolder, whyNoFolder } from "./user-folder.ts";

/** What was sent: the state's name and digest, and since when it is (ISO 8601). */
export type ToldBefore = {
  readonly name: "clean" | "drift" | "unseen";
  readonly digest: string;
  readonly since: string;
};

const SCHEMA = "svcdeploy.told/1";

/** The folder below which runs keep their state. Throws UsageError where there is no place for one. */
export function stateBase(environment: Readonly<Record<string, string | undefined>>): string {
  const folder = userFolder("state", environment);
  if (folder !== null) return folder;
  throw new UsageError(`There is no folder for the state of this run: ${whyNoFolder("state")}`, GIVE_STATE);
}

/** Makes the folder of one thing that is checked, for its owner alone. Throws UsageError. */
export async function makeStateFolder(base: string, name: string): Promise<string> {
  const folder = join(base, "drift", name);
  try {
    makePrivateFolder(folder);
    return folder;
  } catch (error) {
    throw new UsageError(
      `${folder} cannot be made (${systemReason(error)})`,
      `Create ${base}, owned by the user who runs this, or name another folder with --state DIR.`,
    );
  }
}

/**
 * What was sent, by receiver. A file that is missing or makes no sense is nothing sent: better twice than
 * never.
 */
export async function readTold(folder: string): Promise<ReadonlyMap<string, ToldBefore>> {
  const text = await readFile(join(folder, "told.json"), "utf8").catch(() => "");
  return new Map(
    Object.entries(receiversOf(text)).filter((entry): entry is [string, ToldBefore] => isTold(entry[1])),
  );
}

/** Replaces it by a rename. Throws UsageError. */
export async function writeTold(folder: string, told: ReadonlyMap<string, ToldBefore>): Promise<void> {
  const path = join(folder, "told.json");
  const part = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(part, `${JSON.stringify({ schema: SCHEMA, receivers: Object.fromEntries(told) })}\n`, {
      flag: "wx",
      mode: 0o600,
      flush: true,
    });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw new UsageError(`${path} could not be written (${systemReason(error)})`, GIVE_STATE);
  }
}

function receiversOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    const known =
      typeof value === "object" &&
      value !== null &&
      "schema" in value &&
      value.schema === SCHEMA &&
      "receivers" in value;
    return known && typeof value.receivers === "object" && value.receivers !== null ? value.receivers : {};
  } catch {
    return {};
  }
}

function isTold(value: unknown): value is ToldBefore {
  if (
    typeof value !== "object" ||
    value === null ||
    !("name" in value && "digest" in value && "since" in value)
  )
    return false;
  const { name, digest, since } = value;
  return (
    (name === "clean" || name === "drift" || name === "unseen") &&
    typeof digest === "string" &&
    typeof since === "string"
  );
}
