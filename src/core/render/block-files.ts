/** The files that blocks of lines become. */
import type { FileResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { makeFile } from "./make-file.ts";
import { MANAGED } from "./unit-text.ts";

/** Each with the line that says whose it is, and its own lines behind it. */
export function renderBlockFiles({ name, blockFiles }: Service): readonly FileResource[] {
  return blockFiles.map(({ role, path, lines }) =>
    makeFile(name, role, path, [MANAGED, ...lines.map(({ text }) => text), ""].join("\n")),
  );
}
