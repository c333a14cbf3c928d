/** One change of a plan as lines: a heading that says what it is, and for a file its diff. */

import { writtenMode } from "../../core/model/mode.ts";
import type { Change, State } from "../../core/model/plan.ts";
import { detailOf, nameOf } from "../../core/resources/registry.ts";
import { hang, indent, type Line, line, plainText, plural, type Span, styled } from "../lines/text.ts";
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
    changeDetail(change),
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
      : [
          line(
            styled(
              "dim",
              `${plural(diff.filter((each) => !isHeader(each)).length, "line")}, the same as on ${first}`,
            ),
          ),
        ];
  };
}

/** Of a part of the diff. */
function isHeader(each: Line): boolean {
  return each[0]?.text.startsWith("@@ ") === true;
}

function signOf(change: Change): Span {
  if (change.before === null) return styled("added", "+");
  return change.after === null ? styled("removed", "-") : styled("warn", "~");
}

function changeDetail(change: Change): string {
  if (change.after === null) return removedDetail(change);
  if (change.before === null) return detailOf(change.resource);
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

/** A path that turned into another kind is named by its type; a unit by its reasons among the actions. */
function otherDetail(change: Change): string {
  if (!change.differs.includes("type")) return "";
  return `: ${change.before?.type ?? "other"} → ${change.after?.type ?? change.resource.kind}`;
}

function differenceOf(key: string, before: State, after: State): string {
  return `${key} ${shownValue(key, before)} → ${shownValue(key, after)}`;
}

function shownValue(key: string, state: State): string {
  const value = state[key] || "none";
  return key === "mode" ? writtenMode(value) : value;
}

function isUnshown(key: string): boolean {
  return UNSHOWN.has(key) || /^[a-z]*digest$/i.test(key);
}
