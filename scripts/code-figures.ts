/** Figures of TypeScript source: the length of its functions in lines and tokens, and words of messages. */
import { parseAst } from "vitest/node";

/** A function with its length. tokens: names, literals and punctuators; each part of a template is one. */
export type FunctionSize = { readonly name: string; readonly lines: number; readonly tokens: number };

type Node = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly start: number;
  readonly end: number;
};
/** A node and what it is part of. */
type Visitor = (node: Node, parent: Node | null) => void;

/**
 * Declarations, methods, and arrow functions (or function expressions) that have a block body and are bound
 * to a name. A function inside another one is counted by itself and in the outer one; comments above it are
 * not.
 */
export function functionsIn(text: string): readonly FunctionSize[] {
  const found: FunctionSize[] = [];
  const program = parse(text);
  const tokens = tokensOf(text, program);
  visit(program, null, (node, parent) => {
    const name = nameOf(node, parent);
    if (name === null) return;
    const whole = parent?.type === "MethodDefinition" || parent?.type === "Property" ? parent : node;
    found.push({
      name,
      lines: text.slice(whole.start, whole.end).split("\n").length,
      tokens: tokens.filter((at) => at >= whole.start && at < whole.end).length,
    });
  });
  return found;
}

/** A message in source text. line counts from 1. */
export type Message = { readonly line: number; readonly text: string };

/** String literals and templates that have a blank between two letters or marks, import lines left out. */
export function messagesIn(text: string): readonly Message[] {
  const found: Message[] = [];
  visit(parse(text), null, (node, parent) => {
    if (parent?.type === "ImportDeclaration") return;
    const message =
      node.type === "Literal" && typeof node.value === "string"
        ? node.value
        : node.type === "TemplateLiteral"
          ? quasisOf(node).join("…")
          : "";
    const line = text.slice(0, node.start).split("\n").length;
    if (/\S \S/.test(message)) found.push({ line, text: message });
  });
  return found;
}

/** How many words all messages of a source text have together. */
export function messageWords(text: string): number {
  return messagesIn(text).reduce((sum, message) => sum + countWords(message.text), 0);
}

/** Words of a text for people: runs of letters, with apostrophes and hyphens inside. */
export function countWords(text: string): number {
  return text.match(/\p{L}+(?:['’-]\p{L}+)*/gu)?.length ?? 0;
}

function nameOf(node: Node, parent: Node | null): string | null {
  if (node.type === "FunctionDeclaration") return textOf(node.id);
  if (!/^(?:ArrowFunctionExpression|FunctionExpression)$/.test(node.type)) return null;
  if (!isNode(node.body) || node.body.type !== "BlockStatement" || parent === null) return null;
  if (parent.type === "VariableDeclarator") return textOf(parent.id);
  const isMember = /^(?:MethodDefinition|Property|PropertyDefinition)$/.test(parent.type);
  return isMember && parent.value === node ? textOf(parent.key) : null;
}

function textOf(name: unknown): string {
  return isNode(name) && typeof name.name === "string" ? name.name : "(computed)";
}

const TOKEN =
  /[\p{L}\p{N}_$]+|\.\.\.|=>|[=!]==?|\*\*=?|<<=?|>>>?=?|(?:&&|\|\||\?\?)=?|\?\.|\+\+|--|[-+*/%&|^<>]=|\S/gu;

/** Where each token starts. Literals are one each, so that nothing inside them counts; nor do comments. */
function tokensOf(text: string, program: Node): readonly number[] {
  const masked = [...text.split("")];
  visit(program, null, (node) => {
    if (node.type !== "Literal" && node.type !== "TemplateElement") return;
    masked.fill(" ", node.start, node.end);
    masked[node.start] = "0";
  });
  const bare = masked.join("").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => " ".repeat(comment.length));
  return [...bare.matchAll(TOKEN)].map(({ index }) => index);
}

function quasisOf(node: Node): readonly string[] {
  const quasis = Array.isArray(node.quasis) ? node.quasis : [];
  return quasis.flatMap((quasi) => {
    const value: unknown = isNode(quasi) ? quasi.value : null;
    const hasText = typeof value === "object" && value !== null && "cooked" in value;
    return hasText && typeof value.cooked === "string" ? [value.cooked] : [];
  });
}

function parse(text: string): Node {
  const program: unknown = parseAst(text, { lang: "ts" });
  if (!isNode(program)) throw new Error("the parser gave no program");
  return program;
}

function visit(node: Node, parent: Node | null, visitor: Visitor): void {
  visitor(node, parent);
  for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, node, visitor);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
