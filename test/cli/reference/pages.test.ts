/**
 * The help, the man page and docs/commands.md are what the table of commands says now, and are well-formed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { COMMANDS } from "../../../src/cli/commands.ts";
import { commandsMarkdown } from "../../../src/cli/reference/commands-markdown.ts";
import { commandHelp, programHelp } from "../../../src/cli/reference/help-text.ts";
import { manPage } from "../../../src/cli/reference/man-page.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = `${root}man/svcdeploy.1`;

test("the written pages are not stale; else: node scripts/command-pages.ts", () => {
  expect(readFileSync(page, "utf8")).toBe(manPage(COMMANDS, packageJson.version));
  expect(readFileSync(`${root}docs/commands.md`, "utf8")).toBe(commandsMarkdown(COMMANDS));
});

test.each([
  ["groff", ["-man", "-Tutf8", "-ww", "-Kutf8", page]],
  ["mandoc", ["-Tlint", "-W", "warning", page]],
])("%s reads the man page without a warning", (command, words) => {
  const run = spawnSync(command, words, { encoding: "utf8" });
  expect(run.error).toBeUndefined();
  expect([run.status, run.stderr, command === "mandoc" ? run.stdout : ""]).toEqual([0, "", ""]);
});

test("the man page shows every option of every command", () => {
  const shown = spawnSync("groff", ["-man", "-Tascii", "-P-cbou", "-rLL=200n", page], {
    encoding: "utf8",
  }).stdout;
  for (const { options } of COMMANDS)
    for (const name of Object.keys(options)) expect(shown).toContain(`--${name}`);
  expect(shown).toContain("--limit 'web:!web3'");
});

test.each(COMMANDS.map((command) => [command] as const))(
  "$name: an example that names it, every option, and no line too long",
  (command) => {
    expect(command.example).toMatch(new RegExp(`^svcdeploy ${command.name}( |$)`));
    const help = commandHelp(command, 80);
    expect(help).toContain(`Examples:\n  ${command.example}\n`);
    for (const name of Object.keys(command.options))
      expect(help).toMatch(new RegExp(`^  (?:-., )?--${name}(?:\\[| |$)`, "m"));
    expect(help).toMatch(/Exit codes: 0 done/);
    for (const line of help.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    for (const line of commandHelp(command, 60).split("\n"))
      if (!line.includes(command.example)) expect([...line].length).toBeLessThanOrEqual(60);
  },
);

test("the program's help names every command, whatever the width", () => {
  for (const { name, describe } of COMMANDS)
    expect(programHelp(COMMANDS, 500)).toMatch(new RegExp(`^  ${name} +${describe.slice(0, 20)}`, "m"));
  for (const line of programHelp(COMMANDS, 500).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
