/**
 * Changes a unit file's text and nothing else in it: comments, layout and every other line stay byte for byte
 * (systemd.syntax(7)).
 */
import {
  dropAssignments,
  type EditedAssignment,
  type EditedFile,
  insertAssignment,
  readEdited,
  styleOf,
  usualEnd,
  type WantedAssignment,
} from "./edited-lines.ts";
import { joinLines, type PhysicalLine } from "./lines.ts";
import { trimWhitespace } from "./parse.ts";
import { formatUnitValue, type Quoted } from "./quote.ts";

/**
 * One change, in a section by its name (which may be in the file several times). set: one assignment with
 * this value is left. append: one more, after the last of its name. remove: all of the name, or those with
 * the value. reset: an empty assignment before the first of the name, which clears what other files say.
 * rename: another name, the values untouched.
 */
export type UnitEdit =
  | {
      readonly kind: "set" | "append";
      readonly section: string;
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: "remove"; readonly section: string; readonly name: string; readonly value?: string }
  | { readonly kind: "reset"; readonly section: string; readonly name: string }
  | { readonly kind: "rename"; readonly section: string; readonly name: string; readonly to: string };

/**
 * The text after the edits in their order; refused is a name or value that a unit file cannot carry. A
 * missing section is made at the end.
 */
export function editUnitFile(text: string, edits: readonly UnitEdit[]): Quoted {
  let edited = text;
  for (const edit of edits) {
    const written = apply(edited, edit);
    if (!written.ok) return written;
    edited = written.text;
  }
  return { ok: true, text: edited };
}

function apply(text: string, edit: UnitEdit): Quoted {
  const bad =
    badName(edit.name, edit.section) ?? (edit.kind === "rename" ? badName(edit.to, edit.section) : null);
  if (bad !== null) return { ok: false, reason: bad };
  const draft = readEdited(text);
  const found = draft.assignments.filter(
    ({ section, name }) => section === edit.section && name === edit.name,
  );
  switch (edit.kind) {
    case "set":
    case "append": {
      const value = formatUnitValue(edit.value);
      if (!value.ok) return value;
      return accept(
        edit.kind === "set"
          ? set(draft, found, { ...edit, value: value.text })
          : insertAssignment(draft, found.at(-1), { ...edit, value: value.text }),
      );
    }
    case "remove":
      return accept(
        dropAssignments(
          draft.lines,
          edit.value === undefined
            ? found
            : found.filter(({ value }) => value === trimWhitespace(edit.value ?? "")),
        ),
      );
    case "reset":
      return accept(reset(draft, found, edit));
    case "rename":
      return accept(found.reduce((lines, assignment) => rename(lines, assignment, edit.to), draft.lines));
  }
}

function accept(lines: readonly PhysicalLine[]): Quoted {
  return { ok: true, text: lines.map(({ text, end }) => text + end).join("") };
}

function badName(name: string, section: string): string | null {
  if (!/^[A-Za-z0-9_-]+$/.test(name))
    return `${JSON.stringify(name)} is no name of a directive: letters, digits, _ and -`;
  return /^[^[\]\x00-\x1f"'\\\x7f]+$/.test(section) && section.isWellFormed()
    ? null
    : `${JSON.stringify(section)} is no name of a section`;
}

/** The last assignment carries the value; one that does already is not touched. */
function set(
  draft: EditedFile,
  found: readonly EditedAssignment[],
  wanted: WantedAssignment,
): readonly PhysicalLine[] {
  const last = found.at(-1);
  if (last === undefined) return insertAssignment(draft, undefined, wanted);
  const lines = last.value === wanted.value ? draft.lines : replaceValue(draft.lines, last, wanted.value);
  return dropAssignments(lines, found.slice(0, -1));
}

/** What is before the value stays; comments between the continuations come after it. */
function replaceValue(
  lines: readonly PhysicalLine[],
  { first, last }: EditedAssignment,
  value: string,
): readonly PhysicalLine[] {
  const old = lines.slice(first, last + 1);
  const head = /^[^=]*=[ \t]*/.exec(old[0]?.text ?? "")?.[0];
  // With a continuation before its equals sign an assignment is rewritten.
  const text = head === undefined ? `${nameOf(old)}=${value}` : `${head}${value}`;
  const comments = old.slice(1).filter((line) => /^[ \t]*[#;]/.test(line.text));
  const end = (comments.length > 0 ? old[0]?.end : old.at(-1)?.end) ?? "";
  return [...lines.slice(0, first), { text, end }, ...comments, ...lines.slice(last + 1)];
}

function nameOf(lines: readonly PhysicalLine[]): string {
  const joined = joinLines(lines).find(({ kind }) => kind === "content")?.text ?? "";
  return trimWhitespace(joined.slice(0, joined.indexOf("=")));
}

function reset(
  draft: EditedFile,
  found: readonly EditedAssignment[],
  { section, name }: { readonly section: string; readonly name: string },
): readonly PhysicalLine[] {
  const first = found[0];
  if (first?.value === "") return draft.lines;
  if (first === undefined) return insertAssignment(draft, undefined, { section, name, value: "" });
  const { lines } = draft;
  const empty = {
    text: `${styleOf(lines[first.first]).before}${name}=`,
    end: lines[first.first]?.end || usualEnd(lines),
  };
  return [...lines.slice(0, first.first), empty, ...lines.slice(first.first)];
}

function rename(
  lines: readonly PhysicalLine[],
  { first, last, name }: EditedAssignment,
  to: string,
): readonly PhysicalLine[] {
  const at = lines.findIndex(
    ({ text }, index) => index >= first && index <= last && text.includes(name) && !/^[ \t]*[#;]/.test(text),
  );
  return lines.map((line, index) =>
    index === at ? { ...line, text: line.text.replace(name, () => to) } : line,
  );
}
