/** The house words of CONTRIBUTING.md: no message and no page has a word of the table's right column. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { messagesIn } from "../scripts/code-figures.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");

/** Phrases of the right column, each with what to write instead. */
const avoided: ReadonlyMap<string, string> = new Map(
  (read("CONTRIBUTING.md").split("\n## House words\n")[1] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| write "))
    .flatMap((line) => {
      const [, write = "", not = ""] = line.split("|").map((cell) => cell.trim());
      return not.split(", ").map((phrase): [string, string] => [phrase, write]);
    }),
);
const pattern = new RegExp(`(?<![\\p{L}-])(?:${[...avoided.keys()].join("|")})(?![\\p{L}-])`, "giu");

/** FILE:LINE and the word, for each avoided word in a text. */
function hits(file: string, line: number, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(({ 0: word, index }) => {
    const at = line + text.slice(0, index).split("\n").length - 1;
    return `${file}:${at}: "${word}" → ${avoided.get(word.toLowerCase())}`;
  });
}

test("the table is read, and a message of each of its words is found", () => {
  expect(avoided.size).toBeGreaterThan(15);
  for (const phrase of avoided.keys()) expect(hits("x", 1, `It ${phrase} here.`), phrase).toHaveLength(1);
  expect(hits("x", 1, "Nobodys mending shallow goesbys, whoever-like")).toEqual([]);
});

test("no message of the command line has a word of the right column", () => {
  const sources = files.filter((file) => /^src\/.*\.ts$/.test(file));
  const found = sources.flatMap((file) =>
    messagesIn(read(file)).flatMap(({ line, text }) => hits(file, line, text)),
  );
  expect(found).toEqual([]);
});

test("no page has one, and no file that init writes", () => {
  const isRead = (file: string): boolean => /\.(?:md|1)$/.test(file) || file.startsWith("templates/init/");
  const pages = files.filter((file) => isRead(file) && file !== "CONTRIBUTING.md");
  expect(pages.flatMap((file) => hits(file, 1, read(file)))).toEqual([]);
});
