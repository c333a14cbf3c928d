/** The command that a timer or cron runs: drift with what install-timer was given, all of it absolute. */
import { isAbsolute, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { parseNotifyTarget } from "../../core/notify/target.ts";
import type { Every } from "../../core/timer/every.ts";
import { parseTimeSpan } from "../../core/unit-file/time-span.ts";
import { isGiven, optionalText, type RawArguments, texts } from "../options.ts";

/**
 * What stands before the options, the project's folder there, and where what was told is kept; all absolute.
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
export function timeoutSeconds(raw: RawArguments, every: Every): number {
  const text = optionalText(raw, "timeout");
  if (text === null) return Math.min(600, Math.floor(every.seconds * 0.8));
  const seconds = parseTimeSpan(text);
  if (seconds === null || seconds < 1 || seconds > 86_400)
    throw new UsageError(`--timeout takes a time span from 1s to 1day, not ${JSON.stringify(text)}`);
  return Math.ceil(seconds);
}

/**
 * The words, the program first. There is no stderr to spare: a warning of Node's about a part of itself would
 * be a mail every time. Throws UsageError for a path that means nothing there.
 */
export function timerCommand(
  raw: RawArguments,
  start: TimerStart,
  path: PathThere,
  every: Every,
): readonly string[] {
  const one = (name: string, from = name): readonly string[] =>
    wordsOf(name, optionalText(raw, from), (value) => value);
  const file = (name: string, from = name): readonly string[] =>
    wordsOf(name, optionalText(raw, from), (value) => path(value, from));
  const many = (name: string, map: (value: string) => string, from = name): readonly string[] =>
    texts(raw, from).map((value) => `--${name}=${map(value)}`);
  const there = optionalText(raw, "on") === null ? "" : "-on";
  const environmentFile = optionalText(raw, "env-file");
  return [
    start.node,
    "--disable-warning=ExperimentalWarning",
    ...(environmentFile === null ? [] : [`--env-file=${path(environmentFile, "env-file")}`]),
    start.main,
    "drift",
    "--cron",
    ...one("env"),
    `--project=${start.project}`,
    ...one("limit"),
    ...many("service", (value) => value),
    ...many("set", (value) => value),
    ...many("values", (value) => path(value, "values")),
    ...file("identity", `identity${there}`),
    ...many("known-hosts", (value) => path(value, `known-hosts${there}`), `known-hosts${there}`),
    ...(optionalText(raw, "forks") === "20" ? [] : one("forks")),
    ...(isGiven(raw, "no-health") ? ["--no-health"] : []),
    ...(isGiven(raw, "heal") ? ["--heal", ...one("grace"), ...one("max-heals")] : []),
    ...many("notify", (value) => notifyWord(value, path)),
    ...file("notify-key"),
    ...file("prometheus"),
    `--state=${start.state}`,
    `--timeout=${timeoutSeconds(raw, every)}s`,
  ];
}

function wordsOf(name: string, value: string | null, map: (value: string) => string): readonly string[] {
  return value === null ? [] : [`--${name}=${map(value)}`];
}

/** Everybody may read a unit file and the list of processes, and whoever knows a Slack hook may post. */
function notifyWord(word: string, path: PathThere): string {
  if (word.startsWith("@")) return `@${path(word.slice(1), "notify")}`;
  const target = parseNotifyTarget(word);
  if ("problem" in target) throw new UsageError(`--notify: ${target.problem}`);
  if (target.form === "signed") return word;
  throw new UsageError(
    `--notify ${target.shown}: a Slack hook's URL is a secret, and everybody may read a command line`,
    "Put it into a file of your own (chmod 600), one URL a line, and write --notify @FILE.",
  );
}
