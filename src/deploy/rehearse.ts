/**
 * Lets systemd and logrotate of a host read what the plans would write there, and adds what they say to the
 * plans: one more round trip.
 */
import { HostError } from "../core/errors.ts";
import type { Notice } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { judgeRehearsal } from "../core/rehearsal/judge-rehearsal.ts";
import type { Planned, RehearsalRequest } from "../core/rehearsal/rehearsal.ts";
import { decodeRehearsal, encodeRehearsal } from "../host/rehearsal-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";

/**
 * The notices for each target of one host. systemd: the host's version. Throws ConnectError; a rehearsal that
 * comes to nothing is a warning.
 */
export async function rehearse(
  remote: Remote,
  planned: readonly Planned[],
  { request, systemd }: { readonly request: RehearsalRequest; readonly systemd: number },
  context: DeployContext,
): Promise<ReadonlyMap<HostTarget, readonly Notice[]>> {
  try {
    return judgeRehearsal(planned, request, await ask(remote, request, context), systemd);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    // Without the host's name, so that hosts which say the same are told together.
    const why = error.message.replace(`${remote.host.name}: `, "");
    const notice: Notice = {
      severity: "warning",
      code: "rehearsal",
      text: `the files could not be tried on the host: ${why}`,
    };
    return new Map(planned.slice(0, 1).map(({ target }) => [target, [notice]]));
  }
}

/** The input may take a minute, four programs half a minute each. */
const TIMEOUT_MILLISECONDS = 240_000;

async function ask(remote: Remote, request: RehearsalRequest, context: DeployContext) {
  const nonce = context.newId();
  const answer = await remote.run(scripts.rehearse, {
    input: encodeRehearsal(request, nonce),
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  });
  return decodeRehearsal(remote.host.name, nonce, answer.stdout, answer.stderr, context.redact);
}
