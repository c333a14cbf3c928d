/**
 * A block of a service that becomes files of lines in folders of the system's own: all that is known of it
 * is in one file beside this one. What the files are for is a role of core/model/file-role.ts.
 */
import type * as z from "zod";
import type { Host, Place, Tree } from "../../model/declared.ts";
import type { BlockFile } from "../../model/service.ts";
import type { KeyNote } from "../key-note.ts";
import type { TreePath } from "../yaml.ts";

/**
 * What a block is read with. service: its name. placeOf: of a key below the block. refuse: notes a mistake at
 * such a key.
 */
export type BlockReading = {
  readonly service: string;
  readonly host: Host;
  readonly placeOf: (path: TreePath) => Place;
  readonly refuse: (path: TreePath, reason: string) => void;
};

/** A block as the reader of service files sees it. */
export type Block = {
  /** Its written form. */
  readonly schema: z.ZodType;
  /** Of the block and each key in it, by full path, e.g. "sysctl". */
  readonly notes: Readonly<Record<string, KeyNote>>;
  /** The files that a block becomes that fits the schema. */
  readonly files: (tree: Tree, reading: BlockReading) => readonly BlockFile[];
};

/** Makes a block; read gets what its schema reads. */
export function makeBlock<Schema extends z.ZodType>(
  schema: Schema,
  notes: Block["notes"],
  read: (written: z.output<Schema>, reading: BlockReading) => readonly BlockFile[],
): Block {
  return {
    schema,
    notes,
    files: (tree, reading) => read(schema.parse(tree), reading),
  };
}
