/** Adds one item to a list of a service file: characters are put in, and nothing else of the file changes. */

import { parseYaml } from "../config/yaml.ts";
import type { TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { formatServiceText, type Yaml } from "./service-text.ts";

/** The item as it would be in a file of its own, under its key. */
export function formatItemText(key: string, item: ReadonlyMap<string, Yaml>): string {
  return formatServiceText([], new Map([[key, [item]]]));
}

/**
 * The file's text with the item last in the list; null where the list is not written in blocks, so that only
 * a human can put it in.
 */
export function insertItem(text: string, key: string, item: ReadonlyMap<string, Yaml>): string | null {
  const [head = "", ...lines] = formatItemText(key, item).trimEnd().split("\n");
  const before = text.split("\n");
  while (before.at(-1)?.trim() === "") before.pop();
  const at = before.findIndex((line) => new RegExp(`^${key}:\\s*(?:#.*)?$`).test(line));
  const first = before.slice(at + 1).find((line) => /^\s*[^\s#]/.test(line)) ?? "";
  const indent = /^( *)- /.exec(first)?.[1];
  const changed =
    at < 0 || indent === undefined
      ? [...before, "", head, ...lines]
      : before.toSpliced(endOf(before, at, indent), 0, ...lines.map((line) => `${indent}${line.slice(2)}`));
  const result = `${changed.join("\n")}\n`;
  return isAdded(text, result, key, item) ? result : null;
}

/** Behind the last line of the list, before blank lines and comments of what follows. */
function endOf(lines: readonly string[], at: number, indent: string): number {
  const isInside = (line: string): boolean => line.startsWith(`${indent} `) || line.startsWith(`${indent}- `);
  const next = lines.findIndex((line, index) => index > at && /^\s*[^\s#]/.test(line) && !isInside(line));
  const end = next < 0 ? lines.length : next;
  return lines.slice(0, end).findLastIndex((line) => isInside(line)) + 1;
}

/** The reader of YAML has the last word. */
function isAdded(before: string, after: string, key: string, item: ReadonlyMap<string, Yaml>): boolean {
  const [was, is, alone] = [treeOf(before), treeOf(after), treeOf(formatItemText(key, item))];
  const [old, added] = [was?.[key] ?? [], alone?.[key]];
  if (!Array.isArray(old) || !Array.isArray(added)) return false;
  return JSON.stringify(is) === JSON.stringify({ ...was, [key]: [...old, ...added] });
}

function treeOf(text: string): TreeMap | null {
  const { tree, problems } = parseYaml(text, "");
  return problems.length === 0 && isTreeMap(tree) ? tree : null;
}
