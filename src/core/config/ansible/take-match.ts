/** Reading a text from left to right with sticky regular expressions. */

/** A text and how far it was read. */
export type TextReader = { readonly text: string; at: number };

/** What a sticky expression finds where the reader is, which then is behind it; null: nothing. */
export function takeMatch(reader: TextReader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found !== null) reader.at += found[0].length;
  return found;
}
