/** How far one host is, followed from its events with the time at which each was heard. */

import type { Work } from "../../core/model/plan.ts";
import type { HostReport, HostStage, RunEvent } from "../../core/model/run.ts";

/**
 * detail: the stage's own. settlingAt, healthyAt: when its acts were done, and when everything was found
 * healthy; milliseconds of a clock that never runs backwards, null: not yet. work: null until it is about to
 * be done.
 */
export type HostCourse = {
  readonly stage: HostStage;
  readonly detail: string;
  readonly work: CourseWork | null;
  readonly settlingAt: number | null;
  readonly healthyAt: number | null;
};

type CourseWork = {
  readonly work: Work;
  readonly settleSeconds: number;
  readonly deadlineSeconds: number;
};

/** The course after an event about this host. */
export function follow(
  course: HostCourse | undefined,
  event: Extract<RunEvent, { type: "host-stage" | "host-work" }>,
  now: number,
): HostCourse {
  const before = course ?? START;
  if (event.type === "host-work") return { ...before, work: event };
  const { stage, detail } = event;
  return {
    ...before,
    stage,
    detail,
    settlingAt: before.settlingAt ?? (stage === "settle" ? now : null),
    healthyAt: before.healthyAt ?? (stage === "confirm" ? now : null),
  };
}

const START: HostCourse = { stage: "connect", detail: "", work: null, settlingAt: null, healthyAt: null };

/** What was done to a host and stayed, none or one; what was undone is nothing. */
export function workDone({ status }: HostReport, course: HostCourse | undefined): readonly Work[] {
  return status === "changed" && course?.work ? [course.work.work] : [];
}

/** Time from the end of the acts until everything was healthy; null: it was not, or not watched. */
export function healthyAfter(course: HostCourse | undefined): number | null {
  if (course === undefined || course.settlingAt === null || course.healthyAt === null) return null;
  return course.healthyAt - course.settlingAt;
}

/**
 * Seconds until the settle time is over; once the awaited check is known, until that has to be
 * healthy. Null: the host is in no such phase, or it is about to be over.
 */
export function secondsLeft(course: HostCourse, now: number): number | null {
  if (course.stage !== "settle" || course.settlingAt === null || course.work === null) return null;
  const { settleSeconds, deadlineSeconds } = course.work;
  const passed = (now - course.settlingAt) / 1000;
  if (course.detail !== "") return Math.ceil(Math.max(0, deadlineSeconds - passed));
  return passed < settleSeconds ? Math.ceil(settleSeconds - passed) : null;
}
