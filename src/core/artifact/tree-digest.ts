/**
 * The identity of a tree: one sha256 over what is in it, no matter who packed it, in which order, with which
 * times and owners. src/host/tree.sh computes the same of a folder on a host. One record an entry, each ended
 * by a NUL and sorted by its bytes: `d⇥755⇥PATH` · `f⇥MODE⇥PATH` and `SHA256 ./PATH` · `l⇥PATH⇥TARGET`; the
 * tree's root is a directory with an empty path.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { TreeEntry } from "./tree-entry.ts";

/** The records of one entry; sha256: of a file's content, else null. */
export function treeRecords(entry: TreeEntry, sha256: string | null): readonly string[] {
  switch (entry.kind) {
    case "directory":
      return [`d\t755\t${entry.path}`];
    case "file":
      return [`f\t${entry.mode}\t${entry.path}`, `${sha256}  ./${entry.path}`];
    case "link":
      return [`l\t${entry.path}\t${entry.target}`];
  }
}

/** The digest of a tree with these records: 64 hex digits. */
export function treeDigest(records: readonly string[]): string {
  const root = "d\t755\t";
  const sorted = [root, ...records].map((record) => Buffer.from(`${record}\0`)).sort(Buffer.compare);
  const hash = createHash("sha256");
  for (const record of sorted) hash.update(record);
  return hash.digest("hex");
}
