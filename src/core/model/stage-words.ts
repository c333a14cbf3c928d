/** What a transaction is at, in words that people read. */

const WORDS: ReadonlyMap<string, string> = new Map([
  ["STAGED", "not begun"],
  ["PREPARED", "backed up"],
  ["APPLYING", "replacing files"],
  ["RESTARTING", "acting on units"],
  ["AWAIT", "not confirmed yet"],
  ["COMMITTING", "confirmed, not all of it recorded"],
  ["CONFIRMED", "confirmed"],
  ["ROLLINGBACK", "being undone"],
  ["ROLLEDBACK", "undone"],
  ["ROLLBACK_FAILED", "not undone completely"],
]);

/** E.g. `not confirmed yet` for AWAIT; a state that is not known here is given as the host has it. */
export function stageWords(state: string): string {
  return WORDS.get(state) ?? state;
}
