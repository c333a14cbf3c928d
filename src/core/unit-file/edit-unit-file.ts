/**
 * Changes a unit file's text and nothing else in it: comments, layout and every other line stay byte for byte
 * (systemd.syntax(7)).
 */
import { joinLines, type LogicalLine, splitLines } from "./lines.ts";
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

/** A line of the file while it is edited. */
type EditedLine = { readonly text: string; readonly end: string };
/**
 * An assignment: where it is in the lines (counted from 0, both inclusive), and what comments are inside.
 */
type EditedAssignment = {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly first: number;
  readonly last: number;
};
type Draft = {
  readonly lines: readonly EditedLine[];
  readonly assignments: readonly EditedAssignment[];
  readonly sectionEnds: ReadonlyMap<string, number>;
};

function apply(text: string, edit: UnitEdit): Quoted {
  const bad =
    badName(edit.name, edit.section) ?? (edit.kind === "rename" ? badName(edit.to, edit.section) : null);
  if (bad !== null) return { ok: false, reason: bad };
  const draft = read(text);
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
          : insert(draft, found.at(-1), { ...edit, value: value.text }),
      );
    }
    case "remove":
      return accept(
        dropAll(
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

function accept(lines: readonly EditedLine[]): Quoted {
  return { ok: true, text: lines.map(({ text, end }) => text + end).join("") };
}

function badName(name: string, section: string): string | null {
  if (!/^[A-Za-z0-9_-]+$/.test(name))
    return `${JSON.stringify(name)} is no name of a directive: letters, digits, _ and -`;
  return /^[^[\]\x00-\x1f"'\\\x7f]+$/.test(section) && section.isWellFormed()
    ? null
    : `${JSON.stringify(section)} is no name of a section`;
}

function read(text: string): Draft {
  const lines = splitLines(text);
  const assignments: EditedAssignment[] = [];
  const sectionEnds = new Map<string, number>();
  let section: string | null = null;
  for (const line of joinLines(lines)) {
    const stripped = trimWhitespace(line.text);
    if (stripped === "") continue;
    if (line.kind === "content" && stripped.startsWith("["))
      section = stripped.endsWith("]") && stripped.length > 1 ? stripped.slice(1, -1) : section;
    else if (line.kind === "content" && section !== null)
      assignments.push(...readAssignment(section, stripped, line));
    // Comments at the end of a section may speak of the next one, so what is new is put before them.
    if (section !== null && line.kind === "content") sectionEnds.set(section, line.last);
  }
  return { lines, assignments, sectionEnds };
}

function readAssignment(
  section: string,
  text: string,
  { first, last }: LogicalLine,
): readonly EditedAssignment[] {
  const equals = text.indexOf("=");
  if (equals <= 0) return [];
  const [name, value] = [trimWhitespace(text.slice(0, equals)), trimWhitespace(text.slice(equals + 1))];
  return [{ section, name, value, first: first - 1, last: last - 1 }];
}

type Wanted = { readonly section: string; readonly name: string; readonly value: string };

/** The last assignment carries the value; one that does already is not touched. */
function set(draft: Draft, found: readonly EditedAssignment[], wanted: Wanted): readonly EditedLine[] {
  const last = found.at(-1);
  if (last === undefined) return insert(draft, undefined, wanted);
  const lines = last.value === wanted.value ? draft.lines : replaceValue(draft.lines, last, wanted.value);
  return dropAll(lines, found.slice(0, -1));
}

/** What is before the value stays; comments between the continuations come after it. */
function replaceValue(
  lines: readonly EditedLine[],
  { first, last }: EditedAssignment,
  value: string,
): readonly EditedLine[] {
  const old = lines.slice(first, last + 1);
  const head = /^[^=]*=[ \t]*/.exec(old[0]?.text ?? "")?.[0];
  // With a continuation before its equals sign an assignment is rewritten.
  const text = head === undefined ? `${nameOf(old)}=${value}` : `${head}${value}`;
  const comments = old.slice(1).filter((line) => /^[ \t]*[#;]/.test(line.text));
  const end = (comments.length > 0 ? old[0]?.end : old.at(-1)?.end) ?? "";
  return [...lines.slice(0, first), { text, end }, ...comments, ...lines.slice(last + 1)];
}

function nameOf(lines: readonly EditedLine[]): string {
  const joined = joinLines(lines).find(({ kind }) => kind === "content")?.text ?? "";
  return trimWhitespace(joined.slice(0, joined.indexOf("=")));
}

/** Later lines first, so that the numbers of the others stay true. */
function dropAll(
  lines: readonly EditedLine[],
  assignments: readonly EditedAssignment[],
): readonly EditedLine[] {
  const dropped = new Set(
    assignments.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    ),
  );
  return lines.filter(({ text }, index) => !dropped.has(index) || /^[ \t]*[#;]/.test(text));
}

function reset(
  draft: Draft,
  found: readonly EditedAssignment[],
  { section, name }: { readonly section: string; readonly name: string },
): readonly EditedLine[] {
  const first = found[0];
  if (first?.value === "") return draft.lines;
  if (first === undefined) return insert(draft, undefined, { section, name, value: "" });
  const { lines } = draft;
  const empty = {
    text: `${styleOf(lines[first.first]).before}${name}=`,
    end: lines[first.first]?.end || usualEnd(lines),
  };
  return [...lines.slice(0, first.first), empty, ...lines.slice(first.first)];
}

/**
 * After an assignment, or at the end of its section, which is made when it is missing; written like the line
 * before.
 */
function insert(
  draft: Draft,
  after: EditedAssignment | undefined,
  { section, name, value }: Wanted,
): readonly EditedLine[] {
  const { lines, assignments } = draft;
  const at = after === undefined ? draft.sectionEnds.get(section) : after.last + 1;
  if (at === undefined) return appendSection(lines, section, `${name}=${value}`);
  const sibling = after ?? assignments.findLast((each) => each.section === section);
  const style = styleOf(sibling === undefined ? undefined : lines[sibling.first]);
  return insertAt(lines, at, `${style.before}${name}${style.equals}${value}`);
}

function appendSection(lines: readonly EditedLine[], section: string, text: string): readonly EditedLine[] {
  const end = usualEnd(lines);
  const separator = lines.length === 0 || lines.at(-1)?.text.trim() === "" ? [] : [""];
  return [`[${section}]`, text].reduce(
    (all, line) => insertAt(all, all.length, line),
    separator.reduce((all, line) => insertAt(all, all.length, line), withEnd(lines, end)),
  );
}

/**
 * A file whose last line has no end keeps it so, and a continuation that runs into its end is ended by an
 * empty line first.
 */
function insertAt(lines: readonly EditedLine[], at: number, text: string): readonly EditedLine[] {
  const end = lines[at - 1]?.end || usualEnd(lines);
  const before = lines.slice(0, at);
  const open =
    at === lines.length && joinLines([...lines, { text: "=", end: "" }]).at(-1)?.first !== lines.length + 1;
  return [...withEnd(before, end), ...(open ? [{ text: "", end }] : []), { text, end }, ...lines.slice(at)];
}

function withEnd(lines: readonly EditedLine[], end: string): readonly EditedLine[] {
  const last = lines.at(-1);
  return last === undefined || last.end !== "" ? lines : [...lines.slice(0, -1), { text: last.text, end }];
}

function usualEnd(lines: readonly EditedLine[]): string {
  return lines.find(({ end }) => end !== "")?.end ?? "\n";
}

/** How an assignment is laid out: the white space before its name, and what is around "=". */
function styleOf(line: EditedLine | undefined): { readonly before: string; readonly equals: string } {
  const match = /^(\uFEFF?[ \t]*)[^ \t=]+([ \t]*=[ \t]*)[^ \t]/.exec(line?.text ?? "");
  return { before: match?.[1]?.replace("\uFEFF", "") ?? "", equals: match?.[2] ?? "=" };
}

function rename(
  lines: readonly EditedLine[],
  { first, last, name }: EditedAssignment,
  to: string,
): readonly EditedLine[] {
  const at = lines.findIndex(
    ({ text }, index) => index >= first && index <= last && text.includes(name) && !/^[ \t]*[#;]/.test(text),
  );
  return lines.map((line, index) =>
    index === at ? { ...line, text: line.text.replace(name, () => to) } : line,
  );
}
