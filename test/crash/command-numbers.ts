/** The numbers of external commands in the tally: each is the line that has it in commands.txt. Lines are only added. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DamagedTally, locked, replaceFile, TALLY } from "./tally.ts";

/** A number is the place of a line. */
const NEXT = "Bring the file back with git: without it the tally's numbers of commands mean nothing.";
const fileIn = (folder: string): string => join(folder, "commands.txt");

/** Command → number, from 1. Throws DamagedTally. */
export function readCommandNumbers(folder: string = TALLY): ReadonlyMap<string, number> {
  const path = fileIn(folder);
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, "utf8").split("\n");
  const torn = lines.pop();
  if (torn !== "") throw new DamagedTally(path, lines.length + 1, "it is cut off", NEXT);
  const numbers = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const before = numbers.get(line);
    if (line === "") throw new DamagedTally(path, index + 1, "it is empty", NEXT);
    if (before !== undefined)
      throw new DamagedTally(path, index + 1, `it is the same as line ${before}`, NEXT);
    numbers.set(line, index + 1);
  }
  return numbers;
}

/** The same, once each of these commands has a number. */
export async function numberCommands(
  commands: readonly string[],
  folder: string = TALLY,
): Promise<ReadonlyMap<string, number>> {
  return await locked(folder, () => {
    const known = readCommandNumbers(folder);
    const added = [...new Set(commands)].filter((command) => !known.has(command));
    if (added.length === 0) return known;
    replaceFile(folder, fileIn(folder), [...known.keys(), ...added].map((line) => `${line}\n`).join(""));
    return readCommandNumbers(folder);
  });
}
