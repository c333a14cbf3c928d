/**
 * The dependency rule of ARCHITECTURE.md, read from the import lines: who may import whom (the table is in
 * scripts/import-rule.ts), one owner per dependency, no cycles, every export explained.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cyclesIn, type Import, importsIn, mayImport, readSources } from "../scripts/import-rule.ts";

const root = fileURLToPath(new URL("../src", import.meta.url));
const texts = readSources(root);

/** Who alone may import a package or a part of Node. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  "tar-stream": ["project/"],
  ssh2: ["remote/"],
  listr2: ["report/"],
  diff: ["report/"],
  "@viz-js/viz": ["report/"],
  yargs: ["cli/"],
  yaml: ["core/config/"],
  zod: ["core/config/"],
  handlebars: ["core/render/"],
  "node:fs": ["project/", "store/", "remote/key-files.ts", "host/scripts.ts"],
  "node:fs/promises": ["project/", "store/", "remote/key-files.ts"],
  // git tells the commit, a timer is installed here, a provider prints a secret, others' tools check
  // signatures; the pager is the user's own program
  "node:child_process": [
    "cli/run-identity.ts",
    "deploy/install-timer-here.ts",
    "project/ansible/run-inventory.ts",
    "project/run-provider.ts",
    "project/feed-tool.ts",
    "cli/pager.ts",
  ],
  "node:net": ["remote/", "deploy/http-request.ts"],
  "node:sqlite": ["store/"],
};

/** core is pure: of Node it may use what only computes. */
const PURE_NODE = ["node:crypto", "node:util", "node:buffer", "node:path/posix", "node:url"];
/** Names whose use makes a result depend on more than the arguments, or writes somewhere. */
const IMPURE =
  /\b(?:process|console|performance|globalThis)\.\w|\b(?:Math\.random|Date\.now|setTimeout|setInterval|fetch)\(|\bnew Date\(\)/;

const imports = importsIn(texts);
const own = imports.filter((each) => texts.has(each.to));

const line = ({ from, to }: Import): string => `${from} → ${to}`;

test("there is something to check", () => {
  expect(texts.size).toBeGreaterThan(50);
  expect(own.length).toBeGreaterThan(100);
});

test("every import of ours is one that the rule allows", () => {
  expect(own.filter((each) => !mayImport(each)).map(line)).toEqual([]);
});

test("every relative import names a file that is there", () => {
  const missing = imports.filter((each) => each.to.endsWith(".ts") && !texts.has(each.to));
  expect(missing.map(line)).toEqual([]);
});

test("each dependency has one owner, and there is none without an owner", () => {
  const packages = imports.filter(
    (each) => !texts.has(each.to) && !each.to.startsWith("node:") && !/\.json$/.test(each.to),
  );
  expect(packages.filter((each) => OWNERS[packageOf(each.to)] === undefined).map(line)).toEqual([]);
  const strangers = imports.filter((each) =>
    OWNERS[packageOf(each.to)]?.every((owner) => !each.from.startsWith(owner)),
  );
  expect(strangers.map(line)).toEqual([]);
});

function packageOf(name: string): string {
  return name.startsWith("node:") || name.startsWith("@") ? name : (name.split("/")[0] ?? name);
}

test("core is pure", () => {
  const core = (file: string): boolean => file.startsWith("core/");
  const foreign = imports.filter(
    (each) => core(each.from) && each.to.startsWith("node:") && !PURE_NODE.includes(each.to),
  );
  expect(foreign.map(line)).toEqual([]);
  const impure = [...texts].filter(([file, text]) => core(file) && IMPURE.test(withoutComments(text)));
  expect(impure.map(([file, text]) => `${file}: ${IMPURE.exec(withoutComments(text))?.[0]}`)).toEqual([]);
});

test("process.exit stands in main.ts alone", () => {
  const found = [...texts].filter(
    ([file, text]) => file !== "main.ts" && /process\.exit\b/.test(withoutComments(text)),
  );
  expect(found.map(([file]) => file)).toEqual([]);
});

/** Good enough for the purity checks: comments and the words inside plain strings are no uses. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\s\/\/ .*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/`(?:[^`\\$]|\\.|\$(?!\{))*`/g, "``");
}

test("no cycles", () => {
  expect(cyclesIn(own)).toEqual([]);
});

test("every file says first what it is for, and every export what it is", () => {
  const missing = [...texts].flatMap(([file, text]) => {
    const start = text.replace(/^#!.*\n/, "");
    const silent = start.startsWith("/**") || start.startsWith("//") ? [] : [`${file}: no first line`];
    const lines = text.split("\n");
    // A comment may explain several exports that stand under it line by line.
    const above = (index: number): string =>
      /^export .*;$/.test(lines[index - 1] ?? "") ? above(index - 1) : (lines[index - 1] ?? "");
    const bare = lines.flatMap((each, index) =>
      /^export (?:async )?(?:function|const|class|type|interface)\b/.test(each) &&
      !/\*\/\s*$/.test(above(index))
        ? [`${file}: ${each}`]
        : [],
    );
    return [...silent, ...bare];
  });
  expect(missing).toEqual([]);
});
