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
import { countLines, decode, hunkHeader, MAX_EDITS, showLine } from "./diff-lines.ts";
import { secretDiff } from "./secret-diff.ts";

/** Diffs longer than this are cut: the whole file is one `render --out` away. */
const MAX_LINES = 1000;
/** The difference of a file's content: empty when only its mode or owner differ. */
export function diffContent(change: Change, file: FileResource): readonly Line[] {
  if (change.after === null) return removedContent(change, file);
  if (!contentDiffers(change)) return [];
  const before = change.before === null ? new Uint8Array() : change.beforeContent;
  if (file.secret || change.beforeLines !== undefined) return cut(secretDiff(change, file));
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
  return cut(lines);
}

function cut(lines: readonly Line[]): readonly Line[] {
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

/** The hunk's removed and unchanged lines as the masked text has them. */
function maskLines({ oldStart, lines }: StructuredPatchHunk, masked: readonly string[]): readonly string[] {
  let at = oldStart - 1;
  return lines.map((text) => (/^[- ]/.test(text) ? `${text.slice(0, 1)}${masked[at++] ?? ""}` : text));
}
