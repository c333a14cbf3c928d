/**
 * The meaning of a checked template: walks the syntax tree once and writes text. Every path must lead
 * somewhere.
 */
import { didYouMean } from "../errors.ts";
import type { Tree, TreeMap } from "../model/declared.ts";
import type { SecretValues } from "../model/service.ts";
import { childOf, HELPERS, isTruthy, scalarText } from "./template-helpers.ts";
import type {
  Expression,
  Flaw,
  Mustache,
  PathExpression,
  Position,
  Statement,
  SubExpression,
  TemplateBlock,
  TemplateProgram,
} from "./template-syntax.ts";

/** What the names env, host, service and values stand for. */
export type TemplateRoot = TreeMap;

/** Bounds on what one template may produce, so that nested loops cannot take the controller's memory. */
const MAX_STEPS = 1_000_000;
const MAX_TEXT = 16 * 1024 * 1024;

/** One level of `this`; names: from `as |…|`; data: @index and its kin. */
type Scope = {
  readonly context: Tree;
  readonly outer: Scope | null;
  readonly names: ReadonlyMap<string, Tree>;
  readonly data: ReadonlyMap<string, Tree>;
};
type Run = {
  readonly root: TemplateRoot;
  readonly secrets: SecretValues | null;
  readonly flaws: Flaw[];
  readonly marks: Mark[] | null;
  text: string;
  steps: number;
};

/** From this character of the result on (UTF-16), the text is this statement's. */
export type Mark = { readonly offset: number; readonly statement: Statement };

/**
 * Expands a template that checkTemplate found sound. flaws: what was missing; the text is then worthless.
 * marks: filled in where the text's origin is asked for.
 */
export function evaluateTemplate(
  program: TemplateProgram,
  root: TemplateRoot,
  secrets: SecretValues | null,
  marks: Mark[] | null = null,
): { readonly text: string; readonly flaws: readonly Flaw[] } {
  const run: Run = { root, secrets, flaws: [], marks, text: "", steps: 0 };
  writeProgram(run, program, { context: root, outer: null, names: new Map(), data: new Map() });
  return { text: run.text, flaws: run.flaws };
}

function writeProgram(run: Run, program: TemplateProgram | undefined, scope: Scope): undefined {
  for (const statement of program?.body ?? []) {
    if (run.steps > MAX_STEPS || run.text.length > MAX_TEXT) return;
    run.steps++;
    if (run.steps > MAX_STEPS)
      return flaw(run, statement.loc.start, `the template takes more than ${MAX_STEPS} steps`);
    writeStatement(run, statement, scope);
    if (run.text.length > MAX_TEXT)
      return flaw(run, statement.loc.start, "the text grows larger than 16 MiB");
  }
}

function writeStatement(run: Run, statement: Statement, scope: Scope): undefined {
  run.marks?.push({ offset: run.text.length, statement });
  switch (statement.type) {
    case "ContentStatement":
      run.text += statement.value;
      return;
    case "MustacheStatement":
      return writeMustache(run, statement, scope);
    case "BlockStatement":
      return writeBlock(run, statement, scope);
    case "CommentStatement":
    case "PartialStatement":
    case "PartialBlockStatement":
    case "Decorator":
    case "DecoratorBlock":
      return;
  }
}

function writeMustache(run: Run, mustache: Mustache, scope: Scope): undefined {
  const { path } = mustache;
  if (path.type !== "PathExpression") return;
  const value =
    mustache.params.length > 0
      ? call(run, { ...mustache, type: "SubExpression", path }, scope)
      : evaluate(run, path, scope);
  if (value === undefined) return;
  const text = scalarText(value);
  if (text === null)
    return flaw(
      run,
      path.loc.start,
      `"${path.original}" is a list or map, not a text`,
      "use #each, join, yaml or json",
    );
  run.text += text;
}

function writeBlock(run: Run, block: TemplateBlock, scope: Scope): undefined {
  const [param] = block.params;
  const value = param === undefined ? undefined : evaluate(run, param, scope);
  if (value === undefined) return;
  switch (block.path.original) {
    case "if":
      return writeProgram(run, holds(run, block, value, scope) ? block.program : block.inverse, scope);
    case "unless":
      return writeProgram(run, holds(run, block, value, scope) ? block.inverse : block.program, scope);
    case "with":
      return writeWith(run, block, value, scope);
    default:
      return writeEach(run, block, value, scope);
  }
}

function holds(run: Run, block: TemplateBlock, value: Tree, scope: Scope): boolean {
  const option = block.hash?.pairs[0];
  const includeZero = option !== undefined && isTruthy(evaluate(run, option.value, scope) ?? null);
  return isTruthy(value) || (value === 0 && includeZero);
}

function writeWith(run: Run, block: TemplateBlock, value: Tree, scope: Scope): undefined {
  if (!isTruthy(value) && value !== 0) return writeProgram(run, block.inverse, scope);
  writeProgram(run, block.program, {
    context: value,
    outer: scope,
    names: nameParams(block, [value]),
    data: scope.data,
  });
}

function writeEach(run: Run, block: TemplateBlock, value: Tree, scope: Scope): undefined {
  if (value === null || typeof value !== "object")
    return flaw(run, block.loc.start, "#each needs a list or map");
  const keys: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  if (keys.length === 0) return writeProgram(run, block.inverse, scope);
  keys.forEach((key, index) => {
    const item = childOf(value, String(key)) ?? null;
    const place: [string, Tree][] = [
      ["key", key],
      ["index", index],
      ["first", index === 0],
      ["last", index === keys.length - 1],
    ];
    writeProgram(run, block.program, {
      context: item,
      outer: scope,
      names: nameParams(block, [item, key]),
      data: new Map(place),
    });
  });
}

function nameParams(block: TemplateBlock, values: readonly Tree[]): ReadonlyMap<string, Tree> {
  return new Map(
    (block.program?.blockParams ?? [])
      .slice(0, values.length)
      .map((name, index) => [name, values[index] ?? null]),
  );
}

/** undefined: missing, and a flaw says so. */
function evaluate(run: Run, expression: Expression, scope: Scope): Tree | undefined {
  switch (expression.type) {
    case "SubExpression":
      return call(run, expression, scope);
    case "PathExpression":
      return resolve(run, expression, scope);
    case "StringLiteral":
    case "NumberLiteral":
    case "BooleanLiteral":
      return expression.value ?? null;
    case "NullLiteral":
    case "UndefinedLiteral":
      return null;
  }
}

function call(run: Run, expression: SubExpression, scope: Scope): Tree | undefined {
  const args = expression.params.map((param) => evaluate(run, param, scope));
  const given = args.filter((value) => value !== undefined);
  const helper = HELPERS.get(expression.path.original);
  if (helper === undefined || given.length < args.length) return undefined;
  const answer = helper.call(given);
  if (answer.ok) return answer.value;
  return missing(run, expression.path.loc.start, answer.reason, null);
}

type Start = { readonly value: Tree; readonly parts: readonly string[] };

function resolve(run: Run, path: PathExpression, scope: Scope): Tree | undefined {
  const start = startOf(run, path, scope);
  if (start === null)
    return missing(
      run,
      path.loc.start,
      `"${path.original}" is not defined`,
      "@index, @key, @first and @last live inside #each; ../ needs a block around",
    );
  if (start.value === run.root) return fromRoot(run, path, start.parts);
  return descend(run, path, start);
}

function startOf(run: Run, path: PathExpression, scope: Scope): Start | null {
  if (path.data) {
    const [name = "", ...parts] = path.parts;
    if (name === "root") return { value: run.root, parts };
    const value = path.depth === 0 ? dataOf(scope, name) : undefined;
    return value === undefined ? null : { value, parts };
  }
  const named =
    path.depth === 0 && !/^(?:\.|this\b)/.test(path.original) ? paramOf(scope, path.parts[0]) : undefined;
  if (named !== undefined) return { value: named, parts: path.parts.slice(1) };
  let from: Scope | null = scope;
  for (let level = 0; level < path.depth; level++) from = from?.outer ?? null;
  return from === null ? null : { value: from.context, parts: path.parts };
}

function dataOf(scope: Scope, name: string): Tree | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer)
    if (at.data.has(name)) return at.data.get(name);
  return undefined;
}

function paramOf(scope: Scope, name: string | undefined): Tree | undefined {
  if (name === undefined) return undefined;
  for (let at: Scope | null = scope; at !== null; at = at.outer)
    if (at.names.has(name)) return at.names.get(name);
  return undefined;
}

/** The root itself and the whole of secrets are never handed out: a secret leaves only by its full name. */
function fromRoot(run: Run, path: PathExpression, parts: readonly string[]): Tree | undefined {
  const [head, name] = parts;
  if (head === undefined)
    return missing(run, path.loc.start, "this names everything at once", "name env, host, service or values");
  if (head !== "secrets") return descend(run, path, { value: run.root, parts });
  if (run.secrets === null)
    return missing(
      run,
      path.loc.start,
      "secrets can be used only in `files:`",
      "a secret in `secrets:` reaches the service by its environment",
    );
  if (name === undefined || parts.length !== 2)
    return missing(run, path.loc.start, "secrets are named one by one", "write secrets.NAME");
  const secret = run.secrets.get(name);
  return secret === undefined
    ? missing(
        run,
        path.loc.start,
        `the service has no secret "${name}"`,
        didYouMean(name, run.secrets.keys(), "secrets."),
      )
    : secret.reveal();
}

function descend(run: Run, path: PathExpression, start: Start): Tree | undefined {
  let value = start.value;
  for (const [index, part] of start.parts.entries()) {
    const child = childOf(value, part);
    if (child === undefined) {
      const reached = start.parts.slice(0, index + 1).join(".");
      return missing(run, path.loc.start, `"${reached}" is not defined`, hintAt(run, start, value, index));
    }
    value = child;
  }
  return value;
}

function hintAt(run: Run, start: Start, container: Tree, index: number): string | null {
  const part = start.parts[index] ?? "";
  if (index === 0 && part === "instance" && start.value === run.root) return INSTANCE_HINT;
  if (index === 0 && start.value !== run.root && Object.hasOwn(run.root, part))
    return `inside #each and #with write @root.${part}`;
  const known =
    container !== null && typeof container === "object" && !Array.isArray(container)
      ? Object.keys(container)
      : [];
  return didYouMean(
    part,
    known,
    start.parts
      .slice(0, index)
      .map((step) => `${step}.`)
      .join(""),
  );
}

const INSTANCE_HINT =
  "only health checks of a service with instances have it; in directives %i is the instance, escaped, " +
  "and %I as written";

function missing(run: Run, at: Position, message: string, hint: string | null): undefined {
  flaw(run, at, message, hint);
  return undefined;
}

/** The same flaw in every turn of a loop is one flaw. */
function flaw(run: Run, at: Position, message: string, hint: string | null = null): undefined {
  const known = run.flaws.some(
    (other) => other.at.line === at.line && other.at.column === at.column && other.message === message,
  );
  if (!known && run.flaws.length < 50) run.flaws.push({ at, message, hint });
}
