/** Where a user's state is kept from run to run. */
import { statSync } from "node:fs";
import { join } from "node:path";

/** What to do where there is no such place, or nothing can be written there. */
export const GIVE_STATE = "Name a folder for it with --state DIR.";

/**
 * svcdeploy's folder under XDG_STATE_HOME or ~/.local/state; null for an account that keeps nothing: a HOME
 * that is not there belongs to one, and root could make it all the same.
 */
export function stateFolder({
  XDG_STATE_HOME: state,
  HOME: home,
}: Readonly<Record<string, string | undefined>>): string | null {
  if (state?.startsWith("/")) return join(state, "svcdeploy");
  return home?.startsWith("/") === true && isFolder(home) ? join(home, ".local/state/svcdeploy") : null;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
