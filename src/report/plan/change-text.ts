/** One change of a plan as lines: a heading that says what it is, and for a file its diff. */
import type { Change, State } from "../../core/model/plan.ts";
import type { Resource } from "../../core/model/resource.ts";
import {
  formatMode,
  formatSize,
  hang,
  indent,
  type Line,
  line,
  plainText,
  plural,
  type Span,
  styled,
} from "../lines/text.ts";
import { diffContent } from "./diff.ts";

/** Keys that the heading, the diff or the actions say better. */
const UNSHOWN = new Set(["sha256", "content", "size", "restartDigest", "reloadDigest", "type"]);

/** What may stand in the place of a file's diff; the diff itself, or where to find the same one. */
export type ShowDiff = (path: string, diff: readonly Line[]) => readonly Line[];

/**
 * The change: "+" created, "~" changed, "-" removed; the heading fits so many columns where its words allow.
 */
export function changeLines(
  change: Change,
  columns: number,
  showDiff: ShowDiff = (_path, diff) => diff,
): readonly Line[] {
  const heading = hang(
    line(signOf(change), " ", styled("strong", nameOf(change.resource))),
    detailOf(change),
    columns,
    4,
  );
  const diff =
    change.resource.kind === "file"
      ? showDiff(change.resource.path, diffContent(change, change.resource))
      : [];
  return [...heading, ...indent(diff, 4)];
}

/** Diffs of so few lines are shown each time. */
const SHORT_DIFF_LINES = 4;

/**
 * Shows each diff of a file once; the same one of a later host is a reference to the first, named by `host`.
 */
export function showEachDiffOnce(): (host: string) => ShowDiff {
  const firsts = new Map<string, string>();
  return (host) => (path, diff) => {
    const key = `${path}\n${plainText(diff)}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, host);
    return first === undefined || diff.length <= SHORT_DIFF_LINES
      ? diff
      : [line(styled("dim", `${plural(diff.length, "line")}, the same as on ${first}`))];
  };
}

/** What the resource is called in every output. */
export function nameOf(resource: Resource): string {
  switch (resource.kind) {
    case "account":
      return `account ${resource.user}`;
    case "unit":
      return `unit ${resource.unit}`;
    case "directory":
      return `directory ${resource.path}`;
    case "file":
      return `file ${resource.path}`;
    case "link":
      return `link ${resource.path}`;
    case "release":
      return `release ${resource.path}`;
  }
}

function signOf(change: Change): Span {
  if (change.before === null) return styled("added", "+");
  return change.after === null ? styled("removed", "-") : styled("warn", "~");
}

function detailOf(change: Change): string {
  if (change.after === null) return removedDetail(change);
  if (change.before === null) return createdDetail(change.resource);
  const { before, after } = change;
  const parts = change.differs
    .filter((key) => !isUnshown(key))
    .map((key) => differenceOf(key, before, after));
  return parts.length === 0 ? otherDetail(change) : `: ${parts.join(", ")}`;
}

function removedDetail({ resource, reason }: Change): string {
  const secret = resource.kind === "file" && resource.secret ? " (secret)" : "";
  return `${secret}${reason === undefined ? "" : `: ${reason}`}`;
}

/** A kind of path that turned into another is told by its type; a unit by its reasons among the actions. */
function otherDetail(change: Change): string {
  if (!change.differs.includes("type")) return "";
  return `: ${change.before?.type ?? "other"} → ${change.after?.type ?? change.resource.kind}`;
}

function differenceOf(key: string, before: State, after: State): string {
  return `${key} ${shownValue(key, before)} → ${shownValue(key, after)}`;
}

function shownValue(key: string, state: State): string {
  const value = state[key] || "none";
  return key === "mode" ? formatMode(value) : value;
}

function isUnshown(key: string): boolean {
  return UNSHOWN.has(key) || /digest$/i.test(key);
}

function createdDetail(resource: Resource): string {
  switch (resource.kind) {
    case "account":
      return ` (group ${resource.group}${resource.groups.length === 0 ? "" : `, in ${resource.groups.join(", ")}`}, home ${resource.home})`;
    case "directory":
      return ` (${formatMode(resource.mode)} ${resource.owner}:${resource.group})`;
    case "file":
      return ` (${formatMode(resource.mode)} ${resource.owner}:${resource.group}${resource.secret ? ", secret" : ""})`;
    case "link":
      return ` → ${resource.target}`;
    case "release":
      return ` (${resource.form === "tree" ? "tree of " : ""}${resource.name}, ${formatSize(resource.size)}, sha256 ${resource.sha256.slice(0, 12)})`;
    case "unit":
      return resource.running ? " (new)" : " (new, started by its first member)";
  }
}
