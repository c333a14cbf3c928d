/**
 * Progress as plain lines, for pipes and CI logs: each line is complete in itself, with the local time and
 * the host first. A host has two lines, or with --verbose a line a step.
 */
import type { Work } from "../../core/model/plan.ts";
import type { RunEvent } from "../../core/model/run.ts";
import { isTrouble } from "../../core/model/run.ts";
import { runName } from "../lines/run-name.ts";
import type { Sink } from "../lines/sink.ts";
import { type Line, line, plural, styled } from "../lines/text.ts";
import { formatTime } from "../lines/time-text.ts";
import { doingLine, finishedLine } from "./finished-line.ts";
import { follow, type HostCourse, healthyAfter, workDone } from "./host-course.ts";
import type { Clock, ProgressDetail, Reporter } from "./reporter.ts";
import { finalText } from "./run-output.ts";

/**
 * With more hosts than this, only batches and failures are shown as they come; the table at the end
 * counts the others.
 */
const MAX_TOLD_HOSTS = 10;

/** What comes before each line: `12:03:44 `. */
const TIME_COLUMNS = 9;

/** A reporter that writes plain lines and at the end failures, table and summary. */
export function makePlainReporter(sink: Sink, detail: ProgressDetail, clock: Clock): Reporter {
  const courses = new Map<string, HostCourse>();
  const done: Work[] = [];
  let shown: Shown = "all";
  return {
    event: (event) => {
      if (event.type === "run-started")
        shown = detail === "steps" ? "steps" : event.hosts.length > MAX_TOLD_HOSTS ? "folded" : "all";
      if (event.type === "host-stage" || event.type === "host-work")
        courses.set(event.host, follow(courses.get(event.host), event, clock.now()));
      if (event.type === "run-finished")
        return sink.print([[], ...finalText(event.reports, done, sink.columns)]);
      const lines = linesOf(event, { shown, courses, columns: sink.columns - TIME_COLUMNS });
      sink.print(lines.map((each) => line(styled("dim", `${formatTime(clock.time().getTime())} `), ...each)));
      if (event.type !== "host-finished") return;
      done.push(...workDone(event.report, courses.get(event.report.host)));
      courses.delete(event.report.host);
    },
    close: async () => {},
  };
}

/** folded: of many hosts only those in trouble. */
type Shown = "all" | "steps" | "folded";

type LineSetting = {
  readonly shown: Shown;
  readonly courses: ReadonlyMap<string, HostCourse>;
  readonly columns: number;
};

function linesOf(
  event: Exclude<RunEvent, { type: "run-finished" }>,
  { shown, courses, columns }: LineSetting,
): readonly Line[] {
  const isFolded = shown === "folded";
  switch (event.type) {
    case "run-started":
      return [
        line(
          `run ${runName(event.run)}: ${event.environment}, ${plural(event.hosts.length, "host")}, ` +
            `${plural(event.plays.length, "play")}`,
        ),
      ];
    case "play-started":
      return isFolded ? [] : [line(`play ${event.play}: ${plural(event.hosts.length, "host")}`)];
    case "batch-started":
      return event.batches < 2 && !isFolded ? [] : [batchLine(event)];
    case "host-stage":
      return shown === "steps"
        ? [line(`${event.host}: ${[event.stage, event.detail].join(" ").trim()}`)]
        : [];
    case "host-work":
      return isFolded ? [] : [doingLine(event.host, event.work, columns)];
    case "host-finished": {
      const { report } = event;
      if (isFolded && !isTrouble(report.status)) return [];
      return [finishedLine(report, healthyAfter(courses.get(report.host)), columns)];
    }
    case "batch-finished":
      return event.ok || isFolded
        ? []
        : [line(styled("bad", `play ${event.play}: batch ${event.batch} failed; no further host starts`))];
    case "run-interrupted":
      return [line(styled("warn", event.message))];
  }
}

function batchLine({ play, batch, batches, hosts }: Extract<RunEvent, { type: "batch-started" }>): Line {
  const which = batches < 2 ? "" : `batch ${batch} of ${batches}, `;
  return line(`play ${play}: ${which}${plural(hosts.length, "host")}`);
}
