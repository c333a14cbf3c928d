/** The blocks of a service that become files of lines, by their keys. */
import type { Problem } from "../../errors.ts";
import type { Host, Place, TreeMap } from "../../model/declared.ts";
import type { BlockFile } from "../../model/service.ts";
import type { KeyNote } from "../key-note.ts";
import type { TreePath } from "../yaml.ts";
import type { Block } from "./block.ts";
import { sysctl } from "./sysctl.ts";
import { tmpfiles } from "./tmpfiles.ts";

/**
 * Key of a service file → its block, in the order in which the pages explain them and their files are
 * acted on.
 */
export const blocks: Readonly<Record<string, Block>> = { sysctl, tmpfiles };

/** Their keys for the schema of a service; what one holds is its own matter. */
export const blockShapes: object = Object.fromEntries(
  Object.entries(blocks).map(([key, { schema }]) => [key, schema.optional()]),
);

/** Their notes. */
export const blockNotes: Readonly<Record<string, KeyNote>> = Object.assign(
  {},
  ...Object.values(blocks).map(({ notes }) => notes),
);

/** The files that the blocks of a service become. tree: the service, which fits the schema. */
export function readBlocks({
  written: { name: service },
  tree,
  host,
  placeOf,
  problems,
}: {
  readonly written: { readonly name: string };
  readonly tree: TreeMap;
  readonly host: Host;
  readonly placeOf: (path: TreePath) => Place;
  readonly problems: Problem[];
}): readonly BlockFile[] {
  return Object.entries(blocks).flatMap(([key, block]) => {
    const below = tree[key];
    if (below === undefined) return [];
    const place = (path: TreePath): Place => placeOf([key, ...path]);
    const refuse = (path: TreePath, message: string): void =>
      void problems.push({ place: place(path), message, hint: null, excerpt: "" });
    return block.files(below, { service, host, placeOf: place, refuse });
  });
}
