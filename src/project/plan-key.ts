/**
 * The key that saved plans are made under: from the environment, else a file of the operator's own that is
 * made once.
 */
import { randomBytes } from "node:crypto";
import { link, lstat, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { MIN_KEY_LENGTH } from "../core/plan/plan-key.ts";
import { Secret } from "../core/secret.ts";
import { userFolder, whyNoFolder } from "../store/user-folder.ts";
import { makeFolder } from "./make-folder.ts";
import { readNamedFile } from "./read-file.ts";

/** The variable that holds the key where plan and apply run on different machines. */
export const PLAN_KEY_VARIABLE = "SVCDEPLOY_PLAN_KEY";

/**
 * Reads the key: SVCDEPLOY_PLAN_KEY, else the file plan-key in the user's state folder. missing "make" makes
 * the file. Throws UsageError: the key is too short, others can read the file, or there is none and none is
 * to be made or can be.
 */
export async function readPlanKey(
  environment: Readonly<Record<string, string | undefined>>,
  missing: "make" | "refuse",
): Promise<Secret> {
  const given = environment[PLAN_KEY_VARIABLE];
  if (given !== undefined && given !== "") return checkedKey(given, PLAN_KEY_VARIABLE);
  const path = keyPath(environment);
  const stats = await lstat(path).catch(() => null);
  if (stats === null && missing === "refuse")
    throw new UsageError(`There is no key to read saved plans with: ${path} does not exist`, GIVE_KEY);
  if (stats === null) await makeKeyFile(path);
  else if (!stats.isFile() || (stats.mode & 0o077) !== 0)
    throw new UsageError(`${path} can be read by others`, `Make it readable for you only: chmod 600 ${path}`);
  const read = await readNamedFile(path, 4096);
  if (!read.ok) throw new UsageError(`the key of saved plans: ${read.reason}`, GIVE_KEY);
  return checkedKey(new TextDecoder().decode(read.bytes), path);
}

const GIVE_KEY = `Give plan and apply the same ${PLAN_KEY_VARIABLE}, e.g. made by: openssl rand -hex 32`;

function checkedKey(text: string, from: string): Secret {
  const key = text.trim();
  if (key.length >= MIN_KEY_LENGTH) return new Secret(PLAN_KEY_VARIABLE, key);
  throw new UsageError(
    `${from} contains no key: it has ${key.length} characters and needs ${MIN_KEY_LENGTH}`,
    "Make one: openssl rand -hex 32",
  );
}

function keyPath(environment: Readonly<Record<string, string | undefined>>): string {
  const folder = userFolder("state", environment);
  if (folder !== null) return join(folder, "plan-key");
  throw new UsageError(`There is no folder for the key of saved plans: ${whyNoFolder("state")}`, GIVE_KEY);
}

/** Two runs at once: the first link wins, and both read that one. */
async function makeKeyFile(path: string): Promise<void> {
  const part = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    await makeFolder(dirname(path), 0o700);
    await writeFile(part, `${randomBytes(32).toString("hex")}\n`, { flag: "wx", mode: 0o600, flush: true });
    await link(part, path);
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`${path} could not be made: ${error.message}`, GIVE_KEY);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    if (code !== "EEXIST") throw new UsageError(`${path} could not be made (${code})`, GIVE_KEY);
  } finally {
    await rm(part, { force: true }).catch(() => {});
  }
}
