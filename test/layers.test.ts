/**
 * The dependency rule of ARCHITECTURE.md, read from the import lines: who may import whom, one owner per
 * dependency, no cycles, every export explained.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

type Import = { readonly from: string; readonly to: string; readonly kind: "value" | "type" };

/**
 * Folders (or files) that the files of a folder may import, beside their own. The first matching row counts.
 */
const ALLOWED: readonly (readonly [string, readonly string[]])[] = [
  ["main.ts", ["cli/cli.ts", "cli/complete/complete-line.ts"]],
  ["cli/", ["core/", "project/", "remote/", "deploy/", "store/", "report/", "notify/"]],
  ["unit-file.ts", ["core/unit-file/"]],
  ["report/", ["core/"]],
  ["project/", ["core/"]],
  ["remote/", ["core/"]],
  ["host/", ["core/", "remote/remote.ts"]],
  ["deploy/", ["core/", "remote/remote.ts", "host/"]],
  ["store/", ["core/"]],
  ["notify/", ["core/"]],
  ["core/model/", ["core/secret.ts"]],
  ["core/config/", ["core/model/", "core/errors.ts", "core/secret.ts", "core/unit-file/"]],
  ["core/render/", ["core/model/", "core/errors.ts", "core/secret.ts", "core/unit-file/"]],
  ["core/lint/", ["core/model/", "core/errors.ts", "core/secret.ts", "core/unit-file/"]],
  ["core/resources/", ["core/model/", "core/errors.ts", "core/secret.ts", "core/unit-file/"]],
  ["core/verify/", ["core/model/", "core/errors.ts", "core/sanitize.ts", "core/unit-file/"]],
  ["core/unit-file/", ["core/model/", "core/errors.ts"]],
  // Which commands a host needs depends on what the service files say it is given, which nothing renders for
  // a first look.
  [
    "core/check/",
    [
      ...[
        "core/model/",
        "core/errors.ts",
        "core/exit-code.ts",
        "core/plan/notices/host-notices.ts",
        "core/unit-file/",
      ],
      ...["core/config/artifact-form.ts", "core/config/schema-parts.ts"],
    ],
  ],
  // What was kept becomes resources again, and those of several services are put together as a render does
  // it.
  [
    "core/rollback/",
    [
      "core/model/",
      "core/errors.ts",
      "core/secret.ts",
      "core/unit-file/",
      "core/plan/",
      "core/resources/",
      "core/render/merge-resources.ts",
    ],
  ],
  ["core/target/", ["core/model/", "core/errors.ts", "core/config/", "core/render/"]],
  // What systemd says of a rendered line is told at the line of the service file, which lint finds.
  ["core/rehearsal/", ["core/model/", "core/lint/from-targets.ts"]],
  ["core/timer/", ["core/unit-file/"]],
  // explain renders a second time and reads the project's files again to say where each line comes from.
  ["core/explain/", ["core/model/", "core/secret.ts", "core/unit-file/", "core/config/", "core/render/"]],
  ["core/environment/", ["core/model/", "core/unit-file/"]],
  // The graph shows what lint's rules go by, cycles too.
  ["core/graph/", ["core/model/", "core/unit-file/", "core/lint/"]],
  [
    "core/drift/",
    [
      ...["core/model/", "core/errors.ts", "core/unit-file/"],
      ...["core/config/patterns.ts", "core/plan/", "core/resources/"],
    ],
  ],
  ["core/init/", ["core/model/declared.ts", "core/config/allow-lists.ts", "core/render/template.ts"]],
  [
    "core/status/",
    [
      "core/model/",
      "core/plan/drift.ts",
      "core/plan/running-program.ts",
      "core/plan/unit-state.ts",
      "core/verify/cause.ts",
    ],
  ],
  // It writes a service file and proves it: read back by the reader of service files, rendered, compared.
  [
    "core/adopt/",
    [
      "core/model/",
      "core/errors.ts",
      "core/secret.ts",
      "core/unit-file/",
      "core/config/",
      "core/render/",
      "core/lint/",
    ],
  ],
  // Whether a change needs a restart is known where units are rendered; of drop-ins for units of others the
  // plan asks it. What a unit is started from is fingerprinted there, and once more when the host has
  // encrypted a part of it.
  [
    "core/plan/",
    [
      ...["core/model/", "core/errors.ts", "core/secret.ts", "core/unit-file/", "core/resources/"],
      ...["core/render/restart-relevance.ts", "core/render/make-file.ts"],
    ],
  ],
  ["core/", ["core/model/", "core/errors.ts", "core/secret.ts", "core/sanitize.ts"]],
];

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

function importsOf(file: string, text: string): readonly Import[] {
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map((match) => {
    const target = match[2] ?? match[3] ?? "";
    const to = target.startsWith(".") ? relative(root, join(root, dirname(file), target)) : target;
    return { from: file, to, kind: match[1] === undefined ? "value" : "type" };
  });
}

const imports = [...texts].flatMap(([file, text]) => importsOf(file, text));
const own = imports.filter((each) => texts.has(each.to));

function folderOf(file: string): string {
  const parts = file.split("/");
  return parts[0] === "core" && parts.length > 2
    ? parts.slice(0, 2).join("/")
    : parts.length > 1
      ? (parts[0] ?? "")
      : file;
}

function mayImport({ from, to }: Import): boolean {
  if (folderOf(from) === folderOf(to) && folderOf(from) !== "core") return true;
  const row = ALLOWED.find(([start]) => from.startsWith(start));
  return (
    row?.[1].some((allowed) => to === allowed || (allowed.endsWith("/") && to.startsWith(allowed))) ?? false
  );
}

const line = ({ from, to }: Import): string => `${from} → ${to}`;

test("there is something to check", () => {
  expect(files.length).toBeGreaterThan(50);
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
  const edges = new Map<string, string[]>();
  for (const { from, to } of own) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
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
