/** What of the kernel cannot be as a file says, and what stays as a file said that no longer says it. */

import type { LiveValue } from "../../model/file-role.ts";
import { fileRoles } from "../../model/file-role.ts";
import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { FileResource } from "../../model/resource.ts";
import { foundValue, KERNEL_MOUNTS, liveValues } from "../../resources/live-values.ts";
import { sanitizeLine } from "../../sanitize.ts";
import { refusal } from "./host-notices.ts";

/** Notices about what the changed files ask of the kernel, or asked of it. */
export function liveNotices(changes: readonly Change[], observation: Observation): readonly Notice[] {
  return changes.flatMap((change) => {
    const { resource, after } = change;
    if (resource.kind !== "file" || fileRoles[resource.role].live === null) return [];
    const refused = after === null ? [] : refusals(resource, observation);
    return [...refused, ...stayNotices(resource, change)];
  });
}

function refusals(file: FileResource, observation: Observation): readonly Notice[] {
  const unmet = liveValues(file).filter((each) => foundValue(each, observation) !== each.value);
  const reasons = unmet.flatMap((each) => {
    const reason = whyFixed(each, observation);
    return reason === null ? [] : [refusal("fixed-setting", `${each.name} cannot be set: ${reason}`)];
  });
  if (unmet.length === 0 || reasons.length > 0 || !isReadOnly(observation)) return reasons;
  const names = unmet.map(({ name }) => name).join(", ");
  const text = [
    `${names} cannot be set: /proc/sys is mounted read-only here, as in a container:`,
    "set it where the container is started, or mount /proc/sys writable",
  ].join(" ");
  return [refusal("fixed-setting", text)];
}

/** Why a value cannot be set or read back on this host; null: it can. */
function whyFixed({ path, name }: LiveValue, { paths }: Observation): string | null {
  const found = paths.get(path);
  if (found === undefined)
    return `this host has no ${path}: load the kernel module that brings it, or take ${name} out`;
  if (found.type !== "file") return `${path} holds more than one value: name one of them`;
  const bits = Number.parseInt(found.mode, 8);
  if ((bits & 0o200) === 0) return `${path} is read-only: the kernel alone decides it; take ${name} out`;
  if ((bits & 0o400) === 0 || found.sha256 === null)
    return `${path} cannot be read, so that nothing could tell whether it is in force; take ${name} out`;
  return null;
}

/** The innermost mount decides. */
function isReadOnly({ mounts }: Observation): boolean {
  const mount = KERNEL_MOUNTS.flatMap((where) => mounts.get(where) ?? []).at(-1);
  return mount?.options.includes("ro") === true;
}

/** What a file no longer says stays until the next boot: nothing is known of what it was before. */
function stayNotices(file: FileResource, { after, before, beforeContent }: Change): readonly Notice[] {
  if (before === null) return [];
  const kept = new Set(after === null ? [] : liveValues(file).map(({ path }) => path));
  const old = beforeContent === null ? [] : liveValues({ role: file.role, content: beforeContent });
  const left = old
    .filter(({ path }) => !kept.has(path))
    .map(({ name, value }) => sanitizeLine(`${name} ${value}`));
  const isUnknown = after === null && beforeContent === null;
  if (left.length === 0 && !isUnknown) return [];
  const what = isUnknown ? "what it set" : left.join(", ");
  const verb = isUnknown || left.length === 1 ? "stays" : "stay";
  const how = after === null ? "is removed" : "no longer sets it";
  const text = `${file.path} ${how}: ${what} ${verb} in force until the next boot`;
  return [{ severity: "info", code: "setting-stays", text }];
}
