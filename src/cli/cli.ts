/** The command line: which commands there are, what each takes, and where it is done. Each command is loaded only when it runs. */
import yargs, { type Argv, type Options } from "yargs";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../core/errors.ts";
import { CONNECTION, LINT, outputOption, type RawArguments, SELECTION } from "./options.ts";
import { reportError } from "./report-error.ts";
import { suggest } from "./suggest.ts";
import { makeSurroundings, type Surroundings } from "./surroundings.ts";
import { withReports } from "./with-reports.ts";

/** A command's work: arguments in, exit code out. */
export type CommandRun = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;

type Command = {
  readonly name: string;
  readonly describe: string;
  readonly example: string;
  /** What may stand behind the name without an option's name: as the usage shows it, and how many at most; absent: nothing. */
  readonly operands?: { readonly show: string; readonly most: number };
  readonly options: Readonly<Record<string, Options>>;
  readonly load: () => Promise<CommandRun>;
};

const DETAILED: Options = { type: "boolean", describe: "exit 2 when changes are pending" };
const WITHOUT_HEALTH: Options = { type: "boolean", describe: "do not ask health checks" };

const COMMANDS: readonly Command[] = [
  {
    name: "init",
    operands: { show: "[USER@HOST]", most: 1 },
    describe: "Write a small working project into an empty folder",
    example: "svcdeploy init deploy@web1.example.com:2222",
    options: { project: SELECTION.project },
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: "check",
    describe: "Check that the hosts are ready for a first apply",
    example: "svcdeploy check --env prod --limit web1",
    options: {
      project: SELECTION.project,
      env: SELECTION.env,
      limit: SELECTION.limit,
      ...CONNECTION,
      output: outputOption("text", "json"),
    },
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "render",
    describe: "Print or write the files that apply would send",
    example: "svcdeploy render --env prod --host web1 --out /tmp/rendered",
    options: {
      ...SELECTION,
      host: { type: "string", describe: "only this host", requiresArg: true },
      out: { type: "string", describe: "write to DIR/HOST/… instead, secrets included", requiresArg: true },
    },
    load: async () => (await import("./render.ts")).render,
  },
  {
    name: "plan",
    describe: "Show what apply would change, without changing it",
    example: "svcdeploy plan --env prod --limit 'web:!web3' --out plan.json",
    options: {
      ...SELECTION,
      ...CONNECTION,
      output: outputOption("text", "json", "markdown"),
      "detailed-exitcode": DETAILED,
      out: { type: "string", describe: "save it for review and `apply FILE`", requiresArg: true },
      "valid-for": { type: "string", describe: "with --out: for how long; default 24h", requiresArg: true },
    },
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "apply",
    describe: "Make the hosts as declared, or leave them as they were",
    example: "svcdeploy apply --env prod --set etcd.version=3.3.26 --yes",
    operands: { show: "[PLAN]", most: 1 },
    options: {
      ...SELECTION,
      env: { ...SELECTION.env, describe: "environment; with a saved PLAN it stands there" },
      ...CONNECTION,
      yes: { type: "boolean", describe: "do not ask" },
      stale: { type: "string", choices: ["fail", "skip"], describe: "with a saved PLAN: hosts that moved since", requiresArg: true },
      "dry-run": { type: "boolean", describe: "the same as plan" },
      "detailed-exitcode": { ...DETAILED, describe: "with --dry-run: exit 2 when changes are pending" },
      output: outputOption("text", "json", "ndjson", "markdown"),
    },
    load: async () => (await import("./apply.ts")).apply,
  },
  {
    name: "verify",
    describe: "Check that every unit runs and is healthy",
    example: "svcdeploy verify --env prod --service etcd",
    options: { ...SELECTION, ...CONNECTION, output: outputOption("text", "json"), "no-health": WITHOUT_HEALTH },
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "drift",
    describe: "Show what on the hosts is not as declared; exit 2 if any",
    example: "svcdeploy drift --env prod --output markdown",
    options: { ...SELECTION, ...CONNECTION, output: outputOption("text", "json", "markdown"), "no-health": WITHOUT_HEALTH },
    load: async () => (await import("./drift.ts")).drift,
  },
  {
    name: "lint",
    describe: "Say what systemd will make of the units; exit 1 on errors",
    example: "svcdeploy lint app.service /etc/systemd/system --systemd 257",
    operands: { show: "[FILE…]", most: Number.POSITIVE_INFINITY },
    options: LINT,
    load: async () => (await import("./lint.ts")).lint,
  },
];

/** Runs the command line of a process and gives its exit code; every error has been shown. */
export async function runCli(from: NodeJS.Process): Promise<number> {
  const surroundings = makeSurroundings(from);
  const code = await runCommandLine(from.argv.slice(2), surroundings).catch((error: unknown) => reportError(error, surroundings));
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
  const known = [...Object.keys(command.options), "help", "version"];
  for (const name of Object.keys(raw)) {
    if (name === "_" || name === "$0" || name === "h" || known.includes(name)) continue;
    throw new UsageError(`${command.name} has no option ${name.length === 1 ? "-" : "--"}${name}`, suggest(name, known, "--"));
  }
  const extra = wordsOf(raw)[1 + (command.operands?.most ?? 0)];
  if (extra !== undefined)
    throw new UsageError(`${command.name} takes no argument ${extra}`, "Several values of an option stand behind it: --service a b");
}

function wordsOf(raw: RawArguments): readonly string[] {
  return Array.isArray(raw._) ? raw._.map(String) : [];
}
