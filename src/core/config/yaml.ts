/**
 * Text of a YAML file → inert Tree with places, under the limits that keep a stranger's file harmless
 * (SEC-16).
 */
import { Composer, CST, type Document, Lexer, LineCounter, Parser } from "yaml";
import { excerptAt, type Problem } from "../errors.ts";
import type { Place, Tree } from "../model/declared.ts";
import { buildTree, type Mistake, type TreeSpot } from "./yaml-tree.ts";

/** Largest file in UTF-16 code units; the reader of the file checks its bytes as well. */
export const MAX_FILE_SIZE = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_NODES = 100_000;
const MAX_ALIASES = 50;
const MAX_LINES = 100_000;
const MAX_PROBLEMS = 50;

/** What a text may hold at most; size in UTF-16 code units. */
export type TextLimits = {
  readonly size: number;
  readonly lines: number;
  readonly nodes: number;
  readonly depth: number;
};

const LIMITS: TextLimits = { size: MAX_FILE_SIZE, lines: MAX_LINES, nodes: MAX_NODES, depth: MAX_DEPTH };

/** A path in a tree: map keys and list indexes from the root. */
export type TreePath = readonly (string | number)[];

/** A YAML file as data. Where problems is not empty, the tree holds what could be read. */
export type YamlDocument = {
  readonly file: string;
  readonly text: string;
  readonly tree: Tree;
  /**
   * Where the value at a path starts: inside its quotes, at a block text's first line; the nearest parent
   * where the path is unknown.
   */
  readonly placeOf: (path: TreePath) => Place;
  /** Where the key that names the value at a path is. */
  readonly keyPlaceOf: (path: TreePath) => Place;
  readonly problems: readonly Problem[];
  /** True: it is no YAML, or may not be read. What was read of it says nothing. */
  readonly isBroken: boolean;
};

/**
 * Parses one YAML 1.2 document (core schema, no merge keys, no custom tags). Never throws: every mistake is a
 * Problem. A number or truth value must be written as it prints (755, not 0755), so that no text silently
 * becomes another.
 */
export function parseYaml(text: string, file: string): YamlDocument {
  const placeAt = makePlaceAt(text, file);
  const read = readDocument(text);
  const problems = read.mistakes
    .slice(0, MAX_PROBLEMS)
    .map((mistake) => problemAt(text, placeAt(mistake.offset), mistake.message, mistake.hint ?? null));
  const spotOf = (path: TreePath) => findSpot(read.spot, path);
  return {
    file,
    text,
    tree: read.tree,
    placeOf: (path) => placeAt(spotOf(path).value),
    keyPlaceOf: (path) => placeAt(spotOf(path).key),
    problems,
    isBroken: read.isBroken,
  };
}

/** Where an offset of a text is. */
export function makePlaceAt(text: string, file: string): (offset: number) => Place {
  const lines = countLines(text);
  return (offset) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
}

/** A Problem with the excerpt of its source text. */
export function problemAt(text: string, place: Place, message: string, hint: string | null): Problem {
  return { place, message, hint, excerpt: excerptAt(text, place) };
}

type Reading = {
  readonly tree: Tree;
  readonly spot: TreeSpot;
  readonly mistakes: readonly Mistake[];
  readonly isBroken: boolean;
};

function readDocument(text: string): Reading {
  const refused = (mistake: Mistake): Reading => ({
    tree: null,
    spot: { key: 0, value: 0, children: new Map() },
    mistakes: [mistake],
    isBroken: true,
  });
  const documents = composeDocuments(text, LIMITS, "core");
  if (!Array.isArray(documents)) return refused(documents);
  const [first, second] = documents;
  if (first === undefined) return refused({ offset: 0, message: "the file has no document" });
  const more =
    second === undefined
      ? []
      : [
          {
            offset: second.range?.[0] ?? 0,
            message: "several documents in one file; write one document a file",
          },
        ];
  const built = buildTree(first.contents, text, { depth: MAX_DEPTH, nodes: MAX_NODES, aliases: MAX_ALIASES });
  const syntax = syntaxMistakes(first);
  return {
    tree: built.tree,
    spot: built.spot,
    mistakes: syntax.length > 0 ? syntax : [...built.mistakes, ...more],
    isBroken: syntax.length > 0,
  };
}

/**
 * The documents of a text as nodes, or why it may not be read. failsafe: every scalar is left as text, for a
 * reader that has its own rules.
 */
export function composeDocuments(
  text: string,
  limits: TextLimits,
  schema: "core" | "failsafe",
): Document.Parsed[] | Mistake {
  const unfit = refuseText(text, limits);
  if (unfit !== null) return unfit;
  const scanned = scan(text, limits);
  if (!Array.isArray(scanned)) return scanned;
  const composer = new Composer({ schema, merge: false, uniqueKeys: false, prettyErrors: false });
  return [...composer.compose(scanned, true, text.length)];
}

/** What no file may be, whatever it says. */
function refuseText(text: string, { size, lines }: TextLimits): Mistake | null {
  if (text.length > size) return { offset: 0, message: `the file is larger than ${size / 1024 / 1024} MiB` };
  if (text.split("\n", lines + 1).length > lines)
    return { offset: 0, message: `more than ${lines} lines in one file` };
  const control = /[^\P{Cc}\t\n\r\u0085]/u.exec(text);
  if (control === null) return null;
  return { offset: control.index, message: `control character ${codePoint(control[0])} in the file` };
}

/**
 * Lexes and groups tokens while counting, so that neither depth nor size can reach the recursive composer.
 */
function scan(text: string, limits: TextLimits): CST.Token[] | Mistake {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let nodes = 0;
  let oddities = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const offset = parser.offset;
    if (startsNode(lexeme)) nodes++;
    if (nodes > limits.nodes) return { offset, message: `more than ${limits.nodes} values in one file` };
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (
        token.type === "error" ||
        token.type === "directive" ||
        token.type === "document" ||
        token.type === "doc-end"
      )
        oddities++;
    }
    if (oddities > MAX_PROBLEMS)
      return { offset, message: "too many documents, directives and mistakes for one file" };
    if (parser.stack.length > limits.depth + 2)
      return { offset, message: `nested deeper than ${limits.depth} levels` };
  }
  tokens.push(...parser.end());
  return tokens;
}

function startsNode(lexeme: string): boolean {
  switch (CST.tokenType(lexeme)) {
    case "scalar":
    case "alias":
    case "comma":
    case "explicit-key-ind":
    case "flow-map-start":
    case "flow-seq-start":
    case "map-value-ind":
    case "seq-item-ind":
    case "anchor":
    case "tag":
    case "doc-start":
    case "doc-end":
    case "double-quoted-scalar":
    case "single-quoted-scalar":
      return true;
    default:
      return false;
  }
}

/** Those that say best what is wrong, where one slip makes the parser complain about all that follows. */
const TELLING = ["TAB_AS_INDENT", "MISSING_CHAR", "BAD_INDENT"];

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  // The line below it is deeper.
  BLOCK_AS_IMPLICIT_KEY: "indent the keys of one map alike: look at the next line as well",
};

/** At most one: what follows the first slip is misread because of it. */
export function syntaxMistakes({ errors }: Pick<Document.Parsed, "errors">): Mistake[] {
  const [error] = [...TELLING.flatMap((code) => errors.find((each) => each.code === code) ?? []), ...errors];
  if (error === undefined) return [];
  const hint = HINTS[error.code] ?? null;
  return [{ offset: error.pos[0], message: error.message.replaceAll("\n", " "), hint }];
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function findSpot(root: TreeSpot, path: TreePath): TreeSpot {
  let spot = root;
  for (const step of path) {
    const child = spot.children.get(step);
    if (child === undefined) break;
    spot = child;
  }
  return spot;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
