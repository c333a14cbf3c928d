/** The options that several commands share, as yargs takes them. */
import type { OptionTable } from "./arguments.ts";
import { flag, optionalWord, word, words } from "./option.ts";

/** Options that name a project, an environment and what of it. */
export const SELECTION = {
  project: { ...word("project folder"), default: "." },
  env: word("environment: inventory/ENV.yaml; needed where there are several and SVCDEPLOY_ENV is not set"),
  limit: word("only these hosts: web:!web3, ~web\\d, web[0:2], service:NAME, label:KEY=VALUE, @FILE"),
  service: words("only these services"),
  set: words("KEY.PATH=VALUE, wins over the values files"),
  values: words("values files that win over the project's own"),
} as const satisfies OptionTable;

/** Which project and environment: of what looks at one service of one host. */
export const LOOKING = {
  project: SELECTION.project,
  env: SELECTION.env,
  set: SELECTION.set,
  values: SELECTION.values,
} as const satisfies OptionTable;

/** Options of everything that opens connections. */
export const CONNECTION = {
  identity: word("the only private key to try, instead of the inventory's"),
  "known-hosts": words("known_hosts files, instead of the inventory's and the user's"),
  forks: { ...word("how many hosts to work on at once"), default: "20" },
} as const satisfies OptionTable;

/** Of everything that changes hosts. */
export const PROGRESS = {
  verbose: flag("show every step of every host, a line each"),
} as const satisfies OptionTable;

/** Of render, history and logs. */
export const HOST = {
  host: word("only this host"),
} as const satisfies OptionTable;

/** Of plan and apply. */
export const PRUNE = {
  prune: optionalWord("also remove services that left the project; =all: even if that is most of them"),
} as const satisfies OptionTable;

/** Of plan, apply and remove. */
export const TAKE_OVER = {
  "take-over": flag("take over hosts that were last applied by another environment of the project"),
} as const satisfies OptionTable;

/** Of verify, and of drift and what installs it. */
export const HEALTH = {
  "no-health": flag("skip health checks"),
} as const satisfies OptionTable;

/** Of drift and of install-timer; --state is among PASSED_ON. */
export const HEAL = {
  heal: flag("restore what changed on the hosts, without asking"),
  grace: word("with --heal: skip changes younger than this; default 15min"),
  "max-heals": word("with --heal: heals per day, host and service; default 3"),
} as const satisfies OptionTable;

/** Of drift and of install-timer, which passes them on. */
export const PASSED_ON = {
  timeout: word("time limit of the run; hosts not checked by then count as unreachable"),
  notify: words("on change, notify [slack+]https://… or the URLs in @FILE"),
  "notify-key": word("file with the signing key"),
  prometheus: word("also write FILE for the textfile collector"),
  state: word("folder for the lock and the records of notices and heals"),
} as const satisfies OptionTable;
