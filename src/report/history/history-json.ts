/** The history and one of its runs for machines: schemas svcdeploy.history/1 and svcdeploy.show/1. */
import type { HistoryHost, HistoryRun, HostAnswer } from "../../core/history/merge-history.ts";
import type { HistoryView } from "./history-view.ts";

/** The runs in brief, newest first. */
export function historyJson(view: HistoryView): object {
  return {
    schema: "svcdeploy.history/1",
    project: view.project,
    environment: view.environment,
    asked: view.answers.map(answerJson),
    trouble: view.trouble,
    older: view.older,
    runs: view.runs.map((run) => ({ ...runJson(run), hosts: run.hosts.map(hostJson) })),
  };
}

/** One run with all that is known of it. */
export function showJson(run: HistoryRun, answers: readonly HostAnswer[]): object {
  const hosts = run.hosts.map((host) => ({ ...hostJson(host), report: host.report }));
  return {
    schema: "svcdeploy.show/1",
    asked: answers.map(answerJson),
    run: { ...runJson(run), hosts, plans: run.plans },
  };
}

function answerJson({ host, result }: HostAnswer): object {
  if (result.kind === "failed") return { host, answered: false, message: result.message };
  const { clockOffset, unreadable, isCut } = result;
  return {
    host,
    answered: true,
    clockOffsetSeconds: clockOffset,
    unreadableLines: unreadable,
    olderLinesUnread: isCut,
  };
}

function runJson(run: HistoryRun): object {
  return {
    run: run.id,
    at: isoOf(run.at),
    command: run.command,
    recordedHere: run.here !== null,
    commandLine: run.here?.commandLine ?? null,
    folder: run.here?.folder ?? null,
    project: run.project,
    environment: run.environment,
    user: run.user,
    controller: run.controller,
    commit: run.commit,
    tree: run.tree,
    exitCode: run.end?.exitCode ?? null,
    durationMilliseconds: run.end?.durationMilliseconds ?? null,
  };
}

function hostJson({
  host,
  play,
  services,
  status,
  word,
  transaction,
  at,
  said,
  report,
}: HistoryHost): object {
  const recorded =
    report === null ? null : { status: report.status, cause: report.cause, message: report.message };
  return { host, play, services, status, word, transaction, at: isoOf(at), said, recorded };
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
