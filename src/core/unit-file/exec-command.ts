/** Reads the command lines of Exec…= (systemd.service(5), "Command lines"). */
import { baseName } from "./path-name.ts";
import { splitWords, type Word } from "./words.ts";

/**
 * One command. prefixes: what is before the path, of `@ - : + ! |`; words: the program first. expands:
 * `$VARIABLE` is replaced.
 */
export type ExecCommand = {
  readonly prefixes: string;
  readonly program: string;
  readonly words: readonly Word[];
  readonly expands: boolean;
};

/**
 * The commands of one value, separated by a word `;`; problem: an open quote, which makes systemd refuse the
 * unit.
 */
export function parseExecCommands(value: string): {
  readonly commands: readonly ExecCommand[];
  readonly problem: string | null;
} {
  const { words, problem } = splitWords(value);
  const groups: Word[][] = [[]];
  for (const word of words) {
    if (word.raw === ";") groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return { commands: groups.filter((group) => group.length > 0).map(readCommand), problem };
}

/** True for a program that reads its argument as a shell script. */
export function isShell(program: string): boolean {
  return /^(?:sh|bash|dash|ash|zsh|ksh|busybox)$/.test(baseName(program));
}

/** The script of `sh -c SCRIPT`; null when the command is none. */
export function shellScript(command: ExecCommand): string | null {
  if (!isShell(command.program)) return null;
  const flag = command.words.findIndex((word) => /^-[a-z]*c$/.test(word.value));
  return flag < 0 ? null : (command.words[flag + 1]?.value ?? null);
}

function readCommand(words: readonly Word[]): ExecCommand {
  const first = words[0]?.value ?? "";
  const prefixes = /^[@:+!|-]*/.exec(first)?.[0] ?? "";
  return { prefixes, program: first.slice(prefixes.length), words, expands: !prefixes.includes(":") };
}
