/** The rows of an answer: tab-separated lines, each with its kind in front. */

/** The name of a project or a service. */
export const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** The fields of a line behind its first word. */
export type AnswerRow = readonly string[];

/** Tab-separated lines by their first word. */
export function group(lines: readonly string[]): ReadonlyMap<string, readonly AnswerRow[]> {
  const rows = new Map<string, AnswerRow[]>();
  for (const text of lines) {
    const [kind = "", ...rest] = text.split("\t");
    const list = rows.get(kind);
    if (list === undefined) rows.set(kind, [rest]);
    else list.push(rest);
  }
  return rows;
}

/** A count of at most 15 digits; 0 for anything else. */
export function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
