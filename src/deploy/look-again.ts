/** Looks at a host again right before it is changed. */
import { HostError } from "../core/errors.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { notContained } from "../core/plan/contained.ts";
import { asEncrypted } from "../core/plan/encrypted.ts";
import { refusalOf } from "../core/plan/outlook.ts";
import { makePlan } from "../core/plan/plan.ts";
import type { PlannedHost } from "../core/plan/planned.ts";
import type { Remote } from "../remote/remote.ts";
import { type DeployContext, tell } from "./context.ts";
import { withEncrypted } from "./encrypt.ts";
import { withLastRun } from "./last-run.ts";
import { lookAround } from "./observe.ts";
import { rehearse } from "./rehearse.ts";

/**
 * What a host is to become, by how it is now: what the operator saw must still be what will happen. Its target: as the
 * host encrypted what is secret in it. Throws HostError where it is not, or where it must not be.
 */
export async function lookAgain(
  remote: Remote,
  { target: declared, review, replan }: PlannedHost,
  shown: Plan,
  context: DeployContext,
): Promise<{ target: HostTarget; plan: Plan; observation: Observation }> {
  const { name } = declared.host;
  tell(context, declared.play, name, "observe");
  // Another run may have come before this one since the plan was made.
  const observation = await lookAround(remote, [declared], context, "settle");
  const { takenFrom } = shown;
  const planFor = (aim: HostTarget): Plan => ({
    ...(replan === undefined ? makePlan(aim, observation) : replan(aim, observation)),
    ...(takenFrom === undefined ? {} : { takenFrom }),
  });
  const target = asEncrypted(declared, observation);
  const plan = planFor(target);
  refuse(name, plan);
  const news =
    review === undefined ? notContained(plan, shown) : review.movedSince(plan, observation.facts.machineId);
  if (news.length > 0) {
    const message = `${name} changed since the plan was made:\n${news.join("\n")}`;
    throw new HostError("conflict", name, await withLastRun(message, declared.host, context));
  }
  // What is restored ran on this host before, and someone may be waiting for it.
  const isPutBack = replan !== undefined || target.rollback !== undefined;
  for (const each of isPutBack ? [] : await rehearse(remote, [{ target, plan }], observation, context))
    refuse(name, each.plan);
  const aim = asEncrypted(await withEncrypted(remote, target, plan, context), observation);
  return { target: aim, plan: planFor(aim), observation };
}

/** Throws HostError when a notice says that it must not be. */
function refuse(name: string, plan: Plan): void {
  const refusal = refusalOf(name, plan);
  if (refusal !== null) throw refusal;
}
