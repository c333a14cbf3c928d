/** The command line: parses it by the table of commands, runs the command, and shows what went wrong. */
import yargs, { type Argv } from "yargs";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../core/errors.ts";
import { line, styled } from "../report/text.ts";
import { COMMANDS, type Command } from "./commands.ts";
import type { RawArguments } from "./options.ts";
import { reportError } from "./report-error.ts";
import { suggest } from "./suggest.ts";
import { makeSurroundings, type Surroundings } from "./surroundings.ts";
import { withReports } from "./with-reports.ts";

/** Runs the command line of a process and gives its exit code; every error has been shown. */
export async function runCli(from: NodeJS.Process): Promise<number> {
  const surroundings = makeSurroundings(from);
  const code = await runCommandLine(from.argv.slice(2), surroundings).catch((error: unknown) => reportError(error, surroundings));
  surroundings.stderr.print(surroundings.logbook.read().notices.map((notice) => line(styled("dim", notice))));
  await Promise.all([surroundings.stdout.flush(), surroundings.stderr.flush()]);
  return code;
}

async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let code = 0;
  let help = "";
  const parser = COMMANDS.map(withReports).reduce(
    (argv, command) =>
      addCommand(argv, command, async (raw) => {
        refuseUnknown(raw, command);
        code = await (await command.load())(raw, surroundings);
      }),
    makeParser(),
  );
  await parser.parseAsync([...words], {}, (_error: unknown, _arguments: unknown, output: string) => {
    help = output;
  });
  if (help !== "") surroundings.stdout.write(`${help}\n`);
  return code;
}

function makeParser(): Argv {
  return yargs()
    .scriptName("svcdeploy")
    .usage("$0 COMMAND --env ENV [OPTIONS]\n\nDelivers systemd services to hosts over SSH: YAML in, one undoable transaction a host.")
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .locale("en")
    .version(packageJson.version)
    .help()
    .alias("help", "h")
    .group(["help", "version"], "General:")
    .example(COMMANDS.find(({ name }) => name === "plan")?.example ?? "", "")
    .epilogue(
      "svcdeploy COMMAND --help tells a command's options. Exit codes: 0 done, 1 failed, 2 changes or drift, 3 some hosts failed, 4 all unreachable, 5 rolled back, 6 locked, 64 usage, 65 configuration, 77 refused, 130 interrupted.",
    )
    .wrap(80)
    .command("$0", false, {}, refuseCommand)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (error !== undefined && error.name !== "YError") throw error;
      throw new UsageError(
        plainMessage(message ?? error?.message ?? "the command line makes no sense"),
        "svcdeploy COMMAND --help tells what there is.",
      );
    });
}

/** What yargs says about an option, in the words of the other messages. */
function plainMessage(message: string): string {
  const [, bare] = /^Not enough arguments following: (\S+)$/.exec(message) ?? [];
  if (bare !== undefined) return `--${bare} needs a value`;
  const [, option, given, choices] = /Argument: (\S+), Given: (.*), Choices: (.*)$/.exec(message) ?? [];
  return option === undefined ? message : `--${option} takes one of ${choices?.replaceAll('"', "")}; this is ${given}`;
}

function addCommand(argv: Argv, command: Command, run: (raw: RawArguments) => Promise<void>): Argv {
  return argv.command(
    command.name,
    command.describe,
    (options) =>
      options
        .usage(`$0 ${command.name}${command.operands === undefined ? "" : ` ${command.operands.show}`} [OPTIONS]\n\n${command.describe}.`)
        .options(command.options)
        .example(command.example, ""),
    run,
  );
}

/** What runs when the first word is no command, or there is no word at all. */
function refuseCommand(raw: RawArguments): never {
  const names = COMMANDS.map((command) => command.name);
  const [word] = wordsOf(raw);
  if (word === undefined) throw new UsageError("A command is needed", suggest("", names, "svcdeploy "));
  throw new UsageError(`There is no command ${word}`, suggest(word, names, "svcdeploy "));
}

function refuseUnknown(raw: RawArguments, command: Command): void {
  const aliases = Object.values(command.options).flatMap(({ alias }) => alias ?? []);
  const known = [...Object.keys(command.options), ...aliases, "help", "version"];
  for (const name of Object.keys(raw)) {
    if (name === "_" || name === "$0" || name === "h" || known.includes(name)) continue;
    const long = known.filter((each) => each.length > 1);
    throw new UsageError(`${command.name} has no option ${name.length === 1 ? "-" : "--"}${name}`, suggest(name, long, "--"));
  }
  const extra = wordsOf(raw)[1 + (command.operands?.most ?? 0)];
  if (extra !== undefined)
    throw new UsageError(`${command.name} takes no argument ${extra}`, "Several values of an option stand behind it: --service a b");
}

function wordsOf(raw: RawArguments): readonly string[] {
  return Array.isArray(raw._) ? raw._.map(String) : [];
}
