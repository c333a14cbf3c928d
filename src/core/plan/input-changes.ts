/**
 * What a plan's changes mean for one unit: which of its inputs change, and whether a restart, a reload or
 * only the manager picks them up.
 */

import { fileRoles } from "../model/file-role.ts";
import type { Change } from "../model/plan.ts";
import type { FileResource, Resource, UnitResource } from "../model/resource.ts";
import { restartLabel, subjectOf } from "../resources/registry.ts";
import { baseName } from "../unit-file/path-name.ts";
import { needsNewMount, parseMountOptions } from "./mount-options.ts";
import { type DirectiveChange, diffUnitFiles } from "./unit-diff.ts";

/** One changed input, named for humans: a directive, "environment", "release" or a file's name. */
export type InputChange = { readonly label: string; readonly effect: "restart" | "reload" | "manager" };

/**
 * The unit's inputs whose content changes; a mere change of mode or owner is none. In the order of the
 * changes, each label once.
 */
export function inputChanges(unit: UnitResource, changes: readonly Change[]): readonly InputChange[] {
  const removed = changes.flatMap(({ resource, after }) =>
    after === null &&
    isServiceItself(unit) &&
    resource.service === unit.service &&
    "path" in resource &&
    !isOfOthers(resource)
      ? [resource.path]
      : [],
  );
  const inputs = new Set([unit.path, ...unit.inputPaths, ...removed]);
  const found = changes.flatMap((change) =>
    isContentChange(change) ? describeInput(unit, inputs, change) : [],
  );
  return [...new Map(found.map((input) => [`${input.effect} ${input.label}`, input])).values()];
}

/**
 * The service or one of its instances: of its units these alone read its files. A mount or a socket must not
 * restart since a file of the service is removed.
 */
function isServiceItself({ service, unit }: UnitResource): boolean {
  return unit === `${service}.service` || (unit.startsWith(`${service}@`) && unit.endsWith(".service"));
}

/**
 * The removed file of another unit tells nothing about this one: what they have to do with each other
 * is in its own file.
 */
function isOfOthers(resource: Resource): boolean {
  return resource.kind === "file" && resource.role === "unit";
}

/** True when bytes, target or existence differ. */
export function isContentChange(change: Change): boolean {
  return change.before === null || change.differs.includes("sha256") || change.differs.includes("target");
}

/** One line for humans: "ExecStart and environment changed"; past the third name the rest is counted. */
export function sayChanged(inputs: readonly InputChange[]): string {
  const labels = [...new Set(inputs.map(({ label }) => label))];
  const names = labels.length > 4 ? [...labels.slice(0, 3), `${labels.length - 3} more`] : labels;
  const last = names.at(-1) ?? "";
  return `${names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last} changed`;
}

function describeInput(
  unit: UnitResource,
  inputs: ReadonlySet<string>,
  change: Change,
): readonly InputChange[] {
  const { resource } = change;
  if (!inputs.has(subjectOf(resource))) return [];
  const restart = restartLabel(resource);
  if (restart !== null) return [{ label: restart, effect: "restart" }];
  if (resource.kind !== "file") return [];
  const { readBy, says } = fileRoles[resource.role];
  const label = says(baseName(resource.path));
  switch (readBy) {
    case "manager":
      return resource.path === unit.path
        ? unitFileInputs(unit, resource, change)
        : [{ label, effect: "restart" }];
    case "start":
      return [{ label, effect: "restart" }];
    case "declared":
      return resource.onChange === "none" ? [] : [{ label, effect: resource.onChange }];
    case "nothing":
      return [];
  }
}

function unitFileInputs(unit: UnitResource, file: FileResource, change: Change): readonly InputChange[] {
  if (change.beforeContent === null) return [{ label: "its unit file", effect: "restart" }];
  const decoder = new TextDecoder();
  const directives = diffUnitFiles(decoder.decode(change.beforeContent), decoder.decode(file.content));
  return directives.map((directive) => ({ label: directive.name, effect: directiveEffect(unit, directive) }));
}

/**
 * The unit's restart inputs name the directives that need a restart, so a directive that is there and not
 * among them does not. A removed one is no longer named: it counts as needing a restart, unless it
 * spoke to the manager only.
 */
function directiveEffect(
  unit: UnitResource,
  { section, name, before, after }: DirectiveChange,
): InputChange["effect"] {
  if (section === "Mount" && name === "Options") {
    return needsNewMount(parseMountOptions(before), parseMountOptions(after)) ? "restart" : "reload";
  }
  if (name in unit.restartInputs) return "restart";
  return after === "" && !MANAGER_SECTIONS.has(section) ? "restart" : "manager";
}

const MANAGER_SECTIONS = new Set(["Unit", "Install", "Slice", "Timer", "Path", "Mount"]);
