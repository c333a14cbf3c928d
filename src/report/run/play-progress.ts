/** How far a play is, from its events alone: what the live display shows in one row. */
import type { HostReport, HostStage, RunEvent } from "../../core/model/run.ts";
import { isTrouble } from "../../core/model/run.ts";
import { doingText } from "../plan/work-text.ts";
import { follow, type HostCourse, secondsLeft } from "./host-course.ts";

/** One play's state. courses: how far each host is that has begun and not ended. */
export type PlayProgress = {
  readonly play: string;
  readonly hosts: number;
  readonly batch: { readonly number: number; readonly of: number } | null;
  readonly courses: ReadonlyMap<string, HostCourse>;
  readonly finished: readonly HostReport[];
};

/** A play of which nothing is known but its name. */
export function makeProgress(play: string): PlayProgress {
  return { play, hosts: 0, batch: null, courses: new Map(), finished: [] };
}

/** The state after an event heard at this time; events of other plays change nothing. */
export function advance(progress: PlayProgress, event: RunEvent, now: number): PlayProgress {
  switch (event.type) {
    case "play-started":
      return event.play === progress.play ? { ...progress, hosts: event.hosts.length } : progress;
    case "batch-started":
      return event.play === progress.play
        ? { ...progress, batch: { number: event.batch, of: event.batches } }
        : progress;
    case "host-stage":
    case "host-work":
      return event.play === progress.play ? move(progress, event, now) : progress;
    case "host-finished":
      return event.report.play === progress.play ? finish(progress, event.report) : progress;
    case "run-started":
    case "batch-finished":
    case "run-interrupted":
    case "run-finished":
      return progress;
  }
}

/** The row: `gateways: 3 of 20 hosts, 1 failed, batch 2 of 3; sending 2, settling 1 (3 s left)`. */
export function progressTitle(progress: PlayProgress, now: number): string {
  if (progress.hosts === 0) return `${progress.play}: waiting`;
  const failed = progress.finished.filter((report) => isTrouble(report.status)).length;
  const skipped = progress.finished.filter((report) => report.status === "skipped").length;
  const parts = [
    `${progress.finished.length - skipped} of ${progress.hosts} ${progress.hosts === 1 ? "host" : "hosts"}`,
  ];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (progress.batch !== null && progress.batch.of > 1)
    parts.push(`batch ${progress.batch.number} of ${progress.batch.of}`);
  const underWay = underWayText(progress.courses, now);
  return `${progress.play}: ${parts.join(", ")}${underWay === "" ? "" : `; ${underWay}`}`;
}

/** Whether a host is in a phase that counts down: then the row moves by itself. */
export function isCountingDown({ courses }: PlayProgress, now: number): boolean {
  return [...courses.values()].some((course) => secondsLeft(course, now) !== null);
}

function move(
  progress: PlayProgress,
  event: Extract<RunEvent, { type: "host-stage" | "host-work" }>,
  now: number,
): PlayProgress {
  const course = follow(progress.courses.get(event.host), event, now);
  return { ...progress, courses: new Map(progress.courses).set(event.host, course) };
}

function finish(progress: PlayProgress, report: HostReport): PlayProgress {
  const courses = new Map(progress.courses);
  courses.delete(report.host);
  return { ...progress, courses, finished: [...progress.finished, report] };
}

/** What is going on in each stage; what is done to the host itself its own words say. */
const WORDS: Readonly<Record<HostStage, string>> = {
  connect: "connecting",
  observe: "looking",
  recover: "waiting for another run",
  upload: "sending",
  launch: "changing",
  apply: "changing",
  settle: "settling",
  confirm: "confirming",
  undo: "undoing",
};

/** A few hosts by name, more by number: the row stays one row. */
function underWayText(courses: ReadonlyMap<string, HostCourse>, now: number): string {
  if (courses.size <= 2)
    return [...courses].map(([host, course]) => `${host} ${courseText(course, now)}`).join(", ");
  return [...Map.groupBy(courses.values(), ({ stage }) => WORDS[stage])]
    .map(([word, group]) => {
      const left = Math.max(...group.map((course) => secondsLeft(course, now) ?? -1));
      return `${word} ${group.length}${left < 0 ? "" : ` (${left} s left)`}`;
    })
    .join(", ");
}

function courseText(course: HostCourse, now: number): string {
  const left = secondsLeft(course, now);
  if (left !== null)
    return course.detail === "" ? `settling, ${left} s left` : `${left} s left, ${course.detail}`;
  if (course.stage === "settle") return "checking";
  const isActing = course.stage === "launch" || course.stage === "apply";
  return isActing && course.work !== null ? doingText(course.work.work) : WORDS[course.stage];
}
