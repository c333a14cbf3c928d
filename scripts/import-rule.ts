/**
 * Who may import whom in src/ (ARCHITECTURE.md), read from the import lines: the table, and what breaks it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An import line. to: a file of src/, or the name of a package as it is written. */
export type Import = { readonly from: string; readonly to: string; readonly kind: "value" | "type" };

/**
 * Folders (or files) that the files of a folder may import, beside their own. The first matching row counts.
 */
const ALLOWED: readonly (readonly [string, readonly string[]])[] = [
  ["main.ts", ["cli/cli.ts", "cli/complete/complete-line.ts"]],
  ["cli/", ["core/", "project/", "remote/", "deploy/", "store/", "report/", "notify/"]],
  ["unit-file.ts", ["core/unit-file/"]],
  ["report/", ["core/"]],
  // The user's folders are found in one place.
  ["project/", ["core/", "store/user-folder.ts"]],
  ["remote/", ["core/"]],
  ["host/", ["core/", "remote/remote.ts"]],
  ["deploy/", ["core/", "remote/remote.ts", "host/"]],
  ["store/", ["core/"]],
  ["notify/", ["core/"]],
  ["core/config/", ["core/unit-file/"]],
  ["core/render/", ["core/unit-file/"]],
  ["core/lint/", ["core/unit-file/"]],
  ["core/resources/", []],
  ["core/verify/", ["core/unit-file/"]],
  ["core/timer/", ["core/unit-file/"]],
  ["core/environment/", ["core/unit-file/"]],
  // Lint knows which line of a service file a rendered line came from.
  ["core/target/", ["core/config/", "core/render/", "core/lint/rendered-unit.ts"]],
  ["core/init/", ["core/config/allow-lists.ts", "core/render/template.ts"]],
  // Whether a change needs a restart is known where units are rendered; of drop-ins for units of others the
  // plan asks it. What a unit is started from is fingerprinted there, and once more when the host has
  // encrypted a part of it.
  [
    "core/plan/",
    [
      ...["core/unit-file/", "core/resources/"],
      ...["core/render/restart-relevance.ts", "core/render/make-file.ts"],
    ],
  ],
  ["core/drift/", ["core/unit-file/", "core/resources/", "core/plan/", "core/config/patterns.ts"]],
  // What was kept becomes resources again, and those of several services are put together as a render does
  // it.
  [
    "core/rollback/",
    [
      ...["core/unit-file/", "core/resources/", "core/plan/", "core/render/merge-resources.ts"],
      "core/target/play-targets.ts",
    ],
  ],
  [
    "core/status/",
    [
      ...["core/plan/drift.ts", "core/plan/running-program.ts", "core/plan/unit-state.ts"],
      "core/verify/cause.ts",
    ],
  ],
  // Which commands a host needs depends on what the service files say it is given, which nothing renders for
  // a first look.
  [
    "core/check/",
    [
      ...["core/exit-code.ts", "core/unit-file/", "core/plan/notices/host-notices.ts"],
      ...["core/config/artifact-form.ts", "core/config/schema-parts.ts"],
    ],
  ],
  ["core/rehearsal/", ["core/unit-file/"]],
  // explain renders a second time and reads the project's files again to say where each line comes from.
  ["core/explain/", ["core/unit-file/", "core/config/", "core/render/"]],
  // The graph shows what lint's rules go by, cycles too.
  ["core/graph/", ["core/unit-file/", "core/lint/"]],
  // It writes a service file and proves it: read back by the reader of service files, rendered, compared.
  ["core/adopt/", ["core/unit-file/", "core/config/", "core/render/", "core/lint/"]],
];

/** What every folder of core may import, beside what its row names; core/model the secrets alone. */
const GROUND = [
  ...["core/model/", "core/errors.ts", "core/secret.ts", "core/sanitize.ts"],
  ...["core/compare-text.ts", "core/edit-distance.ts", "core/shell-word.ts", "core/size-text.ts"],
  "core/pattern/",
];

/** The source files of a folder: path below it → text. */
export function readSources(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** Every import of these files, `import()` too. */
export function importsIn(texts: ReadonlyMap<string, string>): readonly Import[] {
  return [...texts].flatMap(([file, text]) => importsOf(file, text));
}

function importsOf(file: string, text: string): readonly Import[] {
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map((match) => {
    const target = match[2] ?? match[3] ?? "";
    const to = target.startsWith(".") ? join(dirname(file), target) : target;
    return { from: file, to, kind: match[1] === undefined ? "value" : "type" };
  });
}

function folderOf(file: string): string {
  const parts = file.split("/");
  return parts[0] === "core" && parts.length > 2
    ? parts.slice(0, 2).join("/")
    : parts.length > 1
      ? (parts[0] ?? "")
      : file;
}

/** Whether the table allows it. Of imports of files of src/ alone. */
export function mayImport({ from, to }: Import): boolean {
  if (folderOf(from) === folderOf(to) && folderOf(from) !== "core") return true;
  const row = ALLOWED.find(([start]) => from.startsWith(start))?.[1] ?? [];
  const ground = !from.startsWith("core/")
    ? []
    : from.startsWith("core/model/")
      ? ["core/secret.ts"]
      : GROUND;
  return [...ground, ...row].some(
    (allowed) => to === allowed || (allowed.endsWith("/") && to.startsWith(allowed)),
  );
}

/** Files that import each other in a circle, a line each: `a → b → a`. */
export function cyclesIn(imports: readonly Import[]): readonly string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}
