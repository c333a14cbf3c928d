/** The figures of scripts/measure-code.ts: right for small samples, and there for this checkout. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { countWords, functionsIn, messageWords } from "../../scripts/code-figures.ts";
import { cyclesIn, importsIn, mayImport } from "../../scripts/import-rule.ts";
import { spread } from "../../scripts/measure-code.ts";

const SAMPLE = `/** Not counted. */
export function add(left: number, right: number): number {
  // nor is this, "with" its words
  const sum = left + right;
  return sum;
}
const short = (x: number): number => x + 1;
const named = (text: string): string => {
  const inner = function () { return /[a b]/.test(text); };
  return \`\${text} and \${inner()}\`;
};
class Shop {
  async open(): Promise<void> { await named("a"); }
}
const table = { act: () => { return "a\\"b // c"; } };
[1].map((each) => { return each; });
`;

test("functions are declarations, methods and what a name is bound to, with their lines and tokens", () => {
  expect(functionsIn(SAMPLE).map(({ name, lines }) => [name, lines])).toEqual([
    ["add", 5],
    ["named", 4],
    ["inner", 1],
    ["open", 1],
    ["act", 1],
  ]);
  const tokens = new Map(functionsIn(SAMPLE).map((each) => [each.name, each.tokens]));
  // function add ( left : number , right : number ) : number { const sum = left + right ; return sum ; }
  expect(tokens.get("add")).toBe(25);
  // function ( ) { return /[a b]/ . test ( text ) ; }
  expect(tokens.get("inner")).toBe(13);
  // act : ( ) => { return "…" ; }
  expect(tokens.get("act")).toBe(10);
});

test("words of messages are those of texts with a blank in them, not of names and imports", () => {
  expect(messageWords('import { a } from "some words here";\nconst kind = "daemon-reload";')).toBe(0);
  expect(messageWords('throw new Error("the host is unknown");')).toBe(4);
  expect(messageWords("const text = `the host $" + "{host.name} isn't a well-known one`;")).toBe(6);
  expect(countWords("# Don't edit 12 well-known files.")).toBe(4);
});

test("median, 90th percentile and maximum", () => {
  expect(spread([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe("5, 9, 10");
  expect(spread([])).toBe("0, 0, 0");
});

test("an import upwards and a cycle are found", () => {
  const texts = new Map([
    ["core/plan/a.ts", 'import type { B } from "./b.ts";\n'],
    ["core/plan/b.ts", 'import { c } from "../../deploy/c.ts";\n'],
    ["deploy/c.ts", 'const a = await import("../core/plan/a.ts");\n'],
  ]);
  const imports = importsIn(texts);
  expect(imports.filter((each) => !mayImport(each)).map(({ from }) => from)).toEqual(["core/plan/b.ts"]);
  expect(cyclesIn(imports)).toEqual(["core/plan/a.ts → core/plan/b.ts → deploy/c.ts → core/plan/a.ts"]);
});

test("it prints every figure of this checkout", async () => {
  const script = fileURLToPath(new URL("../../scripts/measure-code.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^lines a function \(median, p90, max\): \d+, \d+, \d+$/m);
  expect(stdout).toMatch(/^imports upwards: 0\ncycles: 0$/m);
  expect(stdout).toMatch(/^functions over 40 lines: 0$/m);
  expect(stdout).toMatch(/^files over 250 lines: 0$/m);
  expect(stdout).toMatch(/^words of README\.md: [1-9]\d+$/m);
  expect(stdout.trimEnd().split("\n")).toHaveLength(14);
});
