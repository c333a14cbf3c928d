/** The order of texts that no locale changes. */

/** By code units, for Array.sort: negative when left comes first. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
