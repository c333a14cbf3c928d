/** Where a symbolic link of a tree leads, by the tree alone: through other links, and never out of it. */
import type { TreeEntry } from "./tree-entry.ts";

type Link = Extract<TreeEntry, { kind: "link" }>;

/** The kernel gives up after as many (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Why a link cannot be in the tree: it leads out of it or nowhere ever; null when it stays inside. What it
 * leads to need not be there.
 */
export function refuseLink(link: Link, entries: ReadonlyMap<string, TreeEntry>): string | null {
  const reached: string[] = link.path.split("/").slice(0, -1);
  const ahead = link.target.split("/").reverse();
  for (let followed = 1; ahead.length > 0; ) {
    const part = ahead.pop() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (reached.pop() === undefined)
        return `${link.path} is a link that leads out of the tree, to ${link.target}`;
      continue;
    }
    const next = entries.get([...reached, part].join("/"));
    if (next?.kind !== "link") {
      reached.push(part);
      continue;
    }
    followed += 1;
    if (followed > MAX_LINKS) return `${link.path} is a link that leads in a circle, by ${link.target}`;
    ahead.push(...next.target.split("/").reverse());
  }
  return null;
}
