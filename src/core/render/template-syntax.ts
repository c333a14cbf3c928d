/**
 * Handlebars' own parser behind our types: text → syntax tree, or the one flaw that stopped it. The only
 * place that loads handlebars.
 */
import Handlebars from "handlebars";

/** Line from 1, column from 0, as Handlebars counts. */
export type Position = { readonly line: number; readonly column: number };
/** Something wrong in a template. */
export type Flaw = {
  readonly at: Position;
  readonly message: string;
  readonly hint: string | null;
  /** Of a name without a value: its first part. */
  readonly name?: string;
};
type Located = { readonly loc: { readonly start: Position } };

/** `a.b`, `../a`, `@index`, `this`. depth: how many `../`; data: starts with `@`. */
export type PathExpression = Located & {
  readonly type: "PathExpression";
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
};
type Literal = Located & {
  readonly type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral" | "NullLiteral" | "UndefinedLiteral";
  readonly value?: string | number | boolean;
};
type Call = {
  readonly params: readonly Expression[];
  readonly hash?: { readonly pairs: readonly HashPair[] };
};
/** `key=value` of a helper call. */
export type HashPair = Located & { readonly key: string; readonly value: Expression };
/** `(helper argument…)` */
export type SubExpression = Located &
  Call & { readonly type: "SubExpression"; readonly path: PathExpression };
/** Whatever gives a value. */
export type Expression = PathExpression | SubExpression | Literal;
/** `{{path}}` or `{{helper argument…}}`. */
export type Mustache = Located & Call & { readonly type: "MustacheStatement"; readonly path: Expression };
/** `{{#helper argument…}}program{{else}}inverse{{/helper}}` */
export type TemplateBlock = Located &
  Call & {
    readonly type: "BlockStatement";
    readonly path: PathExpression;
    readonly program?: TemplateProgram;
    readonly inverse?: TemplateProgram;
  };
/** One piece of a program. */
export type Statement =
  | Mustache
  | TemplateBlock
  | (Located & { readonly type: "ContentStatement"; readonly value: string; readonly original: string })
  | (Located & { readonly type: "CommentStatement" })
  | (Located & {
      readonly type: "PartialStatement" | "PartialBlockStatement" | "Decorator" | "DecoratorBlock";
    });
/** A sequence of pieces; blockParams: the names after `as |…|`. */
export type TemplateProgram = {
  readonly body: readonly Statement[];
  readonly blockParams?: readonly string[];
};

/** A template's tree, or null with the flaw. */
export type ParsedTemplate = { readonly program: TemplateProgram | null; readonly flaws: readonly Flaw[] };

const MAX_OPEN = 100;

/** Parses a template; never throws for what is in it. */
export function parseTemplate(template: string): ParsedTemplate {
  if (deepestNesting(template) > MAX_OPEN)
    return failed({ line: 1, column: 0 }, `blocks and helper calls are nested deeper than ${MAX_OPEN}`);
  try {
    // Handlebars' declared node types are no discriminated union; this is the border where they become ours.
    return { program: Handlebars.parse(template) as unknown as TemplateProgram, flaws: [] };
  } catch (error) {
    return failedToParse(error, template);
  }
}

/** Counted before parsing: the parser's work grows with the square of the depth. */
function deepestNesting(template: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of template.matchAll(/\{\{~?(?:[#/]|else\s+\w)|[()]/g)) {
    depth = Math.max(0, depth + (token.endsWith("/") || token === ")" ? -1 : 1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function failedToParse(error: unknown, template: string): ParsedTemplate {
  if (error instanceof RangeError) return failed({ line: 1, column: 0 }, "the template is nested too deep");
  if (!(error instanceof Error)) throw error;
  if (error instanceof Handlebars.Exception && typeof error.lineNumber === "number") {
    return failed(
      { line: error.lineNumber, column: Number(error.column) || 0 },
      error.message.replace(/ - \d+:\d+$/, ""),
    );
  }
  const [first = "", shown = "", caret = "", expecting = ""] = error.message.split("\n");
  const line = Number(/line (\d+)/.exec(first)?.[1] ?? 1);
  const before = shown.slice(0, caret.indexOf("^")).replace(/^\.\.\./, "");
  const column = Math.max(0, (template.split("\n")[line - 1] ?? "").indexOf(before)) + before.length;
  const got = /got '(\w+)'/.exec(expecting)?.[1];
  return failed(
    { line, column },
    got === "EOF" ? "the template ends inside a {{…}} or block" : "this is not Handlebars syntax",
  );
}

function failed(at: Position, message: string): ParsedTemplate {
  return { program: null, flaws: [{ at, message, hint: "a literal {{ is written \\{{" }] };
}
