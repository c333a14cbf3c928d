/** Lists of names in hints. */

const MOST = 20;

/** The names, twenty at most. */
export function nameList(names: readonly string[]): string {
  return `${names.slice(0, MOST).join(", ")}${names.length > MOST ? " …" : ""}`;
}
