/**
 * Goldens: each folder beside this file holds input.json (a service in short form, see make-service.ts) and
 * expected/: every file byte for byte at its path on the host, and resources.txt, one line a resource.
 * `UPDATE_GOLDEN=1 npx vitest run --project unit test/golden` writes them anew; read the diff.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TreeMap } from "../../src/core/model/declared.ts";
import type { Resource } from "../../src/core/model/resource.ts";
import { renderService } from "../../src/core/render/render.ts";
import { Secret } from "../../src/core/secret.ts";
import { makeHost, makeService, type ShortService } from "./make-service.ts";

type GoldenInput = {
  readonly service: ShortService;
  readonly systemd: number;
  readonly env: string;
  readonly values: TreeMap;
  readonly secrets: { readonly [name: string]: string };
  readonly files: { readonly [path: string]: string };
  readonly artifact: { readonly sha256: string; readonly size: number } | null;
};

const folders = readdirSync(import.meta.dirname).filter((name) =>
  existsSync(join(import.meta.dirname, name, "input.json")),
);

describe.each(folders)("golden %s", (folder) => {
  const expected = join(import.meta.dirname, folder, "expected");
  const rendered = renderGolden(join(import.meta.dirname, folder, "input.json"));
  if (process.env.UPDATE_GOLDEN === "1") writeExpected(expected, rendered);

  test("has the very files", () => {
    const paths = globSync("**/*", { cwd: expected }).filter((path) =>
      statSync(join(expected, path)).isFile(),
    );
    expect(paths.sort()).toEqual([...rendered.keys()].sort());
    for (const [path, content] of rendered)
      expect(readFileSync(join(expected, path), "utf8"), path).toBe(content);
  });
});

function renderGolden(path: string): ReadonlyMap<string, string> {
  const input: GoldenInput = JSON.parse(readFileSync(path, "utf8"));
  const resources = renderService(makeService(input.service), makeHost({ systemd: input.systemd }), {
    env: input.env,
    values: input.values,
    secrets: new Map(Object.entries(input.secrets).map(([name, value]) => [name, new Secret(name, value)])),
    files: new Map(Object.entries(input.files).map(([name, text]) => [name, new TextEncoder().encode(text)])),
    artifact:
      input.artifact === null
        ? null
        : {
            ...input.artifact,
            source: {
              ...input.artifact,
              form: "file",
              path: `/project/${input.service.artifact?.source}`,
              strip: 0,
            },
          },
  });
  const files = resources.filter((resource) => resource.kind === "file");
  const contents = files.map((file) => [file.path.slice(1), new TextDecoder().decode(file.content)] as const);
  return new Map([...contents, ["resources.txt", `${resources.map(describeResource).join("\n")}\n`]]);
}

function describeResource(resource: Resource): string {
  switch (resource.kind) {
    case "account":
      return `account   ${resource.user}:${resource.group} home ${resource.home} groups [${resource.groups.join(" ")}]`;
    case "directory":
      return `directory ${resource.path} ${resource.mode} ${resource.owner}:${resource.group}`;
    case "file":
      return `file      ${resource.path} ${resource.mode} ${resource.owner}:${resource.group} ${resource.role}${resource.secret ? " secret" : ""} on change ${resource.onChange}`;
    case "link":
      return `link      ${resource.path} -> ${resource.target} (${resource.role})`;
    case "release":
      return `release   ${resource.path}/${resource.name} ${resource.size} bytes, keep ${resource.keep}, from ${resource.source?.path}`;
    case "unit":
      return [
        `unit      ${resource.unit} ${resource.running ? "running" : "loaded"} ${resource.type || "-"} start ${resource.startTimeoutSeconds}s stop ${resource.stopTimeoutSeconds}s reload ${resource.canReload}`,
        `          restart for: ${Object.keys(resource.restartInputs).join(" ")}`,
        `          reload for:  ${Object.keys(resource.reloadInputs).join(" ")}`,
        `          after:       ${resource.after.join(" ")}`,
        `          reads:       ${resource.inputPaths.join(" ")}`,
      ]
        .map((line) => line.trimEnd())
        .join("\n");
  }
}

function writeExpected(folder: string, rendered: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of rendered) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
