/**
 * The entries of a release together: no name twice, nothing below a file or a link, no link that leads out,
 * not too many and not too large (SEC-10).
 */

import type { TreeEntry } from "./tree-entry.ts";
import { refuseLink } from "./tree-links.ts";

/** What a tree may be at most: entries with the folders they imply, bytes of all files. */
export type TreeLimits = { readonly entries: number; readonly bytes: number };

/** What a release's tree may be at most. */
export const TREE_LIMITS: TreeLimits = { entries: 20_000, bytes: 4 * 1024 ** 3 };

/** A tree that grows entry by entry, in any order. */
export type GrowingTree = {
  /** Takes an entry: what is new by it, folders above it first; or why it cannot be in this tree. */
  readonly add: (
    entry: TreeEntry,
  ) =>
    | { readonly ok: true; readonly fresh: readonly TreeEntry[] }
    | { readonly ok: false; readonly reason: string };
  /** Why the whole is no release; null when it is one. */
  readonly refuseWhole: () => string | null;
  /** Bytes of all files so far. */
  readonly size: () => number;
};

/** An empty tree. */
export function growTree(limits: TreeLimits = TREE_LIMITS): GrowingTree {
  const grown: Grown = { entries: new Map(), named: new Set(), folded: new Map(), size: 0 };
  const take = (entry: TreeEntry): TreeEntry => {
    grown.entries.set(entry.path, entry);
    grown.folded.set(fold(entry.path), entry.path);
    return entry;
  };
  return {
    add: (entry) => {
      const parents = parentsOf(entry.path);
      const reason = refuseEntry(entry, parents, grown, limits);
      if (reason !== null) return { ok: false, reason };
      grown.named.add(entry.path);
      grown.size += sizeOf(entry);
      const wanted: readonly TreeEntry[] = [
        ...parents.map((path) => ({ kind: "directory" as const, path })),
        entry,
      ];
      return { ok: true, fresh: wanted.filter(({ path }) => !grown.entries.has(path)).map(take) };
    },
    refuseWhole: () => refuseTree(grown.entries),
    size: () => grown.size,
  };
}

/** named: paths that an entry of their own has; folded: a path by what it is where case does not count. */
type Grown = {
  readonly entries: Map<string, TreeEntry>;
  readonly named: Set<string>;
  readonly folded: Map<string, string>;
  size: number;
};

function refuseEntry(
  entry: TreeEntry,
  parents: readonly string[],
  { entries, named, folded, size }: Grown,
  limits: TreeLimits,
): string | null {
  if (named.has(entry.path)) return `${entry.path} is in it twice`;
  const there = entries.get(entry.path);
  if (there !== undefined && entry.kind !== "directory")
    return `${entry.path} is a ${entry.kind}, and other entries lie below it`;
  const between = parents.find((parent) => (entries.get(parent)?.kind ?? "directory") !== "directory");
  if (between !== undefined)
    return `${entry.path} lies below ${between}, which is a ${entries.get(between)?.kind}`;
  const twin = [...parents, entry.path].find((path) => (folded.get(fold(path)) ?? path) !== path);
  if (twin !== undefined) return sayTwins(twin, folded.get(fold(twin)) ?? "");
  if (entries.size + parents.filter((parent) => !entries.has(parent)).length >= limits.entries)
    return `it has more than ${limits.entries} entries`;
  return size + sizeOf(entry) > limits.bytes ? `its files have more than ${limits.bytes} bytes` : null;
}

function refuseTree(entries: ReadonlyMap<string, TreeEntry>): string | null {
  const all = [...entries.values()];
  if (!all.some(({ kind }) => kind === "file")) return "there is no file in it";
  const reasons = all.map((entry) => (entry.kind === "link" ? refuseLink(entry, entries) : null));
  return reasons.find((reason) => reason !== null) ?? null;
}

function sayTwins(path: string, other: string): string {
  if (path.normalize("NFC") !== other.normalize("NFC"))
    return `${path} and ${other} differ in upper and lower case alone`;
  const form = path === path.normalize("NFC") ? "NFC" : "NFD";
  const composed = form === "NFC" ? path : other;
  return (
    `${composed} is in it twice, its accents written in two ways (Unicode NFC and NFD): remove one, ` +
    "for not every file system keeps both"
  );
}

/** What is one name where upper and lower case, or two ways to write an accent, are the same. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function sizeOf(entry: TreeEntry): number {
  return entry.kind === "file" ? entry.size : 0;
}
