/** A word of a command line that people are to type. */

/** A word for a POSIX shell, as it is when that is harmless. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
