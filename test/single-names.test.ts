/** One thing, one place: a type's name, a function's text and a constant's value are not written twice. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSources } from "../scripts/import-rule.ts";

const texts = readSources(fileURLToPath(new URL("../src", import.meta.url)));

type Declaration = { readonly file: string; readonly name: string; readonly text: string };

/** What a pattern declares at the start of a line; its first group is the name. */
function declared(pattern: RegExp): readonly Declaration[] {
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(pattern)].map((match) => ({ file, name: match[1] ?? "", text: match[0] })),
  );
}

/** The groups with more than one member, a line each. */
function repeated(all: readonly Declaration[], keyOf: (one: Declaration) => string): readonly string[] {
  return [...Map.groupBy(all, keyOf).values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map(({ file, name }) => `${file}: ${name}`).join(" = "));
}

test("the name of an exported type is declared once", () => {
  const all = declared(/^(?:export )?(?:type|interface|class) (\w+)/gm);
  const exported = new Set(all.filter(({ text }) => text.startsWith("export")).map(({ name }) => name));
  expect(exported.size).toBeGreaterThan(500);
  expect(
    repeated(
      all.filter(({ name }) => exported.has(name)),
      ({ name }) => name,
    ),
  ).toEqual([]);
});

test("no two functions are the same but for their names and those of their parameters", () => {
  const all = declared(/^(?:export )?(?:async )?function\*? (\w+)[\s\S]*?^\}$/gm);
  expect(all.length).toBeGreaterThan(2000);
  expect(repeated(all, shapeOf)).toEqual([]);
});

/** The tokens of a function, with its own name and its parameters' in the order of their appearance. */
function shapeOf({ name, text }: Declaration): string {
  const code = text.replace(/^export /, "").replace(/\/\/.*$/gm, "");
  const head = code.slice(0, code.indexOf("{\n"));
  const parameters = new Set([name, ...[...head.matchAll(/(\w+)\??:/g)].map((match) => match[1])]);
  const tokens = code.match(/"(?:[^"\\]|\\.)*"|\.?\w+|[^\s\w]/g) ?? [];
  const seen: string[] = [];
  const renamed = tokens.map((token) => {
    if (!parameters.has(token)) return token;
    if (!seen.includes(token)) seen.push(token);
    return `$${seen.indexOf(token)}`;
  });
  return renamed.join(" ").replace(/, ([)\]}])/g, "$1");
}

test("no text or pattern is written down twice under one name", () => {
  const all = declared(/^(?:export )?const (\w+)(?:: [^=]+)? =\s[\s\S]*?;$/gm);
  const worded = all.filter(({ text }) => /["`]|= \//.test(text));
  expect(worded.length).toBeGreaterThan(300);
  expect(repeated(worded, ({ text }) => text.replace(/^export /, "").replace(/\s+/g, " "))).toEqual([]);
});
