/** Laying one map of data over another. */
import type { Tree, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";

/**
 * Maps merge key by key, everything else is replaced by what lies above. A new null-prototype record; the
 * inputs stay as they are.
 */
export function mergeMaps(below: TreeMap, above: TreeMap): TreeMap {
  const merged: { [key: string]: Tree } = Object.assign(Object.create(null), below);
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] =
      under !== undefined && isTreeMap(under) && isTreeMap(value) ? mergeMaps(under, value) : value;
  }
  return merged;
}

/** A map with nothing in it. */
export function emptyMap(): TreeMap {
  return Object.create(null);
}
