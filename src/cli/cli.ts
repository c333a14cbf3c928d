/** The command line: parses it by the table of commands, runs the command, and shows what went wrong. */
import yargs, { type Argv } from "yargs";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import { line, styled } from "../report/lines/text.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { foreignOption, foreignVerb } from "./foreign-words.ts";
import { type RawArguments, wordsOf } from "./options/arguments.ts";
import { commandHelp, programHelp } from "./reference/help-text.ts";
import { reportError } from "./report-error.ts";
import { suggest } from "./suggest.ts";
import { makeSurroundings, type Surroundings } from "./surroundings.ts";

/** Runs the command line of a process and gives its exit code; every error has been shown. */
export async function runCli(from: NodeJS.Process): Promise<number> {
  const surroundings = makeSurroundings(from);
  const code = await runCommandLine(from.argv.slice(2), surroundings).catch((error: unknown) =>
    reportError(error, surroundings),
  );
  surroundings.stderr.print(surroundings.logbook.read().notices.map((notice) => line(styled("dim", notice))));
  await Promise.all([surroundings.stdout.flush(), surroundings.stderr.flush()]);
  return await withLostOutput(code, surroundings);
}

/** Output that a full disk swallowed must not look like success. */
async function withLostOutput(code: number, { stdout, stderr }: Surroundings): Promise<number> {
  const reason = stdout.lost();
  if (reason === null) return code;
  stderr.print([
    line(styled("bad", `Writing to standard output failed (${reason}); the rest of the output is lost.`)),
  ]);
  await stderr.flush();
  return code === EXIT.done ? EXIT.failed : code;
}

async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let code = 0;
  let output = "";
  const showHelp = (text: string): void => surroundings.stdout.write(text);
  const parser = COMMANDS.reduce(
    (argv, command) =>
      argv.command(command.name, false, command.options, async (raw) => {
        if (raw.help === true) return showHelp(commandHelp(command, surroundings.stdout.columns));
        refuseUnknown(raw, command);
        code = await (await command.load())(raw, withoutPrograms(raw, surroundings));
      }),
    makeParser((raw) =>
      raw.help === true || wordsOf(raw).length === 0
        ? showHelp(programHelp(COMMANDS, surroundings.stdout.columns))
        : refuseCommand(raw),
    ),
  );
  await parser.parseAsync([...words], {}, (_error: unknown, _arguments: unknown, printed: string) => {
    output = printed;
  });
  if (output !== "") surroundings.stdout.write(`${output}\n`);
  return code;
}

/** --no-exec is SVCDEPLOY_NO_EXEC=1 for this run. */
function withoutPrograms(raw: RawArguments, surroundings: Surroundings): Surroundings {
  if (raw["no-exec"] !== true) return surroundings;
  return { ...surroundings, environment: { ...surroundings.environment, SVCDEPLOY_NO_EXEC: "1" } };
}

/**
 * yargs reads the words; help is ours, made of the table. withoutCommand runs where the first word is no
 * command.
 */
function makeParser(withoutCommand: (raw: RawArguments) => void): Argv {
  return (
    yargs()
      .scriptName("svcdeploy")
      .parserConfiguration({
        "boolean-negation": false,
        "camel-case-expansion": false,
        "dot-notation": false,
        "parse-numbers": false,
        "parse-positional-numbers": false,
      })
      .locale("en")
      .version(packageJson.version)
      .help(false)
      .option("help", { alias: "h", type: "boolean" })
      // Of every command, so that one wrapper can pass it everywhere.
      .option("no-pager", { type: "boolean" })
      .command("$0", false, {}, withoutCommand)
      .exitProcess(false)
      .fail((message: string | null, error: Error | undefined) => {
        if (error !== undefined && error.name !== "YError") throw error;
        throw new UsageError(
          plainMessage(message ?? error?.message ?? "the command line cannot be understood"),
          "svcdeploy COMMAND --help lists the options.",
        );
      })
  );
}

/** What yargs says about an option, in the words of the other messages. */
function plainMessage(message: string): string {
  const [, bare] = /^Not enough arguments following: (\S+)$/.exec(message) ?? [];
  if (bare !== undefined) return `--${bare} needs a value`;
  const [, option, given, choices] = /Argument: (\S+), Given: (.*), Choices: (.*)$/.exec(message) ?? [];
  return option === undefined
    ? message
    : `--${option} takes one of ${choices?.replaceAll('"', "")}, not ${given}`;
}

/** What runs when the first word is no command. */
function refuseCommand(raw: RawArguments): never {
  const names = COMMANDS.map((command) => command.name);
  const [word = ""] = wordsOf(raw);
  throw new UsageError(`Unknown command ${word}`, foreignVerb(word) ?? suggest(word, names, "svcdeploy "));
}

function refuseUnknown(raw: RawArguments, command: Command): void {
  const aliases = Object.values(command.options).flatMap(({ alias }) => alias ?? []);
  const known = [...new Set([...Object.keys(command.options), ...aliases, "help", "version", "no-pager"])];
  for (const name of Object.keys(raw)) {
    if (name === "_" || name === "$0" || name === "h" || known.includes(name)) continue;
    const long = known.filter((each) => each.length > 1);
    throw new UsageError(
      `${command.name} has no option ${name.length === 1 ? "-" : "--"}${name}`,
      foreignOption(name) ?? suggest(name, long, "--"),
    );
  }
  const extra = wordsOf(raw)[1 + (command.operands?.most ?? 0)];
  if (extra !== undefined)
    throw new UsageError(
      `${command.name} takes no argument ${extra}`,
      typeof raw.limit === "string"
        ? `--limit takes one pattern: --limit ${raw.limit},${extra}`
        : "Several values of an option follow it: --service a b",
    );
}
