/**
 * Files of any origin → one host: units with the drop-ins beside them, environment files, logrotate files.
 */

import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { baseName, folderOf } from "../unit-file/path-name.ts";
import { dropInFolders, effectiveDropIns } from "./drop-in-folders.ts";
import type { LintHost } from "./lint-host.ts";
import { directoriesOf, type LintEntry, type LintUnit } from "./lint-unit.ts";
import { readLogrotateText } from "./logrotate-text.ts";

/** A file as it was read. path: as it is shown. */
export type LintFile = { readonly path: string; readonly text: string };

/** What a path is to the linter; null: nothing that it reads. */
export type LintFileKind = "unit" | "drop-in" | "environment" | "logrotate" | "left-over" | null;

/**
 * Recognises a file by its path alone: name.TYPE, name.TYPE.d/x.conf, *.env, a file of logrotate.d/ or
 * *.logrotate; a left-over is x.conf~ or x.bak beside those.
 */
export function fileKind(path: string): LintFileKind {
  if (new RegExp(`(?:^|/)[^/]*\\.${TYPES}\\.d/[^/]+\\.conf$|(?:^|/)${TYPES}\\.d/[^/]+\\.conf$`).test(path))
    return "drop-in";
  if (new RegExp(`(?:^|/)[^/]+\\.${TYPES}$`).test(path)) return "unit";
  if (/\.env$/.test(path)) return "environment";
  if (
    new RegExp(
      `(?:^|/)(?:[^/]*\\.)?${TYPES}\\.d/[^/.][^/]*(?:~|\\.(?:bak|old|orig|save))$|` +
        "(?:^|/)logrotate\\.d/[^/.][^/]*(?:~|\\.bak)$",
    ).test(path)
  )
    return "left-over";
  return /(?:^|\/)logrotate\.d\/[^/.]+$|\.logrotate$/.test(path) ? "logrotate" : null;
}

/** The files as one host of this systemd version. Units of one folder see each other. */
export function hostOfFiles(files: readonly LintFile[], systemd: number): LintHost {
  const byKind = Map.groupBy(files, ({ path }) => fileKind(path));
  const kind = (wanted: LintFileKind) => byKind.get(wanted) ?? [];
  const units = makeUnits(kind("unit"), kind("drop-in"));
  return {
    name: "files",
    systemd,
    units,
    environmentFiles: kind("environment").map(({ path, text }) => ({
      path: path.startsWith("/") ? path : `/${path}`,
      variables: readEnvironmentText(text, path),
    })),
    logrotate: kind("logrotate").flatMap(({ path, text }) => readLogrotateText(text, path)),
    directories: units.flatMap(directoriesOf),
    placed: kind("left-over").map(({ path }) => ({
      path,
      mode: null,
      owner: null,
      place: { file: path, line: 1, column: 1 },
    })),
    ports: [],
    managed: null,
  };
}

/** One unit from its file's text and those of its drop-ins in order; file null: only drop-ins are known. */
export function makeUnit(
  name: string,
  file: LintFile | null,
  dropIns: readonly LintFile[],
  neighbourhood: string,
): LintUnit {
  const parsed = [...(file === null ? [] : [file]), ...dropIns].map(({ path, text }) => ({
    path,
    content: parseUnitFile(text),
  }));
  const at = (path: string, line: number) => ({ file: path, line, column: 1 });
  return {
    name,
    type: name.slice(name.lastIndexOf(".") + 1),
    manager: /(?:systemd\/user|\/user)\/[^/]+$/.test(file?.path ?? "") ? "user" : "system",
    known: file === null ? "drop-ins" : "whole",
    place: at(parsed[0]?.path ?? name, 1),
    sections: parsed.flatMap(({ path, content }) =>
      content.sections.map((section) => ({ name: section.name, place: at(path, section.line) })),
    ),
    entries: parsed.flatMap(({ path, content }) =>
      content.sections.flatMap((section) =>
        section.items.flatMap((item): readonly LintEntry[] =>
          item.kind === "entry"
            ? [{ section: section.name, name: item.name, value: item.value, place: at(path, item.line) }]
            : [],
        ),
      ),
    ),
    problems: parsed.flatMap(({ path, content }) =>
      content.problems.map(({ line, message }) => ({ place: at(path, line), message })),
    ),
    neighbourhood,
  };
}

const TYPES = "(?:service|socket|mount|automount|swap|timer|path|slice|scope|target|device)";

function makeUnits(units: readonly LintFile[], dropIns: readonly LintFile[]): readonly LintUnit[] {
  const byFolder = Map.groupBy(dropIns, ({ path }) => folderOf(path));
  const used = new Set<string>();
  const whole = units.map((file) => {
    const folder = folderOf(file.path);
    const beside = dropInFolders(baseName(file.path)).map((name) =>
      folder === "" ? name : `${folder}/${name}`,
    );
    for (const name of beside) used.add(name);
    const laidOver = effectiveDropIns(beside.map((name) => byFolder.get(name) ?? []));
    return makeUnit(baseName(file.path), file, laidOver, folder);
  });
  const rest = [...byFolder]
    .filter(([path]) => !used.has(path))
    .map(([path, files]) => strayDropIns(path.replace(/\.d$/, ""), files));
  return [...whole, ...rest];
}

/** Drop-ins of a unit that is not here. */
function strayDropIns(path: string, files: readonly LintFile[]): LintUnit {
  return makeUnit(baseName(path), null, effectiveDropIns([files]), folderOf(path));
}
