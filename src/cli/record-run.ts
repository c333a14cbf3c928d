/**
 * Keeps every run that changes hosts in the user's history. Whatever becomes of that, the run continues and
 * ends as it would have.
 */
import { performance } from "node:perf_hooks";
import { SvcdeployError } from "../core/errors.ts";
import {
  capPlans,
  makeRecordedHost,
  type RecordedPlan,
  type RecordedRun,
} from "../core/history/recorded-run.ts";
import type { Project } from "../core/model/declared.ts";
import type { DeployEvent } from "../core/model/run.ts";
import type { PlanView } from "../core/plan/planned.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import type { RunIdentity } from "../deploy/context.ts";
import { plainLine } from "../report/lines/text.ts";
import { planBody } from "../report/plan/plan-text.ts";
import { foldSame } from "../report/plan/plan-view.ts";
import { historyPath } from "../store/history-path.ts";
import { writeHistory } from "../store/open-history.ts";
import { putRun } from "../store/run-store.ts";
import { whyNoFolder } from "../store/user-folder.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Hears the events of a run and writes what it was when it starts and how it ended; what cannot be written is
 * reported in one line at the end.
 */
export function makeRecorder(
  project: Project,
  run: RunIdentity,
  surroundings: Surroundings,
): (event: DeployEvent) => void {
  let started: { readonly run: RecordedRun; readonly clock: number } | null = null;
  return (event) => {
    if (event.type === "run-started") {
      started = { run: makeRun(project, run, event.hosts, surroundings), clock: performance.now() };
      // What cannot be written now is tried again at the end, and reported only then.
      keep(started.run, surroundings, () => {});
    }
    if (event.type !== "run-finished" || started === null) return;
    const { redact } = surroundings.stdout;
    const end = { durationMilliseconds: performance.now() - started.clock, exitCode: event.exitCode };
    const hosts = event.reports.map((report) => makeRecordedHost(report, redact));
    keep({ ...started.run, end, hosts }, surroundings, (why) =>
      surroundings.logbook.tell(`This run was not recorded in the history: ${why}.`),
    );
  };
}

function makeRun(
  project: Project,
  run: RunIdentity,
  selected: readonly string[],
  { commandLine, stdout, logbook }: Surroundings,
): RecordedRun {
  const { plan } = logbook.read();
  return {
    id: run.id,
    commandLine: commandLine.map((word) => stdout.redact(word)),
    project: project.name,
    folder: project.root,
    environment: project.environment,
    user: run.user,
    controller: run.controller,
    commit: run.commit,
    tree: run.dirty,
    startedAt: Date.now(),
    end: null,
    selected,
    hosts: [],
    plans: plan === null ? [] : plansOf(plan, stdout.redact),
  };
}

/** A record is read on screens of any width: what shows it breaks its lines. */
const COLUMNS = Number.MAX_SAFE_INTEGER;

function plansOf(view: PlanView, redact: (text: string) => string): readonly RecordedPlan[] {
  const plans = view.plays.flatMap(({ play, hosts }) =>
    foldSame(
      hosts.filter(({ plan }) => plan !== null),
      ({ target }) => target.host.name,
      (host) => planBody(host, COLUMNS),
    ).map(
      ({ names, lines }): RecordedPlan => ({ play: play.name, hosts: names, lines: lines.map(plainLine) }),
    ),
  );
  const kept = plans.filter(({ lines }) => lines.length > 0);
  return capPlans(
    kept.map((plan) => ({ ...plan, lines: plan.lines.map((text) => redact(sanitizeLine(redact(text)))) })),
  );
}

// A border: not even our own mistake here may end a deployment that is under way.
function keep(run: RecordedRun, surroundings: Surroundings, lost: (why: string) => void): void {
  try {
    const path = historyPath(surroundings.environment);
    if (path === null) {
      if (surroundings.display === "live") lost(whyNoFolder("state"));
      return;
    }
    const now = Date.now();
    const { movedTo } = writeHistory(path, now, (database) => putRun(database, run, now));
    if (movedTo !== null)
      surroundings.logbook.tell(
        `The history was damaged; it is kept as ${movedTo} and a new one was started.`,
      );
  } catch (error) {
    const { message, hint } =
      error instanceof SvcdeployError ? error : { message: String(error), hint: null };
    lost(hint === null ? message : `${message}; ${hint}`);
  }
}
