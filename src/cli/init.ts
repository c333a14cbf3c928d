/**
 * `svcdeploy init [USER@HOST[:PORT]]`: writes a small working project into an empty folder, with the schemas
 * for its editor.
 */
import { basename, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { type Login, parseLogin } from "../core/init/login.ts";
import { makeProjectFiles, type ProjectFile } from "../core/init/project-files.ts";
import { readLayouts } from "../project/layouts.ts";
import { writeProject } from "../project/write-project.ts";
import { SCHEMA_FOLDER, writeSchemas } from "../project/write-schemas.ts";
import { indent, type Line, line, styled, wrap } from "../report/lines/text.ts";
import type { Arguments } from "./options/arguments.ts";
import type { FOLDER } from "./options/by-command.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Writes the files and names the next two commands. Throws UsageError for a host that is none and for a
 * folder that is not empty.
 */
export async function init(
  { options: { project: folder }, operands: [host] }: Arguments<typeof FOLDER>,
  { stdout, workingDirectory }: Surroundings,
): Promise<number> {
  const root = resolve(workingDirectory, folder);
  const login = loginOf(host ?? null);
  const files = makeProjectFiles(await readLayouts("init"), basename(root), login);
  await writeProject(root, files);
  await writeSchemas(root);
  stdout.print([
    ...fileLines(root, files, stdout.columns),
    [],
    ...(login === null ? [line("Put a host of your own into inventory/prod.yaml; then:")] : [line("Next:")]),
    ...indent(
      ["check", "plan"].map((command) =>
        line(`svcdeploy ${command} --env prod${folder === "." ? "" : ` --project ${folder}`}`),
      ),
      2,
    ),
  ]);
  return 0;
}

function loginOf(text: string | null): Login | null {
  if (text === null) return null;
  const login = parseLogin(text);
  if ("problem" in login)
    throw new UsageError(
      `${text}: ${login.problem}`,
      "Write it as ssh takes it: svcdeploy init deploy@web1.example.com:2222",
    );
  return login;
}

function fileLines(root: string, files: readonly ProjectFile[], columns: number): readonly Line[] {
  const schemas = {
    path: `${SCHEMA_FOLDER}/`,
    purpose: "completion and checks for your editor; keep them out of Git, `svcdeploy schemas` renews them",
  };
  const rows = [...files, schemas];
  const width = Math.max(...rows.map(({ path }) => path.length));
  return [
    line(`Wrote a project into ${root}:`),
    ...indent(
      rows.flatMap(({ path, purpose }) => {
        const [first = "", ...rest] = wrap(purpose, Math.max(20, columns - width - 4));
        return [
          line(path.padEnd(width), styled("dim", `  ${first}`)),
          ...rest.map((part) => line(styled("dim", " ".repeat(width + 2) + part))),
        ];
      }),
      2,
    ),
  ];
}
