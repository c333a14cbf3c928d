/** --help: of all commands, and of one. */
import { wrap } from "../../report/lines/text.ts";
import { type DescribedCommand, EXIT_CODES, type OptionRow, referenceOf } from "./reference.ts";

/** No line is longer, however wide the terminal is: long lines are hard to read. */
const MAX_COLUMNS = 80;
/** A left column wider than this gets a line of its own. */
const MAX_LEFT = 24;

const GENERAL: readonly OptionRow[] = [
  { flag: "-h, --help", about: "show help" },
  { flag: "--version", about: "show the version" },
];

/** The help of the program. */
export function programHelp(commands: readonly DescribedCommand[], columns: number): string {
  const width = Math.min(MAX_COLUMNS, columns);
  const rows = commands.map(({ name, describe }) => ({ flag: name, about: describe }));
  return joined([
    ["svcdeploy COMMAND [OPTIONS]"],
    wrap("Delivers systemd services to hosts over SSH: YAML in, one undoable transaction a host.", width),
    section("Commands", rows, width),
    section("General", GENERAL, width),
    ["Examples:", ...commands.filter(({ name }) => name === "plan").map(({ example }) => `  ${example}`)],
    wrap(
      "svcdeploy COMMAND --help lists a command's options; `man svcdeploy` and docs/commands.md list all.",
      width,
    ),
    exitCodes(width),
  ]);
}

/** The help of one command. */
export function commandHelp(command: DescribedCommand, columns: number): string {
  const width = Math.min(MAX_COLUMNS, columns);
  const { usage, about, groups, example } = referenceOf(command);
  return joined([
    [usage],
    wrap(about, width),
    ...groups.map(({ title, rows }) => section(title, rows, width)),
    section("General", GENERAL.slice(0, 1), width),
    ["Examples:", `  ${example}`],
    exitCodes(width),
  ]);
}

function joined(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function section(title: string, rows: readonly OptionRow[], width: number): readonly string[] {
  const left = Math.min(MAX_LEFT, Math.max(...rows.map(({ flag }) => flag.length)));
  return [`${title}:`, ...rows.flatMap((row) => rowLines(row, left, width))];
}

function rowLines({ flag, about }: OptionRow, left: number, width: number): readonly string[] {
  const [first = "", ...rest] = wrap(about, width - left - 4);
  const more = rest.map((part) => " ".repeat(left + 4) + part);
  if (flag.length <= left) return [`  ${flag.padEnd(left)}  ${first}`.trimEnd(), ...more];
  return [`  ${flag}`, " ".repeat(left + 4) + first, ...more];
}

function exitCodes(width: number): readonly string[] {
  // A code and its word stay in one line: the blank between them is none to wrap at.
  const codes = EXIT_CODES.map(({ code, short }) => `${code} ${short}`.replaceAll(" ", "\u00a0")).join(", ");
  return wrap(`Exit codes: ${codes}.`, width).map((each) => each.replaceAll("\u00a0", " "));
}
