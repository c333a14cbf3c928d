/** The table of commands: what each is for, takes, and where it is done. */
import type { Options } from "yargs";
import { HEAL } from "./drift/heal-options.ts";
import { LOOKING } from "./looking-options.ts";
import {
  CONNECTION,
  HISTORY,
  LINT,
  LOGS,
  outputOption,
  PROGRESS,
  PRUNE,
  type RawArguments,
  SELECTION,
  STATUS,
} from "./options.ts";
import { PASSED_ON, TIMER, WATCH } from "./status/watch-options.ts";
import type { Surroundings } from "./surroundings.ts";

/** A command's work: arguments in, exit code out. */
export type CommandRun = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;

/** A command: what it is called, does and takes, and the file with its work, loaded only when it runs. */
export type Command = {
  readonly name: string;
  readonly describe: string;
  /** What a user should know beyond that, in a sentence or two. */
  readonly more?: string;
  readonly example: string;
  /**
   * What may stand behind the name without an option's name: as the usage shows it, and how many at most;
   * absent: nothing.
   */
  readonly operands?: { readonly show: string; readonly most: number };
  readonly options: Readonly<Record<string, Options>>;
  readonly load: () => Promise<CommandRun>;
};

const DETAILED: Options = { type: "boolean", describe: "exit 2 when changes are pending" };
const GRAPH_FORMAT: Options = { ...outputOption("text", "mermaid", "dot", "svg", "json") };
const WITHOUT_HEALTH: Options = { type: "boolean", describe: "do not ask health checks" };

/** Every command, in the order in which the help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    name: "init",
    operands: { show: "[USER@HOST]", most: 1 },
    describe: "Write a small working project into an empty folder",
    more: "The host that is named is not asked yet: `svcdeploy check` does that.",
    example: "svcdeploy init deploy@web1.example.com:2222",
    options: { project: SELECTION.project },
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: "check",
    describe: "Check that the hosts are ready for a first apply",
    more: "Says of each host whether it can be reached, trusted and changed, and what to type about it when not. Changes nothing and takes no lock.",
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
    name: "adopt",
    operands: { show: "[HOST] UNIT…", most: 50 },
    describe: "Write the service files of units that a host already has",
    more: "Reads each unit with its drop-ins, variables, sockets, timers, paths, slice, tmpfs and log rotation, and shows that what it writes renders to the same. Changes nothing on the host; values of secrets are never written.",
    example: "svcdeploy adopt web1 billing worker@blue --env prod",
    options: {
      project: SELECTION.project,
      env: SELECTION.env,
      identity: CONNECTION.identity,
      "known-hosts": CONNECTION["known-hosts"],
      name: { type: "string", describe: "call the service so; with one UNIT", requiresArg: true },
      into: {
        type: "string",
        describe: "add to this service's file instead: jobs of timers and paths, drop-ins of packages' units",
        requiresArg: true,
      },
      supervisord: {
        type: "string",
        describe:
          "instead of a HOST: programs of this configuration file, here or as HOST:/PATH; UNIT names a program",
        requiresArg: true,
      },
      stdout: { type: "boolean", describe: "print the service files instead" },
      force: { type: "boolean", describe: "write also what does not render to the same" },
    },
    load: async () => (await import("./adopt/adopt.ts")).adopt,
  },
  {
    name: "render",
    describe: "Print or write the files that apply would send",
    more: "Needs no host. Secrets are masked unless --out writes the files.",
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
    more: "One round trip a host; a second one where units or logrotate files change, which the host's own systemd and logrotate then read in a folder in /run that is removed again. Files are shown as diffs, every restart with its reason; exit 0 unless --detailed-exitcode is given.",
    example: "svcdeploy plan --env prod --limit 'web:!web3' --out plan.json",
    options: {
      ...SELECTION,
      ...CONNECTION,
      output: outputOption("text", "json", "markdown"),
      ...PRUNE,
      "detailed-exitcode": DETAILED,
      out: { type: "string", describe: "save it for review and `apply FILE`", requiresArg: true },
      "valid-for": { type: "string", describe: "with --out: for how long; default 24h", requiresArg: true },
    },
    load: async () => (await import("./apply/plan.ts")).plan,
  },
  {
    name: "apply",
    describe: "Make the hosts as declared, or leave them as they were",
    more: "Shows the plan, asks, and carries it out in one transaction a host. What is not well afterwards is undone by the host itself; a saved PLAN is applied as it was reviewed, or refused.",
    example: "svcdeploy apply --env prod --set etcd.version=3.3.26 --yes",
    operands: { show: "[PLAN]", most: 1 },
    options: {
      ...SELECTION,
      env: { ...SELECTION.env, describe: "environment; with a saved PLAN it stands there" },
      ...CONNECTION,
      yes: { type: "boolean", describe: "do not ask" },
      ...PROGRESS,
      ...PRUNE,
      stale: {
        type: "string",
        choices: ["fail", "skip"],
        describe: "with a saved PLAN: hosts that moved since",
        requiresArg: true,
      },
      "dry-run": { type: "boolean", describe: "the same as plan" },
      "detailed-exitcode": { ...DETAILED, describe: "with --dry-run: exit 2 when changes are pending" },
      output: outputOption("text", "json", "ndjson", "markdown"),
    },
    load: async () => (await import("./apply/apply.ts")).apply,
  },
  {
    name: "rollback",
    operands: { show: "[SERVICE]", most: 1 },
    describe: "Bring back what a service, or all that a run changed, was before",
    example: "svcdeploy rollback web --env prod --limit web1",
    options: {
      project: SELECTION.project,
      env: SELECTION.env,
      limit: SELECTION.limit,
      run: { type: "string", describe: "instead of a SERVICE: what this run changed", requiresArg: true },
      to: { type: "string", describe: "this generation of the host, not the one before", requiresArg: true },
      ...CONNECTION,
      yes: { type: "boolean", describe: "do not ask" },
      ...PROGRESS,
      "dry-run": { type: "boolean", describe: "only show the plan" },
      output: outputOption("text", "json", "ndjson", "markdown"),
    },
    load: async () => (await import("./apply/rollback.ts")).rollback,
  },
  {
    name: "why",
    operands: { show: "SERVICE@HOST", most: 1 },
    describe: "Say which run made a service what it is, and what became of it",
    example: "svcdeploy why web@web1 --env prod",
    options: {
      project: SELECTION.project,
      env: SELECTION.env,
      ...CONNECTION,
      output: outputOption("text", "json"),
    },
    load: async () => (await import("./history/why.ts")).why,
  },
  {
    name: "explain",
    operands: { show: "SERVICE HOST [WHAT]", most: 3 },
    describe: "Say of each rendered line where it comes from",
    more: "Asks no host and reads no secret. WHAT is a directive or a part of a path: only these lines or files.",
    example: "svcdeploy explain web web1 ExecStart --env prod",
    options: { ...LOOKING, output: outputOption("text", "json") },
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "env",
    operands: { show: "SERVICE HOST [UNIT]", most: 3 },
    describe: "Show the environment of a service's processes, and who wins",
    more: "Asks no host and reads no secret. UNIT is another of the service's units, e.g. a timer's job.",
    example: "svcdeploy env web web1 --env prod",
    options: { ...LOOKING, output: outputOption("text", "json") },
    load: async () => (await import("./env.ts")).env,
  },
  {
    name: "graph",
    describe: "Draw the units, and what orders or requires what",
    more: "Asks no host. Cycles, which keep a host from booting as declared, are marked; hosts that read the same are one graph.",
    example: "svcdeploy graph --env prod --format svg >units.svg",
    options: { ...SELECTION, format: GRAPH_FORMAT },
    load: async () => (await import("./graph.ts")).graph,
  },
  {
    name: "verify",
    describe: "Check that every unit runs and is healthy",
    more: "Looks for as long as a service's settle time and asks the health checks. Changes nothing.",
    example: "svcdeploy verify --env prod --service etcd",
    options: {
      ...SELECTION,
      ...CONNECTION,
      output: outputOption("text", "json"),
      "no-health": WITHOUT_HEALTH,
    },
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "drift",
    describe: "Show what on the hosts is not as declared; exit 2 if any",
    more: "Reads only and takes no lock, so it can run beside an apply.",
    example: "svcdeploy drift --env prod --output markdown",
    options: {
      ...SELECTION,
      ...CONNECTION,
      output: outputOption("text", "json", "markdown"),
      "no-health": WITHOUT_HEALTH,
      ...HEAL,
      verbose: { ...PROGRESS.verbose, describe: "with --heal: show every step of every host" },
      ...WATCH,
    },
    load: async () => (await import("./drift/drift.ts")).drift,
  },
  {
    name: "history",
    describe: "List the runs; with --env as the hosts recorded them",
    example: "svcdeploy history --env prod --service etcd --since 7d",
    options: { ...HISTORY, ...CONNECTION, output: outputOption("text", "json") },
    load: async () => (await import("./history/history.ts")).history,
  },
  {
    name: "show",
    operands: { show: "RUN", most: 1 },
    describe: "Show one run: who, when, what changed, how it ended",
    example: "svcdeploy show 5f0c2a1b --env prod",
    options: {
      project: SELECTION.project,
      env: { ...SELECTION.env, describe: "ask the hosts of this environment as well" },
      limit: SELECTION.limit,
      ...CONNECTION,
      output: outputOption("text", "json", "markdown"),
    },
    load: async () => (await import("./history/show.ts")).show,
  },
  {
    name: "status",
    describe: "Show what runs where, and how it is",
    example: "svcdeploy status --env prod --limit web --watch 5s",
    options: {
      ...SELECTION,
      ...CONNECTION,
      ...STATUS,
      output: outputOption("text", "json"),
    },
    load: async () => (await import("./status/status.ts")).status,
  },
  {
    name: "logs",
    operands: { show: "SERVICE[@INSTANCE]…", most: Number.POSITIVE_INFINITY },
    describe: "Show what services said, merged from all hosts",
    example: "svcdeploy logs web --env prod --limit h1 -f --priority warning",
    options: {
      ...LOGS,
      output: outputOption("text", "ndjson"),
    },
    load: async () => (await import("./logs/logs.ts")).logs,
  },
  {
    name: "install-timer",
    describe: "Run drift by itself: a systemd timer, or a crontab line",
    example: "svcdeploy install-timer --env prod --every 1h --notify @hooks",
    options: { ...SELECTION, ...CONNECTION, "no-health": WITHOUT_HEALTH, ...HEAL, ...PASSED_ON, ...TIMER },
    load: async () => (await import("./timer/install-timer.ts")).installTimer,
  },
  {
    name: "lint",
    describe: "Say what systemd will make of the units; exit 1 on errors",
    more: "Asks no host. Without FILE it looks at the project: every environment, host and service.",
    example: "svcdeploy lint app.service /etc/systemd/system --systemd 257",
    operands: { show: "[FILE…]", most: Number.POSITIVE_INFINITY },
    options: LINT,
    load: async () => (await import("./lint/lint.ts")).lint,
  },
  {
    name: "schemas",
    describe: "Write JSON Schemas of the project's files, for editors",
    more: "They go to .svcdeploy/schemas, where the files that `init` writes tell an editor to look. They give completion, also of systemd's directives.",
    example: "svcdeploy schemas --project deploy",
    options: { project: SELECTION.project },
    load: async () => (await import("./schemas.ts")).schemas,
  },
  {
    name: "completion",
    describe: "Print what bash, zsh or fish loads to complete command lines",
    more: "Completes commands, options, environments, hosts, groups, services and files. Nothing of a project is run and no host is asked.",
    example: "svcdeploy completion fish >~/.config/fish/completions/svcdeploy.fish",
    operands: { show: "bash|zsh|fish", most: 1 },
    options: {},
    load: async () => (await import("./completion.ts")).completion,
  },
];
