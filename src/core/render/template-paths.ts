/**
 * Which variables a template's statements read, each by its full name from the root: what explain follows to
 * the files they are in.
 */
import type {
  Expression,
  PathExpression,
  Statement,
  TemplateBlock,
  TemplateProgram,
} from "./template-syntax.ts";

/**
 * A variable's name from the root, e.g. ["values", "etcd", "quota"] or ["host", "name"]; inside #each the
 * list or map that is gone through.
 */
export type VariablePath = readonly string[];
/** The variables that each statement writes, and for a block those that it asks or walks through. */
export type StatementVariables = ReadonlyMap<Statement, readonly VariablePath[]>;

/** Every statement of the program that reads something; looks at branches that are not taken as well. */
export function templateVariables(program: TemplateProgram): StatementVariables {
  const found = new Map<Statement, readonly VariablePath[]>();
  visit(found, program, { path: [], holds: "value", names: new Map(), outer: null });
  return found;
}

/**
 * What `this` and the names after `as |…|` stand for. items: one of the list or map at the path, which has no
 * name of its own here.
 */
type PathScope = {
  readonly path: VariablePath;
  readonly holds: "value" | "items";
  readonly names: ReadonlyMap<string, VariablePath>;
  readonly outer: PathScope | null;
};

function visit(
  found: Map<Statement, readonly VariablePath[]>,
  program: TemplateProgram | undefined,
  scope: PathScope,
): void {
  for (const statement of program?.body ?? []) {
    if (statement.type === "MustacheStatement") {
      const read = statement.params.length > 0 ? statement.params : [statement.path];
      found.set(
        statement,
        read.flatMap((each) => pathsOf(each, scope)),
      );
    }
    if (statement.type !== "BlockStatement") continue;
    const read = statement.params.flatMap((each) => pathsOf(each, scope));
    found.set(statement, read);
    visit(found, statement.program, innerScope(statement, read[0], scope));
    visit(found, statement.inverse, scope);
  }
}

function innerScope(block: TemplateBlock, through: VariablePath | undefined, scope: PathScope): PathScope {
  if (through === undefined || (block.path.original !== "each" && block.path.original !== "with"))
    return scope;
  const names = new Map((block.program?.blockParams ?? []).map((name) => [name, through]));
  const holds = block.path.original === "each" || scope.holds === "items" ? "items" : "value";
  return { path: through, holds, names, outer: scope };
}

function pathsOf(expression: Expression, scope: PathScope): readonly VariablePath[] {
  if (expression.type === "SubExpression") return expression.params.flatMap((each) => pathsOf(each, scope));
  return expression.type === "PathExpression" ? [fullPath(expression, scope)] : [];
}

function fullPath(path: PathExpression, scope: PathScope): VariablePath {
  const [head, ...rest] = path.parts;
  // @key, @index and their kin tell about what is gone through.
  if (path.data) return head === "root" ? rest : scope.path;
  const named = path.depth === 0 && head !== undefined ? nameOf(scope, head) : undefined;
  if (named !== undefined) return scope.holds === "items" ? named : [...named, ...rest];
  let from: PathScope = scope;
  for (let level = 0; level < path.depth; level++) from = from.outer ?? from;
  return from.holds === "items" ? from.path : [...from.path, ...path.parts];
}

function nameOf(scope: PathScope, name: string): VariablePath | undefined {
  for (let at: PathScope | null = scope; at !== null; at = at.outer)
    if (at.names.has(name)) return at.names.get(name);
  return undefined;
}
