/** Runs a command that was given --report, and writes its reports however it ended. */
import { relative, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { ConfigError, SvcdeployError } from "../core/errors.ts";
import { EXIT, exitCodeOfError } from "../core/exit-code.ts";
import { stripControls } from "../core/sanitize.ts";
import { writeReport } from "../project/write-report.ts";
import { annotations } from "../report/files/annotations.ts";
import { REPORT_FORMATS } from "../report/files/report-formats.ts";
import type { ReportedCommand } from "../report/files/report-kinds.ts";
import type { RunError, RunLog } from "../report/files/run-log.ts";
import { errorLines } from "../report/lines/error-text.ts";
import type { RawArguments } from "./options/arguments.ts";
import type { VERIFY } from "./options/by-command.ts";
import { type ReportOrder, reportOrders } from "./report-orders.ts";
import { makeRunIdentity } from "./run-identity.ts";
import type { Surroundings } from "./surroundings.ts";

/** A command, its work, and the reports that were ordered, KIND=FILE each. */
export type Reporting = {
  readonly command: ReportedCommand;
  readonly run: (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
  readonly ordered: readonly string[];
};

type Ended = { readonly exitCode: number; readonly error: unknown };

/**
 * The command's exit code; 1 where the command went well and a report could not be written, because a job
 * that reads it must not be green. Throws what the command throws, after its reports; UsageError at once when
 * one of them cannot be written.
 */
export async function runReported(
  { command, run, ordered }: Reporting,
  raw: RawArguments,
  surroundings: Surroundings,
): Promise<number> {
  const orders = await reportOrders(ordered, surroundings.workingDirectory);
  const [startedAt, start] = [Date.now(), performance.now()];
  const ended = await run(raw, surroundings).then(
    (exitCode): Ended => ({ exitCode, error: null }),
    (error: unknown): Ended => ({ exitCode: exitCodeOfError(error), error }),
  );
  const times = { startedAt, durationMilliseconds: performance.now() - start };
  const log = await makeRunLog(command, raw, surroundings, { ...ended, ...times });
  const written = await writeReports(orders, log, surroundings);
  if (orders.some(({ kind }) => kind === "github")) annotate(log, raw, surroundings);
  if (ended.error !== null) throw ended.error;
  return written === "all" || ended.exitCode !== EXIT.done ? ended.exitCode : EXIT.failed;
}

async function makeRunLog(
  command: ReportedCommand,
  raw: RawArguments,
  { logbook, workingDirectory, environment }: Surroundings,
  ended: Ended & Pick<RunLog, "startedAt" | "durationMilliseconds">,
): Promise<RunLog> {
  const { run, project, notices: _, ...entries } = logbook.read();
  const root = project?.root ?? resolve(workingDirectory, textOf(raw, "project") ?? ".");
  const identity = run ?? (await makeRunIdentity(root, { command, environment: textOf(raw, "env") ?? "" }));
  return {
    ...entries,
    command,
    project: project?.name ?? null,
    environment: project?.environment ?? textOf(raw, "env"),
    origin: { run: identity.id, commit: identity.commit, tree: identity.dirty },
    folder: folderFrom(environment.GITHUB_WORKSPACE || environment.CI_PROJECT_DIR || workingDirectory, root),
    startedAt: ended.startedAt,
    durationMilliseconds: ended.durationMilliseconds,
    exitCode: ended.exitCode,
    error: ended.error === null ? null : describe(ended.error),
  };
}

async function writeReports(
  orders: readonly ReportOrder[],
  log: RunLog,
  { stdout, stderr }: Surroundings,
): Promise<"all" | "not all"> {
  let written: "all" | "not all" = "all";
  for (const { kind, path } of orders) {
    try {
      await writeReport(path, stdout.redact(stripControls(REPORT_FORMATS[kind](log, stdout.redact))));
    } catch (error) {
      if (!(error instanceof SvcdeployError)) throw error;
      stderr.print(errorLines(error, stderr.columns));
      written = "not all";
    }
  }
  return written;
}

/** A runner reads both streams; standard output stays what --output says. */
function annotate(log: RunLog, raw: RawArguments, { stdout, stderr, environment }: Surroundings): void {
  if (environment.GITHUB_ACTIONS !== "true") return;
  const sink = (textOf(raw, "output") ?? "text") === "text" ? stdout : stderr;
  sink.command(annotations(log, stdout.redact));
}

function describe(error: unknown): RunError {
  if (error instanceof ConfigError)
    return { code: error.code, message: error.message, hint: error.hint, problems: error.problems };
  if (error instanceof SvcdeployError)
    return { code: error.code, message: error.message, hint: error.hint, problems: [] };
  return {
    code: "bug",
    message: error instanceof Error ? error.message : String(error),
    hint: null,
    problems: [],
  };
}

/** The way from the repository's folder to the project's; empty where one is not inside the other. */
function folderFrom(repository: string, root: string): string {
  const way = relative(repository, root);
  return way === "" || way.startsWith("..") || way.startsWith("/") ? "" : `${way}/`;
}

/** A wrong option is the command's to refuse, not ours. */
function textOf(raw: RawArguments, name: keyof typeof VERIFY): string | null {
  const value = raw[name];
  return typeof value === "string" && value !== "" ? value : null;
}
