/** Whether root may write into a folder: who may write there decides what root finds (SEC-13). */
import type { PathState } from "./observation.ts";

/** The types of paths in words. */
export const PATH_TYPES: Record<PathState["type"], string> = {
  file: "a file",
  directory: "a directory",
  link: "a link",
  other: "neither file, directory nor link",
};

/** Why root must not write in it, in words behind "it is"; null: root alone writes there. */
export function whyUnsafe({
  type,
  mode,
  owner,
  group,
}: Pick<PathState, "type" | "mode" | "owner" | "group">): string | null {
  if (type !== "directory") return PATH_TYPES[type];
  if (owner !== "root") return `owned by ${owner}`;
  const bits = Number.parseInt(mode, 8);
  if (Number.isNaN(bits) || (bits & 0o002) !== 0) return "writable by everyone";
  return (bits & 0o020) !== 0 && group !== "root" ? `writable by the group ${group}` : null;
}
