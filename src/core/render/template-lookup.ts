/** What a path of a template names: its value, or the mistake with a hint. */
import { didYouMean } from "../errors.ts";
import type { Host, Tree, TreeMap } from "../model/declared.ts";
import type { SecretValues } from "../model/service.ts";
import type { SecretSpan } from "./shown-lines.ts";
import { childOf } from "./template-helpers.ts";
import type { Flaw, PathExpression, Position, Statement } from "./template-syntax.ts";

/** What the names env, host, service and values stand for. */
export type TemplateRoot = TreeMap;

/** One level of `this`; names: from `as |…|`; data: @index and its kin. */
export type Scope = {
  readonly context: Tree;
  readonly outer: Scope | null;
  readonly names: ReadonlyMap<string, Tree>;
  readonly data: ReadonlyMap<string, Tree>;
};

/**
 * One expansion. flaws: what was missing so far; marks: null when they are not wanted; steps: how many were
 * taken; spans: what secrets decided.
 */
export type Evaluation = {
  readonly root: TemplateRoot;
  readonly secrets: SecretValues | null;
  /** Variables of the host that are there and cannot be used. */
  readonly unusable: Host["unusable"];
  readonly flaws: Flaw[];
  readonly marks: Mark[] | null;
  text: string;
  steps: number;
  /** Names of the secrets that were looked up since it was last emptied. */
  readonly touched: Set<string>;
  readonly spans: SecretSpan[];
};

/** From this character of the result on (UTF-16), the text is this statement's. */
export type Mark = { readonly offset: number; readonly statement: Statement };

type Start = { readonly value: Tree; readonly parts: readonly string[] };

/** The value at a path; undefined: missing, and a flaw says so. */
export function resolve(run: Evaluation, path: PathExpression, scope: Scope): Tree | undefined {
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

function startOf(run: Evaluation, path: PathExpression, scope: Scope): Start | null {
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
function fromRoot(run: Evaluation, path: PathExpression, parts: readonly string[]): Tree | undefined {
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
  run.touched.add(name);
  return secret === undefined
    ? missing(
        run,
        path.loc.start,
        `the service has no secret "${name}"`,
        didYouMean(name, run.secrets.keys(), "secrets."),
      )
    : secret.reveal();
}

function descend(run: Evaluation, path: PathExpression, start: Start): Tree | undefined {
  let value = start.value;
  for (const [index, part] of start.parts.entries()) {
    const child = childOf(value, part);
    if (child === undefined) {
      const reached = start.parts.slice(0, index + 1).join(".");
      const barred = start.value === run.root ? barredAt(run, reached) : null;
      if (barred !== null) return flaw(run, path.loc.start, ...barred);
      const hint = hintAt(run, start, value, index);
      const name = (start.value === run.root ? start.parts[0] : undefined) ?? "";
      return flaw(run, path.loc.start, `"${reached}" is not defined`, { hint, name });
    }
    value = child;
  }
  return value;
}

/** A variable that Ansible's inventory has in a form that is not used here. */
function barredAt(run: Evaluation, reached: string): [string, { readonly hint: string }] | null {
  const found = reached.startsWith("host.vars.")
    ? run.unusable?.get(reached.slice("host.vars.".length))
    : undefined;
  if (found === undefined) return null;
  const { file, line, column } = found.place;
  const hint = `it is in ${file}:${line}:${column}; put its value into vars: of the environment's own file`;
  return [`"${reached}" ${found.reason}`, { hint }];
}

function hintAt(run: Evaluation, start: Start, container: Tree, index: number): string | null {
  const part = start.parts[index] ?? "";
  if (index === 0 && part === "instance" && start.value === run.root) return INSTANCE_HINT;
  if (index === 0 && start.value !== run.root && Object.hasOwn(run.root, part))
    return `inside #each and #with write @root.${part}`;
  const known =
    container !== null && typeof container === "object" && !Array.isArray(container)
      ? Object.keys(container)
      : [];
  const lead = start.parts
    .slice(0, index)
    .map((step) => `${step}.`)
    .join("");
  const meant = didYouMean(part, known, lead);
  if (meant !== null || start.value !== run.root) return meant;
  return index === 0 ? "a template names env, host, service and values" : whereToPut(start.parts, index);
}

/** Where what is missing is written. */
function whereToPut(parts: readonly string[], index: number): string | null {
  const [head = "", ...rest] = parts.slice(0, index + 1);
  const name = rest.join(".");
  if (head === "values") return `put ${name} into values/base.yaml, or into values/ENVIRONMENT.yaml`;
  return head === "host" && rest[0] === "vars" && rest.length > 1
    ? `put ${rest.slice(1).join(".")} into vars: of the host, its group or defaults: in the inventory`
    : null;
}

const INSTANCE_HINT =
  "only health checks of a service with instances have it; in directives %i is the instance, escaped, " +
  "and %I as written";

/** Notes that something is not defined. */
export function missing(run: Evaluation, at: Position, message: string, hint: string | null): undefined {
  return flaw(run, at, message, { hint });
}

/** The same flaw in every turn of a loop is one flaw. */
export function flaw(
  run: Evaluation,
  at: Position,
  message: string,
  { hint = null, ...more }: { readonly hint?: string | null; readonly name?: string } = {},
): undefined {
  const known = run.flaws.some(
    (other) => other.at.line === at.line && other.at.column === at.column && other.message === message,
  );
  if (!known && run.flaws.length < 50) run.flaws.push({ at, message, hint, ...more });
}
