/** What a host has to do once files are written, beside what its units owe. */
import { fileRoles } from "../model/file-role.ts";
import type { Observation } from "../model/observation.ts";
import type { Change, HostAction } from "../model/plan.ts";
import type { FileResource } from "../model/resource.ts";
import { hostVerbs } from "../model/verb.ts";
import { foundValue, liveValues } from "../resources/live-values.ts";
import { isContentChange } from "./input-changes.ts";

/**
 * The acts for single files, in the order of the changes: what is written anew, and what is not in force. A
 * file that is removed asks for none.
 */
export function fileActs(changes: readonly Change[], observation: Observation): readonly HostAction[] {
  return changes.flatMap((change) => {
    const { resource, before, after } = change;
    if (resource.kind !== "file" || after === null) return [];
    const { act } = fileRoles[resource.role];
    if (act === null || hostVerbs[act].of === "host") return [];
    if (!isContentChange(change) && liveDifferences(change).length === 0) return [];
    const why = before === null ? ["new", ...sayFound(resource, observation)] : [whatChanged(change)];
    const { remark } = hostVerbs[act];
    const because = [why.join(": "), ...(remark === null ? [] : [remark])].join("; ");
    return [{ verb: act, path: resource.path, because }];
  });
}

/** Names of what the kernel does not read as the file says; empty for a file that is in force. */
export function liveDifferences({ resource, differs }: Change): readonly string[] {
  if (resource.kind !== "file") return [];
  return liveValues(resource).flatMap(({ name }) => (differs.includes(name) ? [name] : []));
}

function whatChanged(change: Change): string {
  return isContentChange(change) ? "changed" : "not in force";
}

/** A new file has nothing to be compared with: what the kernel reads now is shown here. */
function sayFound(file: FileResource, observation: Observation): readonly string[] {
  const told = liveValues(file).flatMap((each) => {
    const found = foundValue(each, observation);
    return found === null || found === each.value ? [] : [`${each.name} ${found || "none"} → ${each.value}`];
  });
  return told.length === 0 ? [] : [told.join(", ")];
}
