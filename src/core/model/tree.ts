/** Trees of inert data, as YAML and JSON give them: which kind one is, and a JSON text as one. */
import type { Tree, TreeMap } from "./declared.ts";

/** Whether a value is a map of a tree: an object that is no list. */
export function isTreeMap(value: unknown): value is TreeMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of a tree. */
export function isTreeList(value: unknown): value is readonly Tree[] {
  return Array.isArray(value);
}

/** A JSON text as a tree; null where it is no JSON. */
export function parseJson(text: string): Tree {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
