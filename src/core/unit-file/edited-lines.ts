/**
 * The lines of a unit file while it is edited: where its assignments are, and how lines are taken out and put
 * in.
 */
import { joinLines, type LogicalLine, type PhysicalLine, splitLines } from "./lines.ts";
import { trimWhitespace } from "./parse.ts";

/** An assignment, and where it is in the lines, counted from 0, both inclusive. */
export type EditedAssignment = {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly first: number;
  readonly last: number;
};
/** A file as an edit sees it. sectionEnds: a section's name → the line behind what is last in it. */
export type EditedFile = {
  readonly lines: readonly PhysicalLine[];
  readonly assignments: readonly EditedAssignment[];
  readonly sectionEnds: ReadonlyMap<string, number>;
};

/** Of a text that is no unit file too. A section that is there several times ends with its last part. */
export function readEdited(text: string): EditedFile {
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

/** An assignment that is to be in the file, its value in the form of a unit file. */
export type WantedAssignment = { readonly section: string; readonly name: string; readonly value: string };

/** Later lines first, so that the numbers of the others stay true. */
export function dropAssignments(
  lines: readonly PhysicalLine[],
  assignments: readonly EditedAssignment[],
): readonly PhysicalLine[] {
  const dropped = new Set(
    assignments.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    ),
  );
  return lines.filter(({ text }, index) => !dropped.has(index) || /^[ \t]*[#;]/.test(text));
}

/**
 * After an assignment, or at the end of its section, which is made when it is missing; written like the line
 * before.
 */
export function insertAssignment(
  draft: EditedFile,
  after: EditedAssignment | undefined,
  { section, name, value }: WantedAssignment,
): readonly PhysicalLine[] {
  const { lines, assignments } = draft;
  const at = after === undefined ? draft.sectionEnds.get(section) : after.last + 1;
  if (at === undefined) return appendSection(lines, section, `${name}=${value}`);
  const sibling = after ?? assignments.findLast((each) => each.section === section);
  const style = styleOf(sibling === undefined ? undefined : lines[sibling.first]);
  return insertAt(lines, at, `${style.before}${name}${style.equals}${value}`);
}

function appendSection(
  lines: readonly PhysicalLine[],
  section: string,
  text: string,
): readonly PhysicalLine[] {
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
function insertAt(lines: readonly PhysicalLine[], at: number, text: string): readonly PhysicalLine[] {
  const end = lines[at - 1]?.end || usualEnd(lines);
  const before = lines.slice(0, at);
  const open =
    at === lines.length && joinLines([...lines, { text: "=", end: "" }]).at(-1)?.first !== lines.length + 1;
  return [...withEnd(before, end), ...(open ? [{ text: "", end }] : []), { text, end }, ...lines.slice(at)];
}

function withEnd(lines: readonly PhysicalLine[], end: string): readonly PhysicalLine[] {
  const last = lines.at(-1);
  return last === undefined || last.end !== "" ? lines : [...lines.slice(0, -1), { text: last.text, end }];
}

/** What ends a line of this file. */
export function usualEnd(lines: readonly PhysicalLine[]): string {
  return lines.find(({ end }) => end !== "")?.end ?? "\n";
}

/** How an assignment is laid out: the white space before its name, and what is around "=". */
export function styleOf(line: PhysicalLine | undefined): {
  readonly before: string;
  readonly equals: string;
} {
  const match = /^(\uFEFF?[ \t]*)[^ \t=]+([ \t]*=[ \t]*)[^ \t]/.exec(line?.text ?? "");
  return { before: match?.[1]?.replace("\uFEFF", "") ?? "", equals: match?.[2] ?? "=" };
}
