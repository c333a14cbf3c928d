/**
 * One host's whole story in one play: look, send, stay with it, judge, confirm or take back, and say how it
 * ended.
 */
import { ConnectError, SvcdeployError } from "../core/errors.ts";
import type { PlayOrder } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Plan } from "../core/model/plan.ts";
import type { DeployedService, HostTarget } from "../core/model/resource.ts";
import type { HostReport } from "../core/model/run.ts";
import { unitsOf } from "../core/plan/acted-units.ts";
import { keptProcesses } from "../core/plan/kept-processes.ts";
import { hasWork, type PlannedHost } from "../core/plan/planned.ts";
import { workIn } from "../core/plan/work.ts";
import { isFinal, parseState, sayState, type TransactionState } from "../host/frames.ts";
import { concernedUnits, makeTransaction, type Transaction } from "../host/transaction.ts";
import type { Remote } from "../remote/remote.ts";
import { aboutLine, touchedServices } from "./about-line.ts";
import { attend, awaitEnd } from "./attend.ts";
import { conclude } from "./conclude.ts";
import { type DeployContext, tell } from "./context.ts";
import { decide } from "./decide.ts";
import { deliver, type Reach, uploadArtifacts } from "./deliver.ts";
import { makeReport, reportError } from "./host-report.ts";
import { type Judgement, judge, longestSettle, servicesOf } from "./judge.ts";
import { lookAgain } from "./look-again.ts";
import { sleep } from "./sleep.ts";
import type { Story } from "./story.ts";
import { endedBeforeSwap } from "./swap-state.ts";

/** Brings one host to what the operator saw in the plan. Every expected failure is a report, never thrown. */
export async function deployHost(
  planned: PlannedHost,
  play: PlayOrder,
  context: DeployContext,
): Promise<HostReport> {
  const startedAt = context.now();
  const { target } = planned;
  if (planned.plan === null) return reportError(target, planned.error, "untouched", startedAt, context);
  let reach: Reach = "untouched";
  try {
    tell(context, play.name, target.host.name, "connect");
    const remote = await context.connector.connect(target.host);
    for (const note of remote.notes ?? []) tell(context, play.name, target.host.name, "connect", note);
    const close = (): void => remote.close();
    context.detach.addEventListener("abort", close, { once: true });
    try {
      return await deployOver(remote, planned, planned.plan, { play, startedAt, context }, (now) => {
        reach = now;
      });
    } finally {
      context.detach.removeEventListener("abort", close);
      close();
    }
  } catch (error) {
    return leaveOut(planned, reportError(target, error, reach, startedAt, context));
  }
}

type Around = Pick<Story, "play" | "startedAt" | "context">;

/** How often a transaction is sent that finds another one at work: after a wait the host is looked at anew. */
const TRIES = 2;

async function deployOver(
  remote: Remote,
  planned: PlannedHost,
  shown: Plan,
  around: Around,
  onReach: (reach: Reach) => void,
): Promise<HostReport> {
  const { play, startedAt, context } = around;
  for (let tries = 1; ; tries += 1) {
    const { target, plan, observation } = await lookAgain(remote, planned, shown, context);
    if (!hasWork(plan)) return makeReport(target, "unchanged", startedAt, context);
    const transaction = order(target, play, plan, observation, context);
    const report = await carryOut(remote, { ...around, target, plan, observation, transaction }, onReach);
    if (report.cause !== "locked" || tries === TRIES) return report;
    onReach("untouched");
  }
}

/** A host that moved since a saved plan was made is left out where the operator asked for that. */
function leaveOut({ review }: PlannedHost, report: HostReport): HostReport {
  const isMoved = report.status === "failed" && report.cause === "conflict";
  return isMoved && review?.stale === "skip" ? { ...report, status: "skipped", cause: null } : report;
}

function order(
  target: HostTarget,
  play: PlayOrder,
  plan: Plan,
  observation: Observation,
  context: DeployContext,
): Transaction {
  const about = aboutLine(target, plan, context.run);
  const waitSeconds = longestSettle(target.services) + play.rollout.healthyDeadlineSeconds;
  return makeTransaction({ id: context.newId(), plan, target, observation, about, waitSeconds });
}

async function carryOut(remote: Remote, story: Story, onReach: (reach: Reach) => void): Promise<HostReport> {
  const { context, target, transaction, plan } = story;
  const { name } = target.host;
  tell(context, target.play, name, "upload");
  await uploadArtifacts(remote, plan, transaction, context);
  tell(context, target.play, name, "launch");
  context.emit({
    type: "host-work",
    play: target.play,
    host: name,
    work: workIn(plan),
    settleSeconds: longestSettle(touchedByPlan(story)),
    deadlineSeconds: story.play.rollout.healthyDeadlineSeconds,
  });
  await deliver(remote, transaction, target.project, context, onReach);
  const heard = new Set<string>();
  const attendance = attend(remote, transaction.id, context, (state) => {
    heard.add(state.name);
    if (!isFinal(state))
      tell(context, target.play, name, state.name === "ROLLINGBACK" ? "undo" : "apply", sayState(state));
  });
  try {
    const reached = await attendance.waitFor(
      (state) => state.name === "AWAIT" || isFinal(state),
      (transaction.runSeconds + transaction.stopSeconds) * 1000,
    );
    const { judgement, unjudged, state } =
      reached.name === "AWAIT"
        ? await judgeAndDecide(story, remote)
        : { judgement: null, unjudged: null, state: reached };
    // What the host answered to the confirmation counts, also when the controller that attended it has left.
    const end = isFinal(state) ? state : await awaitEnd(attendance, transaction.stopSeconds);
    const report = await conclude(story, end, judgement, unjudged);
    return endedBeforeSwap(report, heard) ? { ...report, differences: [] } : report;
  } finally {
    attendance.end();
  }
}

const ATTEMPTS = 4;

/** unjudged: why there is no judgement; null where there is one. */
type Decided = {
  readonly judgement: Judgement | null;
  readonly unjudged: SvcdeployError | null;
  readonly state: TransactionState;
};

// Each time over a new connection: a change that keeps us from connecting is never confirmed, a connection
// that breaks for a moment is no reason to undo.
async function judgeAndDecide(story: Story, old: Remote): Promise<Decided> {
  const { context, target, transaction } = story;
  tell(context, target.play, target.host.name, "settle");
  let judgement: Judgement | null = null;
  let unjudged: SvcdeployError | null = null;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const remote = await context.connector.connect(target.host);
      try {
        judgement ??= await judgeTouched(story, remote);
        tell(context, target.play, target.host.name, judgement.ok ? "confirm" : "undo");
        const { state } = await decide(
          remote,
          transaction.id,
          judgement.ok ? "confirmed" : "rollback",
          judgement.ok ? 30 : 0,
          context,
        );
        return { judgement, unjudged: null, state };
      } finally {
        remote.close();
      }
    } catch (error) {
      if (context.detach.aborted) throw error;
      if (!(error instanceof SvcdeployError)) throw error;
      unjudged = error;
      if (!isPassing(error) || attempt === ATTEMPTS) break;
      await sleep(1000, context.detach);
    }
  }
  // A host that cannot be asked is not confirmed; where this does not get through either, the lease or the
  // window runs out.
  const decided = await decide(old, transaction.id, "rollback", 0, context).catch(() => null);
  return { judgement: null, unjudged, state: decided?.state ?? parseState("") };
}

function isPassing(error: unknown): boolean {
  return error instanceof ConnectError && ["connection-lost", "unreachable", "timeout"].includes(error.code);
}

function touchedByPlan({ target, plan }: Story): readonly DeployedService[] {
  return servicesOf(target, touchedServices(target, plan));
}

async function judgeTouched(story: Story, remote: Remote): Promise<Judgement> {
  const { context, target, transaction, play } = story;
  const touched = touchedServices(target, story.plan);
  const services = touchedByPlan(story);
  const own = new Set(target.resources.map(({ id }) => id));
  const units = concernedUnits(target, story.plan, story.observation).filter(
    ({ id, service, unit }) => (own.has(id) && touched.has(service)) || transaction.units.includes(unit),
  );
  const before = keptProcesses(story.plan, units, story.observation);
  const settleSeconds = longestSettle(services);
  const onWaiting = (text: string): void => tell(context, target.play, target.host.name, "settle", text);
  return await judge(
    remote,
    {
      units,
      services,
      declared: unitsOf(target),
      before,
      settleSeconds,
      deadlineSeconds: play.rollout.healthyDeadlineSeconds,
      onWaiting,
    },
    context,
  );
}
