/** The options of each command, which gets values of the types that its table says. */
import type { OptionTable } from "./arguments.ts";
import {
  CONNECTION,
  HEAL,
  HEALTH,
  HOST,
  LOOKING,
  PASSED_ON,
  PROGRESS,
  PRUNE,
  SELECTION,
  TAKE_OVER,
} from "./groups.ts";
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
  name: word("name of the new service; with one UNIT"),
  into: word("add to this service's file instead: jobs of timers and paths, drop-ins of packages' units"),
  supervisord: word(
    "instead of a HOST: programs of this configuration file, here or as HOST:/PATH; UNIT names a program",
  ),
  stdout: flag("print the service files instead"),
  force: flag("write a file even if it does not render to the same"),
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
  ...TAKE_OVER,
  "detailed-exitcode": flag("exit 2 when changes are pending"),
  out: word("save it for review and `apply FILE`"),
  "valid-for": word("with --out: how long it can be applied; default 24h"),
} as const satisfies OptionTable;

/** Of apply. */
export const APPLY = {
  ...SELECTION,
  env: { ...SELECTION.env, describe: "environment; a saved PLAN names its own" },
  ...CONNECTION,
  yes: flag("do not ask"),
  ...PROGRESS,
  ...PRUNE,
  ...TAKE_OVER,
  stale: { ...word("with a saved PLAN: what to do if hosts changed since"), choices: ["fail", "skip"] },
  "dry-run": flag("show the plan only, as svcdeploy plan"),
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
  "dry-run": flag("show the plan only"),
  output: outputOption("text", "json", "ndjson", "markdown"),
} as const satisfies OptionTable;

/** Of remove. */
export const REMOVE = {
  project: SELECTION.project,
  env: SELECTION.env,
  limit: SELECTION.limit,
  ...CONNECTION,
  ...TAKE_OVER,
  yes: flag("do not ask"),
  ...PROGRESS,
  "dry-run": flag("show the plan only"),
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

/** Of inventory. */
export const INVENTORY = {
  project: SELECTION.project,
  env: SELECTION.env,
  inventory: { ...words("read these inventories of Ansible's instead"), alias: "i" },
  "playbook-dir": word("with --inventory: folder with group_vars and host_vars beside the playbook"),
  format: outputOption("text", "json"),
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
  cron: flag("print nothing if all is as declared, else a mail; one run at a time"),
  ...PASSED_ON,
} as const satisfies OptionTable;

/** Of history. */
export const HISTORY = {
  project: SELECTION.project,
  env: { ...SELECTION.env, describe: "only this environment, and what its hosts recorded" },
  local: flag("with --env: contact no host"),
  limit: SELECTION.limit,
  ...HOST,
  service: { ...SELECTION.service, describe: "only runs of these services" },
  since: word("only runs since: 3d, yesterday, 2026-11-20 …"),
  count: { ...word("at most so many runs"), default: "20" },
  ...CONNECTION,
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

/** Of show. */
export const SHOW = {
  project: SELECTION.project,
  env: { ...SELECTION.env, describe: "also ask the hosts of this environment" },
  limit: SELECTION.limit,
  ...CONNECTION,
  output: outputOption("text", "json", "markdown"),
} as const satisfies OptionTable;

/** Of status. */
export const STATUS = {
  ...SELECTION,
  ...CONNECTION,
  watch: optionalWord("repeat every 2s or this often, until Ctrl-C; without drift"),
  all: flag("show every instance, and units beside a service's own"),
  "no-drift": flag("skip the drift check, which reads every file"),
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
  follow: { ...flag("follow new entries until Ctrl-C"), alias: "f" },
  since: word("only entries since: 10min, 2026-11-21T03:00; default: the last start"),
  lines: word("the last N of each host, or all; default 200, with -f 10"),
  priority: word("only this priority and more severe: err, warning, info, … or 0 to 7"),
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
  "env-file": word("file with NAME=VALUE lines, the environment of the runs"),
  crontab: flag("print a crontab line instead"),
  print: flag("print the service and the timer instead"),
  out: word("write the two files into DIR instead"),
  remove: flag("remove the installed timer"),
  on: word("on this host of the inventory; paths are paths there"),
  "project-on": word("with --on: the project's folder there"),
  "identity-on": word("with --on: private key that the runs use there"),
  "known-hosts-on": words("with --on: known_hosts files that the runs use there"),
} as const satisfies OptionTable;

/** Of lint. */
export const LINT = {
  project: { ...SELECTION.project, describe: "project folder, when no files are named" },
  env: { ...SELECTION.env, describe: "only this environment of the project" },
  systemd: word("systemd version of named files: 247, 252 (default), 257"),
  format: outputOption("text", "json", "github", "sarif"),
  fix: flag("write the fixes that need no decision, show them, and lint again"),
  "dry-run": flag("with --fix: show the fixes only"),
  security: flag("show what makes up each service's exposure, as systemd-analyze security"),
  explain: word("explain a rule, e.g. SD003"),
} as const satisfies OptionTable;
