/**
 * The meaning of a checked template: walks the syntax tree once and writes text. Every path must lead
 * somewhere.
 */

import type { Tree } from "../model/declared.ts";
import type { SecretValues } from "../model/service.ts";
import type { SecretSpan } from "./shown-lines.ts";
import { childOf, HELPERS, isTruthy, scalarText } from "./template-helpers.ts";
import {
  type Evaluation,
  flaw,
  type Mark,
  missing,
  resolve,
  type Scope,
  type TemplateRoot,
} from "./template-lookup.ts";
import type {
  Expression,
  Flaw,
  Mustache,
  Statement,
  SubExpression,
  TemplateBlock,
  TemplateProgram,
} from "./template-syntax.ts";

/** Bounds on what one template may produce, so that nested loops cannot take the controller's memory. */
const MAX_STEPS = 1_000_000;
const MAX_TEXT = 16 * 1024 * 1024;

/**
 * Expands a template that checkTemplate found sound. flaws: what was missing; the text is then worthless.
 * marks: filled in where the text's origin is asked for. spans: the parts of the text that a secret decided.
 */
export function evaluateTemplate(
  program: TemplateProgram,
  root: TemplateRoot,
  secrets: SecretValues | null,
  marks: Mark[] | null = null,
  unusable: Evaluation["unusable"] = undefined,
): { readonly text: string; readonly flaws: readonly Flaw[]; readonly spans: readonly SecretSpan[] } {
  const around = { root, secrets, unusable, flaws: [], marks, touched: new Set<string>(), spans: [] };
  const run: Evaluation = { ...around, text: "", steps: 0 };
  writeProgram(run, program, { context: root, outer: null, names: new Map(), data: new Map() });
  return { text: run.text, flaws: run.flaws, spans: run.spans };
}

function writeProgram(run: Evaluation, program: TemplateProgram | undefined, scope: Scope): undefined {
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

function writeStatement(run: Evaluation, statement: Statement, scope: Scope): undefined {
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

function writeMustache(run: Evaluation, mustache: Mustache, scope: Scope): undefined {
  const { path } = mustache;
  if (path.type !== "PathExpression") return;
  const from = run.text.length;
  run.touched.clear();
  const value =
    mustache.params.length > 0
      ? call(run, { ...mustache, type: "SubExpression", path }, scope)
      : evaluate(run, path, scope);
  if (value === undefined) return;
  const text = scalarText(value);
  if (text === null)
    return flaw(run, path.loc.start, `"${path.original}" is a list or map, not a text`, {
      hint: "use #each, join, yaml or json",
    });
  run.text += text;
  noteSpan(run, from, [...run.touched]);
}

/** What follows from a secret is one: its own text, or all that was written because of it. */
function noteSpan(run: Evaluation, from: number, names: readonly string[]): void {
  if (names.length > 0) run.spans.push({ from, to: run.text.length, names: names.toSorted() });
}

function writeBlock(run: Evaluation, block: TemplateBlock, scope: Scope): undefined {
  const [param] = block.params;
  run.touched.clear();
  for (const { value } of block.hash?.pairs ?? []) evaluate(run, value, scope);
  const value = param === undefined ? undefined : evaluate(run, param, scope);
  if (value === undefined) return;
  const [from, names] = [run.text.length, [...run.touched]];
  writeChosen(run, block, value, scope);
  noteSpan(run, from, names);
}

function writeChosen(run: Evaluation, block: TemplateBlock, value: Tree, scope: Scope): undefined {
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

function holds(run: Evaluation, block: TemplateBlock, value: Tree, scope: Scope): boolean {
  const option = block.hash?.pairs[0];
  const includeZero = option !== undefined && isTruthy(evaluate(run, option.value, scope) ?? null);
  return isTruthy(value) || (value === 0 && includeZero);
}

function writeWith(run: Evaluation, block: TemplateBlock, value: Tree, scope: Scope): undefined {
  if (!isTruthy(value) && value !== 0) return writeProgram(run, block.inverse, scope);
  writeProgram(run, block.program, {
    context: value,
    outer: scope,
    names: nameParams(block, [value]),
    data: scope.data,
  });
}

function writeEach(run: Evaluation, block: TemplateBlock, value: Tree, scope: Scope): undefined {
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
function evaluate(run: Evaluation, expression: Expression, scope: Scope): Tree | undefined {
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

function call(run: Evaluation, expression: SubExpression, scope: Scope): Tree | undefined {
  const args = expression.params.map((param) => evaluate(run, param, scope));
  const given = args.filter((value) => value !== undefined);
  const helper = HELPERS.get(expression.path.original);
  if (helper === undefined || given.length < args.length) return undefined;
  const answer = helper.call(given);
  if (answer.ok) return answer.value;
  return missing(run, expression.path.loc.start, answer.reason, null);
}
