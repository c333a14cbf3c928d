/**
 * The assignments of an Environment= line (systemd.exec(5)): words with quotes taken off, of which each is
 * NAME=VALUE.
 */
import { splitWords } from "./words.ts";

/** One assignment, its specifiers not expanded. */
export type EnvironmentAssignment = { readonly name: string; readonly value: string };

/** Those of a value in order; a word that is no assignment is dropped, as systemd does with a warning. */
export function environmentAssignments(value: string): readonly EnvironmentAssignment[] {
  return splitWords(value).words.flatMap((word) => {
    const equals = word.value.indexOf("=");
    return equals < 1 ? [] : [{ name: word.value.slice(0, equals), value: word.value.slice(equals + 1) }];
  });
}
