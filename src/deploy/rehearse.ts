/**
 * Lets systemd and logrotate of a host read what the plans would write there, and adds what they say to the
 * plans: one more round trip, where there is something that they could read.
 */
import { HostError } from "../core/errors.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Notice } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { type Planned, type RehearsalRequest, rehearsalOf } from "../core/rehearsal/rehearsal.ts";
import type { Remote } from "../remote/remote.ts";
import { ask } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** The plans of one host, with notices more. Throws ConnectError; a rehearsal that fails is a warning. */
export async function rehearse(
  remote: Remote,
  planned: readonly Planned[],
  { facts }: Observation,
  context: DeployContext,
): Promise<readonly Planned[]> {
  // Who is not root is refused anyway, and may write nothing to /run.
  const request = facts.uid === 0 ? rehearsalOf(planned) : null;
  if (request === null) return planned;
  const notices = await noticesOf(remote, planned, { request, systemd: facts.systemd }, context);
  return planned.map(({ target, plan }) => ({
    target,
    plan: { ...plan, notices: [...plan.notices, ...(notices.get(target) ?? [])] },
  }));
}

/** systemd: the host's version. */
async function noticesOf(
  remote: Remote,
  planned: readonly Planned[],
  { request, systemd }: { readonly request: RehearsalRequest; readonly systemd: number },
  context: DeployContext,
): Promise<ReadonlyMap<HostTarget, readonly Notice[]>> {
  // Loaded when there is something to rehearse: a plan without changes starts faster.
  const { rehearsalQuestion } = await import("../host/rehearsal-answer.ts");
  const { judgeRehearsal } = await import("../core/rehearsal/judge-rehearsal.ts");
  try {
    const answer = await ask(remote, rehearsalQuestion, { request, redact: context.redact }, context);
    return judgeRehearsal(planned, request, answer, systemd);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    // Without the host's name, so that hosts which say the same are reported together.
    const why = error.message.replace(`${remote.host.name}: `, "");
    const notice: Notice = {
      severity: "warning",
      code: "rehearsal",
      text: `the files could not be tried on the host: ${why}`,
    };
    return new Map(planned.slice(0, 1).map(({ target }) => [target, [notice]]));
  }
}
