/**
 * The files of a new project, byte for byte: test/golden/init holds them as 0.1 wrote them, its words apart.
 * `UPDATE_GOLDEN=1 npx vitest run --project unit test/core/init` writes them anew; read the diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseLogin } from "../../../src/core/init/login.ts";
import { makeProjectFiles, type ProjectFile } from "../../../src/core/init/project-files.ts";
import { readLayouts } from "../../../src/project/layouts.ts";

const layouts = await readLayouts("init");

/** The files that init writes for a host, as one text: a line with path and mode above each. */
function written(host: string | null): string {
  const login = host === null ? null : parseLogin(host);
  if (login !== null && "problem" in login) throw new Error(login.problem);
  const files = makeProjectFiles(layouts, "My-Shop", login);
  return files
    .filter(({ path }) => host === null || path === "inventory/prod.yaml")
    .map(shown)
    .join("");
}

function shown({ path, kind, text }: ProjectFile): string {
  return `── ${path} ${kind === "program" ? "755" : "644"}\n${text}`;
}

test.each([
  ["example", null],
  ["web", "deploy@web1.example.com:2222"],
  ["address", "null@[fe80::1%eth0]:65535"],
  ["quoted", "no"],
])("%s: %s", (name, host) => {
  const golden = fileURLToPath(new URL(`../../golden/init/${name}.txt`, import.meta.url));
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, written(host));
  expect(written(host)).toBe(readFileSync(golden, "utf8"));
});

test("every layout is the layout of a file, and none is missing", () => {
  const files = makeProjectFiles(layouts, "shop", null);
  expect([...layouts.keys()].sort()).toEqual(files.map(({ path }) => path).sort());
  const withoutProgram = new Map([...layouts].filter(([path]) => path !== "artifacts/heartbeat"));
  expect(() => makeProjectFiles(withoutProgram, "shop", null)).toThrow("no layout for artifacts/heartbeat");
});

test("a layout that names what is not there is refused", () => {
  const broken = new Map([...layouts, ["svcdeploy.yaml", "name: {{projekt}}\n"]]);
  const problem = {
    place: { file: "svcdeploy.yaml", line: 1, column: 9 },
    message: '"projekt" is not defined',
  };
  expect(() => makeProjectFiles(broken, "shop", null)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining(problem)] }),
  );
});
