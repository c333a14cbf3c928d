/** The command that a timer or cron runs: drift with what install-timer was given, all of it absolute. */
import { isAbsolute, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { parseNotifyTarget } from "../../core/notify/target.ts";
import type { Every } from "../../core/timer/every.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { INSTALL_TIMER } from "../options/by-command.ts";
import { CONNECTION } from "../options/groups.ts";
import { runSeconds } from "../span.ts";

/**
 * What comes before the options, the project's folder there, and where notices are recorded; all absolute.
 */
export type TimerStart = {
  readonly node: string;
  readonly main: string;
  readonly project: string;
  readonly state: string;
};

/** How a path that was typed is one of the machine that the command runs on. Throws UsageError. */
export type PathThere = (path: string, option: string) => string;

/** On this machine: relative to where we are. */
export function pathHere(workingDirectory: string): PathThere {
  return (path) => resolve(workingDirectory, path);
}

/** On another one: only an absolute path means something. */
export const pathOnHost: PathThere = (path, option) => {
  if (isAbsolute(path)) return path;
  throw new UsageError(`--${option} ${path}: with --on it is a file of that host, so it is an absolute path`);
};

/**
 * Seconds that a run may take: what --timeout says, else most of a period, so that the next one finds the
 * place free; at most 10 min.
 */
export function timeoutSeconds(text: string | null, every: Every): number {
  return text === null ? Math.min(600, Math.floor(every.seconds * 0.8)) : Math.ceil(runSeconds(text));
}

/**
 * The words, the program first. There is no stderr to spare: a warning of Node's about a part of itself would
 * be a mail every time. Throws UsageError for a path that means nothing there.
 */
export function timerCommand(
  options: OptionValues<typeof INSTALL_TIMER>,
  start: TimerStart,
  path: PathThere,
  every: Every,
): readonly string[] {
  return [
    start.node,
    "--disable-warning=ExperimentalWarning",
    ...one("env-file", fileOf(options, "env-file", path)),
    start.main,
    "drift",
    "--cron",
    ...one("env", options.env),
    `--project=${start.project}`,
    ...one("limit", options.limit),
    ...many("service", options.service),
    ...many("set", options.set),
    ...many(
      "values",
      options.values.map((value) => path(value, "values")),
    ),
    ...connectionWords(options, path),
    ...(options["no-health"] ? ["--no-health"] : []),
    ...(options.heal
      ? ["--heal", ...one("grace", options.grace), ...one("max-heals", options["max-heals"])]
      : []),
    ...many(
      "notify",
      options.notify.map((value) => notifyWord(value, path)),
    ),
    ...one("notify-key", fileOf(options, "notify-key", path)),
    ...one("prometheus", fileOf(options, "prometheus", path)),
    `--state=${start.state}`,
    `--timeout=${timeoutSeconds(options.timeout, every)}s`,
  ];
}

/** How the command reaches the hosts from where it runs. */
function connectionWords(options: OptionValues<typeof INSTALL_TIMER>, path: PathThere): readonly string[] {
  const [identity, knownHosts] =
    options.on === null
      ? (["identity", "known-hosts"] as const)
      : (["identity-on", "known-hosts-on"] as const);
  return [
    ...one("identity", fileOf(options, identity, path)),
    ...many(
      "known-hosts",
      options[knownHosts].map((value) => path(value, knownHosts)),
    ),
    ...(options.forks === CONNECTION.forks.default ? [] : one("forks", options.forks)),
  ];
}

type FileOption = "env-file" | "identity" | "identity-on" | "notify-key" | "prometheus";

function fileOf(
  options: OptionValues<typeof INSTALL_TIMER>,
  name: FileOption,
  path: PathThere,
): string | null {
  const file = options[name];
  return file === null ? null : path(file, name);
}

function one(name: string, value: string | null): readonly string[] {
  return value === null ? [] : [`--${name}=${value}`];
}

function many(name: string, values: readonly string[]): readonly string[] {
  return values.map((value) => `--${name}=${value}`);
}

/** Every user can read a unit file and the list of processes, and anyone who knows a Slack hook can post. */
function notifyWord(word: string, path: PathThere): string {
  if (word.startsWith("@")) return `@${path(word.slice(1), "notify")}`;
  const target = parseNotifyTarget(word);
  if ("problem" in target) throw new UsageError(`--notify: ${target.problem}`);
  if (target.form === "signed") return word;
  throw new UsageError(
    `--notify ${target.shown}: a Slack hook's URL is a secret, and every user can read a command line`,
    "Put it into a file of your own (chmod 600), one URL a line, and write --notify @FILE.",
  );
}
