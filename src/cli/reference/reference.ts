/** What the help, the man page and docs/commands.md say, as data made of the table of commands. */
import type { Options } from "yargs";

/** A command as far as it is described. */
export type DescribedCommand = {
  readonly name: string;
  readonly describe: string;
  /** A sentence or two beyond that. */
  readonly more?: string;
  readonly example: string;
  readonly operands?: { readonly show: string };
  readonly options: Readonly<Record<string, Options>>;
};

/** An option as it is typed, and what it is for. */
export type OptionRow = { readonly flag: string; readonly about: string };

/** One command's page. */
export type CommandReference = {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  readonly groups: readonly { readonly title: string; readonly rows: readonly OptionRow[] }[];
  readonly example: string;
};

/** An exit code: in a word or two, and in full. */
export type ExitCodeRow = { readonly code: number; readonly short: string; readonly meaning: string };

/** The exit codes, the same for every command; each has some of them. */
export const EXIT_CODES: readonly ExitCodeRow[] = [
  { code: 0, short: "done", meaning: "done, nothing to do" },
  {
    code: 1,
    short: "failed",
    meaning:
      "failed; also a plan that a host will refuse, a conflict, a failed rollback, an unknown outcome, or " +
      "a question answered with no",
  },
  { code: 2, short: "changes or drift", meaning: "changes pending (plan --detailed-exitcode), or drift" },
  {
    code: 3,
    short: "failed in different ways",
    meaning: "hosts failed in different ways, or some were unreachable and others not",
  },
  { code: 4, short: "all unreachable", meaning: "every host unreachable" },
  { code: 5, short: "rolled back", meaning: "unhealthy, and rolled back" },
  { code: 6, short: "locked", meaning: "locked by another run, or a saved plan that expired" },
  { code: 64, short: "usage", meaning: "the command line is wrong" },
  { code: 65, short: "configuration", meaning: "the project is wrong" },
  { code: 70, short: "our bug", meaning: "a bug in svcdeploy" },
  { code: 77, short: "refused", meaning: "refused: login, host key, sudo" },
  { code: 130, short: "interrupted", meaning: "interrupted: Ctrl-C, or SIGTERM" },
];

/** Variables of the environment that every command looks at. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ["NO_COLOR", "not empty: no colours; wins over the next two"],
  ["FORCE_COLOR", "colours also where there is no terminal; 0 or false: none"],
  ["CLICOLOR_FORCE", "the same, for 1; FORCE_COLOR wins"],
  ["TERM=dumb", "no colours, no moving display, no pager"],
  ["CI", "not empty: no moving display, no pager"],
  ["COLUMNS", "the width where the output is no terminal; 100 without it"],
  [
    "SVCDEPLOY_PAGER, PAGER",
    "the pager of long output on a terminal; cat or empty: none; else less, with LESS=FRX unless LESS is set",
  ],
  ["SVCDEPLOY_ENV", "the environment, where --env is not given"],
  ["SVCDEPLOY_NO_EXEC", "1: as --no-exec, run no program that the project names"],
  ["SVCDEPLOY_PLAN_KEY", "the key that seals saved plans; 32 characters or more"],
];

const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  [
    "Selection",
    ["project", "env", "inventory", "playbook-dir", "limit", "service", "host", "set", "values", "no-exec"],
  ],
  ["Connection", ["identity", "known-hosts", "forks"]],
  ["Output", ["output", "format", "report", "no-pager"]],
];

/** What an option's value is called. The first matching row counts: command.option, then option. */
const VALUES: Readonly<Record<string, string>> = {
  "render.out": "DIR",
  "install-timer.out": "DIR",
  project: "DIR",
  env: "ENV",
  limit: "PATTERN",
  prune: "[=all]",
  service: "NAME…",
  set: "KEY=VALUE…",
  values: "FILE…",
  host: "HOST",
  inventory: "SOURCE…",
  "playbook-dir": "DIR",
  on: "HOST",
  identity: "FILE",
  "known-hosts": "FILE…",
  forks: "N",
  out: "FILE",
  prometheus: "FILE",
  "valid-for": "SPAN",
  every: "SPAN",
  since: "TIME",
  report: "KIND=FILE…",
  run: "RUN",
  to: "N",
  count: "N",
  lines: "N",
  watch: "SPAN",
  priority: "LEVEL",
  notify: "URL…",
  "notify-key": "FILE",
  state: "DIR",
  timeout: "SPAN",
  grace: "SPAN",
  "max-heals": "N",
  "env-file": "FILE",
  "project-on": "DIR",
  "identity-on": "FILE",
  "known-hosts-on": "FILE…",
  systemd: "VERSION",
  explain: "RULE",
};

/** A command's page, its own options first. */
export function referenceOf(command: DescribedCommand): CommandReference {
  const names = Object.keys(command.options);
  const grouped = new Set(GROUPS.flatMap(([, members]) => members));
  const groups = [["Options", names.filter((name) => !grouped.has(name))] as const, ...GROUPS].map(
    ([title, members]) => ({
      title,
      rows: members.flatMap((name) => rowOf(command, name)),
    }),
  );
  const operands = command.operands === undefined ? "" : ` ${command.operands.show}`;
  return {
    name: command.name,
    usage: `svcdeploy ${command.name}${operands}${names.length === 0 ? "" : " [OPTIONS]"}`,
    about: `${command.describe}.${command.more === undefined ? "" : ` ${command.more}`}`,
    groups: groups.filter(({ rows }) => rows.length > 0),
    example: command.example,
  };
}

function rowOf(command: DescribedCommand, name: string): readonly OptionRow[] {
  const option = command.options[name];
  if (option === undefined) return [];
  const word = valueName(command.name, name, option);
  const value = option.type === "boolean" ? "" : word.startsWith("[") ? word : ` ${word}`;
  const alias = typeof option.alias === "string" ? `-${option.alias}, ` : "";
  const standard =
    option.default === undefined || option.default === "." ? "" : `; default ${String(option.default)}`;
  return [{ flag: `${alias}--${name}${value}`, about: `${option.describe ?? ""}${standard}` }];
}

function valueName(command: string, name: string, option: Options): string {
  return (
    option.choices?.join("|") ??
    VALUES[`${command}.${name}`] ??
    VALUES[name] ??
    (option.array === true ? "VALUE…" : "VALUE")
  );
}
