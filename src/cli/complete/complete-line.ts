/**
 * `svcdeploy __complete SHELL …`: what a shell asks at each Tab. Loads the table of commands and, where a
 * name is wanted, the YAML reader.
 */
import { homedir } from "node:os";
import { makeProjectNames } from "../../project/names.ts";
import { COMMANDS } from "../commands.ts";
import { answerBash, answerWords } from "./answer.ts";
import { readBashLine } from "./bash-line.ts";
import { complete } from "./complete.ts";

/**
 * The answer to a shell. words: `bash BREAKS LINE`, `zsh WORD…` or `fish WORD… -- WORD`, the last word being
 * the one under the cursor. Never throws: a mistake of a project must not be printed into a command
 * line.
 */
export async function completeLine(words: readonly string[]): Promise<string> {
  const [shell, ...rest] = words;
  try {
    if (shell === "bash") {
      const line = readBashLine(rest[1] ?? "", rest[0] ?? "");
      return answerBash(await answer(line.before, line.current), line);
    }
    const current = rest.at(-1) ?? "";
    if (shell === "zsh") return answerWords(await answer(rest.slice(0, -1), current));
    return answerWords(await answer(rest.slice(0, -2), readBashLine(`- ${current}`, "").current));
  } catch {
    return "words\n";
  }
}

function answer(before: readonly string[], current: string): ReturnType<typeof complete> {
  return complete(COMMANDS, { before, current }, (folder) =>
    makeProjectNames(folder.replace(/^~(?=\/|$)/, homedir())),
  );
}
