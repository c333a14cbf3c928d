/** docs/commands.md: every command with every option. */
import {
  type CommandReference,
  type DescribedCommand,
  EXIT_CODES,
  referenceOf,
  VARIABLES,
} from "./reference.ts";

/** The page of all commands. */
export function commandsMarkdown(commands: readonly DescribedCommand[]): string {
  const pages = commands.map(referenceOf);
  return [
    "# Commands",
    "",
    "Made of the table of commands by `scripts/command-pages.ts`; the same stands in `svcdeploy " +
      "COMMAND --help` and in `man svcdeploy`.",
    "",
    ...table(
      ["command", "what it does"],
      commands.map(({ name, describe }) => [`[${name}](#${name})`, cell(describe)]),
    ),
    ...pages.flatMap(commandPart),
    "## Exit codes",
    "",
    "The same for every command. When all that failed did so in one way, that code is given although " +
      "other hosts went well. Output that nobody reads any",
    "more (`svcdeploy plan … | head -1`) is no error and changes no exit code.",
    "",
    ...table(
      ["code", "meaning"],
      EXIT_CODES.map(({ code, meaning }) => [String(code), cell(meaning)]),
    ),
    "## Environment",
    "",
    ...table(
      ["variable", "meaning"],
      VARIABLES.map(([name, meaning]) => [`\`${name}\``, cell(meaning)]),
    ),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

function commandPart({ name, usage, about, groups, example }: CommandReference): readonly string[] {
  const rows = groups.flatMap(({ title, rows: options }) =>
    options.map(({ flag, about: meaning }) => [`\`${cell(flag)}\``, title.toLowerCase(), cell(meaning)]),
  );
  return [
    `## ${name}`,
    "",
    `    ${usage}`,
    "",
    about,
    "",
    ...(rows.length === 0 ? [] : table(["option", "", "meaning"], rows)),
    "Example:",
    "",
    `    ${example}`,
    "",
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).concat("");
}

function cell(words: string): string {
  return words.replaceAll("|", "\\|");
}
