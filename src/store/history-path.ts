/** Where a user's history is kept. */
import { statSync } from "node:fs";
import { join } from "node:path";

/**
 * Absolute path of history.db; null for an account that keeps nothing: neither XDG_STATE_HOME nor a HOME that
 * is there.
 */
export function historyPath({
  XDG_STATE_HOME: state,
  HOME: home,
}: Readonly<Record<string, string | undefined>>): string | null {
  if (state?.startsWith("/")) return join(state, "svcdeploy/history.db");
  // A HOME that is not there belongs to an account that keeps nothing; root could make it all the same.
  return home?.startsWith("/") === true && isFolder(home)
    ? join(home, ".local/state/svcdeploy/history.db")
    : null;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
