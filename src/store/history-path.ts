/** Where a user's history is kept. */
import { join } from "node:path";
import { userFolder } from "./user-folder.ts";

/** Absolute path of history.db; null for an account that keeps nothing. */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const folder = userFolder("state", environment);
  return folder === null ? null : join(folder, "history.db");
}
