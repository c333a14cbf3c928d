/**
 * An archive or a folder becomes the one tar that is sent: checked entry by entry while it streams, nothing
 * on this machine's disk.
 */
import { createHash } from "node:crypto";
import { TAR_END, tarHeader, tarPadding } from "../core/artifact/tar-header.ts";
import { growTree } from "../core/artifact/tree.ts";
import { treeDigest, treeRecords } from "../core/artifact/tree-digest.ts";
import { readEntry, showName, type TreeEntry } from "../core/artifact/tree-entry.ts";
import type { ArtifactSource } from "../core/model/artifact.ts";
import { readArchive, readFolder, type TreeItem, UnfitTree } from "./read-tree.ts";

/**
 * Where a tree is packed from. archiveSha256: of the archive's own bytes as they were checked before; nothing
 * else is packed to the end.
 */
export type TreeSource = Pick<ArtifactSource, "form" | "path" | "strip"> & {
  readonly archiveSha256?: string;
};

/** A tree: its digest, the bytes of its files, paths of files and links, the tar's own sha256 and size. */
export type PackedTree = {
  readonly sha256: string;
  readonly size: number;
  readonly files: readonly string[];
  readonly sent: { readonly sha256: string; readonly size: number };
};

/**
 * Packs a tree without keeping it. Throws UnfitTree for what no release can have, and what reading throws.
 */
export async function describeTree(source: TreeSource): Promise<PackedTree> {
  const packing = packTree(source);
  const hash = createHash("sha256");
  let sent = 0;
  for (;;) {
    const step = await packing.next();
    if (step.done === true) return { ...step.value, sent: { sha256: hash.digest("hex"), size: sent } };
    hash.update(step.value);
    sent += step.value.length;
  }
}

/**
 * The tar, piece by piece: the same bytes for the same source. Returns the tree's digest and size. Throws as
 * describeTree does.
 */
export async function* packTree({
  form,
  path,
  strip,
  archiveSha256,
}: TreeSource): AsyncGenerator<Uint8Array, Omit<PackedTree, "sent">> {
  const tree = growTree();
  const records: string[] = [];
  const files: string[] = [];
  for await (const item of form === "directory" ? readFolder(path) : readArchive(path, archiveSha256)) {
    const reading = readEntry(item.raw, strip);
    if (!reading.ok) throw new UnfitTree(reading.reason);
    if (reading.entry === null) continue;
    const grown = tree.add(reading.entry);
    if (!grown.ok) throw new UnfitTree(showName(grown.reason));
    for (const entry of grown.fresh) {
      yield tarHeader(entry);
      const sha256 = entry.kind === "file" ? yield* packContent(entry, item) : null;
      records.push(...treeRecords(entry, sha256));
      if (entry.kind !== "directory") files.push(entry.path);
    }
  }
  const reason = tree.refuseWhole();
  if (reason !== null) throw new UnfitTree(showName(reason));
  yield TAR_END;
  return { sha256: treeDigest(records), size: tree.size(), files };
}

async function* packContent(
  { path, size }: Extract<TreeEntry, { kind: "file" }>,
  item: TreeItem,
): AsyncGenerator<Uint8Array, string> {
  const hash = createHash("sha256");
  let read = 0;
  for await (const chunk of item.content()) {
    read += chunk.length;
    if (read > size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (read !== size) throw new UnfitTree(`${showName(path)} changed while it was read`);
  yield tarPadding(size);
  return hash.digest("hex");
}
