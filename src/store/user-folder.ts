/** Where a user's files are kept from run to run (XDG Base Directory Specification). */
import { statSync } from "node:fs";
import { join } from "node:path";

/** What is lost by a removal, and what is only fetched again. */
export type UserFolder = "state" | "cache";

/** What to do where there is no such place for state, or nothing can be written there. */
export const GIVE_STATE = "Name a folder for it with --state DIR.";

const PLACES = {
  state: { variable: "XDG_STATE_HOME", belowHome: ".local/state" },
  cache: { variable: "XDG_CACHE_HOME", belowHome: ".cache" },
} as const;

/**
 * svcdeploy's folder under XDG_STATE_HOME or ~/.local/state, XDG_CACHE_HOME or ~/.cache; null for an account
 * that keeps nothing: a HOME that is not there belongs to one, and root could make it all the same.
 */
export function userFolder(
  which: UserFolder,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const { variable, belowHome } = PLACES[which];
  const [given, home] = [environment[variable], environment.HOME];
  if (given?.startsWith("/")) return join(given, "svcdeploy");
  return home?.startsWith("/") === true && isFolder(home) ? join(home, belowHome, "svcdeploy") : null;
}

/** Why userFolder gave null, to be written behind a colon. */
export function whyNoFolder(which: UserFolder): string {
  return `${PLACES[which].variable} is not set and HOME is no folder`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
