/**
 * Makes edits in the text of a unit file: lines are changed, added or taken out, and everything else stays as
 * it is.
 */
import { parseUnitFile } from "../unit-file/parse.ts";
import type { LintEdit } from "./unit-edit.ts";

/**
 * The edited text, and how many of the edits could be made. A text with a line that systemd cannot read is
 * left alone, and so is a value of several lines.
 */
export function fixUnitText(
  text: string,
  edits: readonly LintEdit[],
): { readonly text: string; readonly made: number } {
  if (parseUnitFile(text).problems.length > 0 || /\r|\0/.test(text)) return { text, made: 0 };
  return edits.reduce(
    (so, edit) => {
      const edited = edit.from === null ? addLine(so.text, edit) : changeLine(so.text, edit, edit.from);
      return edited === null ? so : { text: edited, made: so.made + 1 };
    },
    { text, made: 0 },
  );
}

/** Null when there is no such line. */
function changeLine(text: string, { section, name, to }: LintEdit, from: string): string | null {
  const entry = parseUnitFile(text)
    .sections.filter((each) => each.name === section)
    .flatMap((each) => each.items)
    .find((item) => item.kind === "entry" && item.name === name && item.value === from);
  const lines = text.split("\n");
  const old = lines[(entry?.line ?? 0) - 1];
  const [, lead, value, trail = ""] = /^(\s*[^=\s]+\s*=[ \t]*)(.*?)([ \t]*)$/.exec(old ?? "") ?? [];
  if (entry === undefined || lead === undefined || value !== from) return null;
  return lines
    .toSpliced(entry.line - 1, 1, ...(to === null ? [] : [...keptComment(from, to), `${lead}${to}${trail}`]))
    .join("\n");
}

/** A comment behind the value moves to the line above it. */
function keptComment(from: string, to: string): readonly string[] {
  const rest = from.startsWith(to) ? from.slice(to.length).trimStart() : "";
  return /^[#;]/.test(rest) ? [rest] : [];
}

/**
 * Behind the section's last line that says something; a missing section is put before the others, where
 * [Unit] belongs.
 */
function addLine(text: string, { section, name, to }: LintEdit): string | null {
  if (to === null) return null;
  const own = parseUnitFile(text).sections.filter((each) => each.name === section);
  const last = own.at(-1);
  if (last === undefined) {
    const first = parseUnitFile(text).sections[0]?.line ?? 1;
    return text
      .split("\n")
      .toSpliced(first - 1, 0, `[${section}]`, `${name}=${to}`, "")
      .join("\n");
  }
  if (
    own.some(({ items }) =>
      items.some((item) => item.kind === "entry" && item.name === name && item.value === to),
    )
  )
    return null;
  const lines = text.split("\n");
  const at = endOf(lines, last.items.findLast((item) => item.kind === "entry")?.line ?? last.line);
  return lines.toSpliced(at, 0, `${name}=${to}`).join("\n");
}

/** The line behind an assignment and its continuations; counts from 1, as lines do. */
function endOf(lines: readonly string[], line: number): number {
  let end = line;
  while (/\\$/.test(lines[end - 1] ?? "") && end < lines.length) end += 1;
  return end;
}
