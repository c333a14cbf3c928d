/**
 * What differs in one file, as lines: a unified diff, or only counts and sizes where the content must not or
 * cannot be shown.
 */
import { type StructuredPatchHunk, structuredPatch } from "diff";
import { maskSecrets } from "../../core/lint/mask-secrets.ts";
import type { Change } from "../../core/model/plan.ts";
import type { FileResource } from "../../core/model/resource.ts";
import { formatSize } from "../../core/size-text.ts";
import { type Line, line, plural, styled } from "../lines/text.ts";

/** Diffs longer than this are cut: the whole file is one `render --out` away. */
const MAX_LINES = 1000;
/** Edits that the diff algorithm looks for before it gives up; its cost grows with their square. */
const MAX_EDITS = 3000;

/** The difference of a file's content: empty when only its mode or owner differ. */
export function diffContent(change: Change, file: FileResource): readonly Line[] {
  if (change.after === null) return removedContent(change, file);
  if (!contentDiffers(change)) return [];
  const before = change.before === null ? new Uint8Array() : change.beforeContent;
  if (file.secret) return [line(styled("dim", describeSecret(before, file.content)))];
  if (before === null)
    return [
      line(
        styled(
          "dim",
          `content differs, now ${formatSize(file.content.length)} (the old content is not shown)`,
        ),
      ),
    ];
  const oldText = decode(before);
  const newText = decode(file.content);
  if (oldText === null || newText === null)
    return [line(styled("dim", `binary: ${formatSize(before.length)} → ${formatSize(file.content.length)}`))];
  return diffText(oldText, newText);
}

/** What is removed, as far as it was read and may be shown. */
function removedContent({ beforeContent }: Change, { secret }: FileResource): readonly Line[] {
  const text = secret || beforeContent === null ? null : decode(beforeContent);
  return text === null || text === "" ? [] : diffText(text, "");
}

/**
 * The unified diff of two texts without its file header; trailing blanks and carriage returns made visible.
 * What looks like a secret in the old text is masked: it may be a host's own, which no redactor knows.
 */
export function diffText(oldText: string, newText: string): readonly Line[] {
  const patch = structuredPatch("", "", oldText, newText, "", "", { context: 3, maxEditLength: MAX_EDITS });
  if (patch === undefined) return [line(styled("dim", farApart(countLines(oldText), countLines(newText))))];
  const masked = patch.hunks.length === 0 ? [] : maskSecrets(oldText);
  const lines = patch.hunks.flatMap((hunk) => [hunkHeader(hunk), ...maskLines(hunk, masked).map(showLine)]);
  if (lines.length <= MAX_LINES) return lines;
  return [
    ...lines.slice(0, MAX_LINES),
    line(
      styled(
        "dim",
        `… ${plural(lines.length - MAX_LINES, "more line")}; svcdeploy render shows the whole file`,
      ),
    ),
  ];
}

function farApart(before: number, after: number): string {
  return `content differs almost everywhere: ${before} → ${plural(after, "line")}`;
}

/** True when the content is among what differs. */
export function contentDiffers(change: Change): boolean {
  return change.before === null || change.differs.some((key) => key === "sha256" || key === "content");
}

function describeSecret(before: Uint8Array | null, after: Uint8Array): string {
  const now = decode(after);
  const then = before === null ? null : decode(before);
  if (now === null || then === null) return "content differs (secret, not shown)";
  if (then === "") return `${plural(countLines(now), "line")} (secret, not shown)`;
  const patch = structuredPatch("", "", then, now, "", "", { context: 0, maxEditLength: MAX_EDITS });
  if (patch === undefined) return "content differs (secret, not shown)";
  const changed = patch.hunks.flatMap((hunk) => hunk.lines);
  const added = changed.filter((text) => text.startsWith("+")).length;
  const removed = changed.filter((text) => text.startsWith("-")).length;
  return `${plural(added, "line")} added, ${removed} removed (secret, not shown)`;
}

function hunkHeader(hunk: StructuredPatchHunk): Line {
  return line(
    styled("hunk", `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
  );
}

/** As diff(1) writes it: an empty range follows the line before it. */
function range(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}

/** The hunk's removed and unchanged lines as the masked text has them. */
function maskLines({ oldStart, lines }: StructuredPatchHunk, masked: readonly string[]): readonly string[] {
  let at = oldStart - 1;
  return lines.map((text) => (/^[- ]/.test(text) ? `${text.slice(0, 1)}${masked[at++] ?? ""}` : text));
}

function showLine(text: string): Line {
  if (text.startsWith("+")) return line(styled("added", showBlanks(text)));
  if (text.startsWith("-")) return line(styled("removed", showBlanks(text)));
  return line(styled("dim", text));
}

/**
 * Blanks at a line's end decide between equal-looking lines, so they are drawn: · for a space, → for a tab, ␍
 * for a carriage return.
 */
function showBlanks(text: string): string {
  const sign = text.slice(0, 1);
  const shown = text
    .slice(1)
    .replace(/[ \t\r]+$/, (blanks) =>
      blanks.replaceAll(" ", "·").replaceAll("\t", "→").replaceAll("\r", "␍"),
    );
  return sign + shown;
}

/** Text, or null for bytes that are not UTF-8 or hold a NUL. */
function decode(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function countLines(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
