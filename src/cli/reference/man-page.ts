/** svcdeploy(1) in roff, after man(7). */
import {
  type CommandReference,
  type DescribedCommand,
  EXIT_CODES,
  type OptionRow,
  referenceOf,
  VARIABLES,
} from "./reference.ts";

/** When these pages were last looked through as a whole; man(7) wants a date. */
const WRITTEN = "2026-11-21";

/** The man page of all commands. */
export function manPage(commands: readonly DescribedCommand[], version: string): string {
  const pages = commands.map(referenceOf);
  return [
    '.\\" Made of the table of commands by scripts/command-pages.ts.',
    `.TH SVCDEPLOY 1 "${WRITTEN}" "svcdeploy ${text(version)}" "User Commands"`,
    ".SH NAME",
    "svcdeploy \\- deliver systemd services to fleets over SSH",
    ".SH SYNOPSIS",
    ...pages.flatMap(({ usage }, index) => [...(index === 0 ? [] : [".br"]), synopsis(usage)]),
    ".SH DESCRIPTION",
    "Reads host inventories and service definitions from a folder, shows what differs on the live " +
      "hosts, applies that in one transaction a host,",
    "verifies it, and puts everything back when it is not well.",
    ".SH COMMANDS",
    ...pages.flatMap(commandPart),
    ".SH EXIT STATUS",
    "The same for every command. Output that nobody reads any more (a closed pipe) is no error and " +
      "changes no exit status.",
    ...EXIT_CODES.flatMap(({ code, meaning }) => tagged(String(code), meaning)),
    ".SH ENVIRONMENT",
    ...VARIABLES.flatMap(([name, meaning]) => tagged(name, meaning)),
    ".SH FILES",
    ...tagged(
      "svcdeploy.yaml",
      "makes a folder a project; beside it inventory/, services/, playbooks/, values/ and templates/",
    ),
    ...tagged("/var/lib/svcdeploy", "on a host: transactions, records and backups; root's alone"),
    ".SH SEE ALSO",
    ".BR systemd.service (5),",
    ".BR systemctl (1),",
    ".BR ssh (1)",
    "",
  ].join("\n");
}

function commandPart({ usage, about, groups, example }: CommandReference): readonly string[] {
  return [
    `.SS "${text(usage).replaceAll('"', "\\(dq")}"`,
    plain(about),
    ...groups.flatMap(({ rows }) => rows).flatMap(optionPart),
    ".PP",
    "Example:",
    ".PP",
    ".RS 4",
    ".EX",
    plain(example),
    ".EE",
    ".RE",
  ];
}

function optionPart({ flag, about }: OptionRow): readonly string[] {
  const [name = "", value] = flag.split(" ");
  return [
    ".TP",
    `\\fB${text(name)}\\fR${value === undefined ? "" : ` \\fI${text(value)}\\fR`}`,
    plain(about),
  ];
}

function tagged(name: string, meaning: string): readonly string[] {
  return [".TP", `.B ${text(name)}`, plain(meaning)];
}

function synopsis(usage: string): string {
  const [program = "", command = "", ...rest] = usage.split(" ");
  return `\\fB${text(program)} ${text(command)}\\fR ${text(rest.join(" "))}`.trimEnd();
}

/** A line of text: what starts it must not be taken for a request. */
function plain(words: string): string {
  return text(words).replace(/^(?=[.'])/, "\\&");
}

/** Characters that mean something to roff, written so that they are what they are, and can be copied. */
function text(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("…", "...");
}
