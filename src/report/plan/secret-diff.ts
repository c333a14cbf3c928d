/** The diff of a file that holds secrets, or did: without any line that a secret is or may be in. */
import { type StructuredPatchHunk, structuredPatch } from "diff";
import type { Change } from "../../core/model/plan.ts";
import type { FileResource } from "../../core/model/resource.ts";
import { type Line, line, plural, styled } from "../lines/text.ts";
import { countLines, decode, hunkHeader, MAX_EDITS, showLine } from "./diff-lines.ts";

/**
 * Lines of the project are shown, those with a secret by its name. Of what is on the host only lines are
 * shown that the project declares as well: any other may be an older secret, or one that was typed by hand.
 */
export function secretDiff(change: Change, file: FileResource): readonly Line[] {
  const now = decode(file.content);
  const shown = file.secret ? file.shown : [];
  const before = change.before === null ? [] : change.beforeLines;
  if (now === null || shown === undefined) return [hidden(change, now)];
  if (before === undefined) return [hidden(change, null)];
  const lines = now.split("\n");
  const ids = lines.map((text) => String(lines.indexOf(text)));
  const old = before.map((id, index) => (id === null ? `old ${index}` : String(id)));
  const patch = structuredPatch("", "", textOf(old), textOf(ids), "", "", {
    context: 3,
    maxEditLength: MAX_EDITS,
  });
  if (patch === undefined || patch.hunks.length === 0) return [hidden(change, null)];
  const texts = lines.map((text, index) => shown[index] ?? text);
  return patch.hunks.flatMap((hunk) => [hunkHeader(hunk), ...hunkLines(hunk, texts)]);
}

/** What stands for a line of the host that is not declared. */
const HIDDEN = "<not shown>";

/** The empty part behind the last line end is no line. */
function textOf(ids: readonly string[]): string {
  return ids
    .slice(0, -1)
    .map((id) => `${id}\n`)
    .join("");
}

function hunkLines({ newStart, lines }: StructuredPatchHunk, texts: readonly string[]): readonly Line[] {
  let at = newStart - 1;
  return lines.map((text) => {
    const sign = text.slice(0, 1);
    if (sign !== "-") return showLine(`${sign}${texts[at++] ?? ""}`);
    const id = /^-(\d+)$/.exec(text)?.[1];
    return showLine(`-${id === undefined ? HIDDEN : (texts[Number(id)] ?? HIDDEN)}`);
  });
}

function hidden({ before }: Change, now: string | null): Line {
  const text =
    before !== null || now === null
      ? "content differs (secret, not shown)"
      : `${plural(countLines(now), "line")} (secret, not shown)`;
  return line(styled("dim", text));
}
