/** What a host has to do once files are written, beside what its units owe. */
import { fileRoles } from "../model/file-role.ts";
import type { Change, HostAction } from "../model/plan.ts";
import { hostVerbs } from "../model/verb.ts";
import { isContentChange } from "./input-changes.ts";

/** The acts for single files, in the order of the changes. A file that is removed asks for none. */
export function fileActs(changes: readonly Change[]): readonly HostAction[] {
  return changes.flatMap((change) => {
    const { resource, before, after } = change;
    if (resource.kind !== "file" || after === null || !isContentChange(change)) return [];
    const { act } = fileRoles[resource.role];
    if (act === null || hostVerbs[act].of === "host") return [];
    return [{ verb: act, path: resource.path, because: before === null ? "new" : "changed" }];
  });
}
