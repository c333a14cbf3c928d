/** The options of each command, which gets values of the types that its table says. */
import type { OptionTable } from "./arguments.ts";
import { CONNECTION, HEAL, HEALTH, HOST, LOOKING, PASSED_ON, PROGRESS, PRUNE, SELECTION } from "./groups.ts";
import { flag, optionalWord, outputOption, word, words } from "./option.ts";

/** Of init and schemas. */
export const FOLDER = { project: SELECTION.project } as const satisfies OptionTable;

/** Of check. */
export const CHECK = {
  project: SELECTION.project,
  env: SELECTION.env,
  limit: SELECTION.limit,
  ...CONNECTION,
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

/** Of adopt. */
export const ADOPT = {
  project: SELECTION.project,
  env: SELECTION.env,
  identity: CONNECTION.identity,
  "known-hosts": CONNECTION["known-hosts"],
  name: word("call the service so; with one UNIT"),
  into: word("add to this service's file instead: jobs of timers and paths, drop-ins of packages' units"),
  supervisord: word(
    "instead of a HOST: programs of this configuration file, here or as HOST:/PATH; UNIT names a program",
  ),
  stdout: flag("print the service files instead"),
  force: flag("write also what does not render to the same"),
} as const satisfies OptionTable;

/** Of render. */
export const RENDER = {
  ...SELECTION,
  ...HOST,
  out: word("write to DIR/HOST/… instead, secrets included"),
} as const satisfies OptionTable;

/** Of plan. */
export const PLAN = {
  ...SELECTION,
  ...CONNECTION,
  output: outputOption("text", "json", "markdown"),
  ...PRUNE,
  "detailed-exitcode": flag("exit 2 when changes are pending"),
  out: word("save it for review and `apply FILE`"),
  "valid-for": word("with --out: for how long; default 24h"),
} as const satisfies OptionTable;

/** Of apply. */
export const APPLY = {
  ...SELECTION,
  env: { ...SELECTION.env, describe: "environment; with a saved PLAN it stands there" },
  ...CONNECTION,
  yes: flag("do not ask"),
  ...PROGRESS,
  ...PRUNE,
  stale: { ...word("with a saved PLAN: hosts that moved since"), choices: ["fail", "skip"] },
  "dry-run": flag("the same as plan"),
  "detailed-exitcode": flag("with --dry-run: exit 2 when changes are pending"),
  output: outputOption("text", "json", "ndjson", "markdown"),
} as const satisfies OptionTable;

/** Of rollback. */
export const ROLLBACK = {
  project: SELECTION.project,
  env: SELECTION.env,
  limit: SELECTION.limit,
  run: word("instead of a SERVICE: what this run changed"),
  to: word("this generation of the host, not the one before"),
  ...CONNECTION,
  yes: flag("do not ask"),
  ...PROGRESS,
  "dry-run": flag("only show the plan"),
  output: outputOption("text", "json", "ndjson", "markdown"),
} as const satisfies OptionTable;

/** Of why. */
export const WHY = {
  project: SELECTION.project,
  env: SELECTION.env,
  ...CONNECTION,
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

/** Of explain and env. */
export const LOOK = { ...LOOKING, output: outputOption("text", "json") } as const satisfies OptionTable;

/** Of graph. */
export const GRAPH = {
  ...SELECTION,
  format: outputOption("text", "mermaid", "dot", "svg", "json"),
} as const satisfies OptionTable;

/** Of verify. */
export const VERIFY = {
  ...SELECTION,
  ...CONNECTION,
  output: outputOption("text", "json"),
  ...HEALTH,
} as const satisfies OptionTable;

/** Of drift. */
export const DRIFT = {
  ...SELECTION,
  ...CONNECTION,
  output: outputOption("text", "json", "markdown"),
  ...HEALTH,
  ...HEAL,
  verbose: flag("with --heal: show every step of every host"),
  cron: flag("silent when all is well, else a mail; one run at a time"),
  ...PASSED_ON,
} as const satisfies OptionTable;

/** Of history. */
export const HISTORY = {
  project: SELECTION.project,
  env: { ...SELECTION.env, describe: "only this environment, and ask its hosts as well" },
  local: flag("with --env: ask no host"),
  limit: SELECTION.limit,
  ...HOST,
  service: { ...SELECTION.service, describe: "only runs of these services" },
  since: word("not before: 3d, yesterday, 2026-11-20 …"),
  count: { ...word("how many runs"), default: "20" },
  ...CONNECTION,
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

/** Of show. */
export const SHOW = {
  project: SELECTION.project,
  env: { ...SELECTION.env, describe: "ask the hosts of this environment as well" },
  limit: SELECTION.limit,
  ...CONNECTION,
  output: outputOption("text", "json", "markdown"),
} as const satisfies OptionTable;

/** Of status. */
export const STATUS = {
  ...SELECTION,
  ...CONNECTION,
  watch: optionalWord("look again and again, every 2s or as said, until Ctrl-C; without drift"),
  all: flag("fold nothing; units beside a service's own too"),
  "no-drift": flag("do not look for drift, which reads every file"),
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

/** Of logs. */
export const LOGS = {
  project: SELECTION.project,
  env: SELECTION.env,
  limit: SELECTION.limit,
  ...HOST,
  set: SELECTION.set,
  values: SELECTION.values,
  identity: CONNECTION.identity,
  "known-hosts": CONNECTION["known-hosts"],
  follow: { ...flag("go on with what comes, until Ctrl-C"), alias: "f" },
  since: word("from 10min ago, or from 2026-11-21T03:00, on; default: the last start"),
  lines: word("the last N of each host, or all; default 200, with -f 10"),
  priority: word("only these and graver ones: err, warning, info, … or 0 to 7"),
  output: outputOption("text", "ndjson"),
} as const satisfies OptionTable;

/** Of install-timer. */
export const INSTALL_TIMER = {
  ...SELECTION,
  ...CONNECTION,
  ...HEALTH,
  ...HEAL,
  ...PASSED_ON,
  every: { ...word("how often"), default: "15min" },
  "env-file": word("file with NAME=VALUE lines for the runs"),
  crontab: flag("print a crontab line instead"),
  print: flag("print the service and the timer instead"),
  out: word("write the two files into DIR instead"),
  remove: flag("take away what was installed"),
  on: word("on this host of the inventory; files named are its own"),
  "project-on": word("with --on: the project's folder there"),
  "identity-on": word("with --on: private key there, for the runs"),
  "known-hosts-on": words("with --on: known_hosts there, for the runs"),
} as const satisfies OptionTable;

/** Of lint. */
export const LINT = {
  project: { ...SELECTION.project, describe: "project folder, when no files are named" },
  env: { ...SELECTION.env, describe: "only this environment of the project" },
  systemd: word("version that named files are for: 247, 252 (default), 257"),
  format: outputOption("text", "json", "github", "sarif"),
  fix: flag("make the fixes that need no decision in the files, show them, and look again"),
  "dry-run": flag("with --fix: only show them"),
  security: flag("what makes up each service's exposure, as systemd-analyze security"),
  explain: word("explain a rule, e.g. SD003"),
} as const satisfies OptionTable;
