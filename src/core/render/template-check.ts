/**
 * A visitor over the whole syntax tree, branches that are not taken included: refuses what is not ours and
 * finds whether a secret is named.
 */
import { didYouMean } from "../errors.ts";
import { HELPERS } from "./template-helpers.ts";
import type {
  Expression,
  Flaw,
  HashPair,
  Mustache,
  PathExpression,
  Statement,
  SubExpression,
  TemplateBlock,
  TemplateProgram,
} from "./template-syntax.ts";

const BLOCKS = ["if", "unless", "each", "with"];
const BLOCK_HASHES: { readonly [block: string]: readonly string[] } = {
  if: ["includeZero"],
  unless: ["includeZero"],
};
const RESERVED = new Set([
  "__proto__",
  "constructor",
  "prototype",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);

type Findings = { readonly flaws: Flaw[]; usesSecrets: boolean; usesInstance: boolean };

/** Every structural flaw of a template, and whether any path in it starts with `secrets` or `instance`. */
export function checkTemplate(program: TemplateProgram): Readonly<Findings> {
  const findings: Findings = { flaws: [], usesSecrets: false, usesInstance: false };
  visitProgram(findings, program);
  return findings;
}

function visitProgram(findings: Findings, program: TemplateProgram): undefined {
  for (const statement of program.body) visitStatement(findings, statement);
}

function visitStatement(findings: Findings, statement: Statement): undefined {
  switch (statement.type) {
    case "ContentStatement":
    case "CommentStatement":
      return;
    case "MustacheStatement":
      return visitMustache(findings, statement);
    case "BlockStatement":
      return visitBlock(findings, statement);
    case "PartialStatement":
    case "PartialBlockStatement":
      return flaw(
        findings,
        statement,
        "partials are not supported",
        "write the text here, or give each file its own template",
      );
    case "Decorator":
    case "DecoratorBlock":
      return flaw(findings, statement, "decorators and inline partials are not supported");
  }
}

function visitMustache(findings: Findings, mustache: Mustache): undefined {
  const { path } = mustache;
  if (path.type !== "PathExpression")
    return flaw(findings, mustache, "a {{…}} names a variable or a helper, not a literal");
  if (mustache.params.length === 0 && mustache.hash === undefined && !isHelperName(path))
    return visitExpression(findings, path);
  visitCall(findings, { ...mustache, path });
}

function visitBlock(findings: Findings, block: TemplateBlock): undefined {
  const name = block.path.original;
  if (!BLOCKS.includes(name)) {
    flaw(
      findings,
      block.path,
      `there is no block helper "${name}"`,
      didYouMean(name, BLOCKS) ?? `blocks are ${BLOCKS.map((known) => `#${known}`).join(", ")}`,
    );
  } else if (block.params.length !== 1) {
    flaw(findings, block.path, `#${name} takes one argument`);
  }
  visitArguments(findings, block, BLOCK_HASHES[name] ?? []);
  if (block.program !== undefined) visitProgram(findings, block.program);
  if (block.inverse !== undefined) visitProgram(findings, block.inverse);
}

function visitCall(
  findings: Findings,
  call: { readonly path: PathExpression } & Pick<Mustache, "params" | "hash">,
): undefined {
  const name = call.path.original;
  const helper = HELPERS.get(name);
  if (helper === undefined) {
    const hint = didYouMean(name, HELPERS.keys()) ?? `helpers are ${[...HELPERS.keys()].join(", ")}`;
    flaw(findings, call.path, `there is no helper "${name}"`, hint);
  } else if (call.params.length < helper.arity[0] || call.params.length > helper.arity[1]) {
    const [least, most] = helper.arity;
    flaw(
      findings,
      call.path,
      `${name} takes ${least === most ? least : `${least} to ${most}`} argument${most === 1 ? "" : "s"}`,
    );
  }
  visitArguments(findings, call, []);
}

function visitArguments(
  findings: Findings,
  call: Pick<Mustache, "params" | "hash">,
  hashes: readonly string[],
): undefined {
  for (const param of call.params) visitExpression(findings, param);
  for (const pair of call.hash?.pairs ?? []) visitPair(findings, pair, hashes);
}

function visitPair(findings: Findings, pair: HashPair, known: readonly string[]): undefined {
  if (!known.includes(pair.key)) flaw(findings, pair, `the option "${pair.key}=" is not known here`);
  visitExpression(findings, pair.value);
}

function visitExpression(findings: Findings, expression: Expression | SubExpression): undefined {
  if (expression.type === "SubExpression") return visitCall(findings, expression);
  if (expression.type !== "PathExpression") return;
  if (expression.parts.some((part) => RESERVED.has(part)))
    flaw(findings, expression, `"${expression.original}" reaches for a reserved name`);
  const head = expression.data && expression.parts[0] === "root" ? expression.parts[1] : expression.parts[0];
  if (head === "secrets") findings.usesSecrets = true;
  if (head === "instance") findings.usesInstance = true;
}

function isHelperName(path: PathExpression): boolean {
  return (
    path.parts.length === 1 &&
    !path.data &&
    path.depth === 0 &&
    !path.original.startsWith("this") &&
    HELPERS.has(path.original)
  );
}

function flaw(
  findings: Findings,
  node: { readonly loc: { readonly start: Flaw["at"] } },
  message: string,
  hint: string | null = null,
): undefined {
  findings.flaws.push({ at: node.loc.start, message, hint });
}
