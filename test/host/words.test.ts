/** words.sh: the line that says why a script ended, by the shells that hosts have. */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const words = fileURLToPath(new URL("../../src/host/words.sh", import.meta.url));
const SHELLS = ["dash", "bash --posix", "busybox sh"].filter(
  (shell) => spawnSync("sh", ["-c", `${shell} -c :`]).status === 0,
);
const FULL = "cp: error writing '/a': No space left on device";

describe.each(SHELLS)("the telling line, by %s", (shell) => {
  const tell = (...lines: readonly string[]): string => {
    const script = `. ${words}; telling_line "$1"; printf '%s' "$said"`;
    const [command = "", ...options] = shell.split(" ");
    return execFileSync(command, [...options, "-c", script, "sh", lines.join("\n")], { encoding: "utf8" });
  };

  test.each([
    ["the only one", ["cp: no space"], "cp: no space"],
    ["nothing", [], ""],
    [
      "what tar says first, not how it ends",
      ["useradd: a note", "tar: a: Cannot open: Permission denied", "tar: Exiting with failure status"],
      "tar: a: Cannot open: Permission denied",
    ],
    [
      "what find says first",
      ["find: '/a': Permission denied", "find: '/b': Permission denied"],
      "find: '/a': Permission denied",
    ],
    ["a full disk, whatever else is said", [FULL, "mv: cannot move", "x"], FULL],
    ["nothing that an undo said", [FULL.replace("cp", "/a/finish.sh: 16: printf"), "mv: no"], "mv: no"],
    ["a word that is a pattern", ["*: [a]: what", "*: [b]: then"], "*: [a]: what"],
  ])("%s", (_what, lines, line) => {
    expect(tell(...lines)).toBe(line);
  });
});
