/** `svcdeploy check`: whether the hosts of an environment are ready for a first apply. Reads only. */
import { deliveriesTo } from "../core/check/deliveries.ts";
import type { CheckStatus, HostCheck } from "../core/check/host-check.ts";
import { judgeError, judgeHost, refuseTwins } from "../core/check/judge-host.ts";
import { exitCodeOfObservation } from "../core/exit-code.ts";
import type { Host, Project } from "../core/model/declared.ts";
import type { FailureCause } from "../core/model/run.ts";
import { limitHosts } from "../core/target/select.ts";
import { checkHosts } from "../deploy/check.ts";
import type { DeployContext } from "../deploy/context.ts";
import { checkJson, checkText } from "../report/check-text.ts";
import type { Arguments } from "./options/arguments.ts";
import type { CHECK } from "./options/by-command.ts";
import { connectionOf, selectionOf } from "./options/selection.ts";
import { asJson, asLines, print } from "./print.ts";
import type { Surroundings } from "./surroundings.ts";
import { lookAtHosts } from "./with-hosts.ts";
import { loadSelected } from "./workspace.ts";

/** Prints what was found; 0 when every host is ready. */
export async function check(
  { options }: Arguments<typeof CHECK>,
  surroundings: Surroundings,
): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const project = await loadSelected(selection, surroundings);
  const hosts = limitHosts(project, selection.limit);
  const checks = await lookAtHosts({ project, connection, looking: hosts.length }, surroundings, (context) =>
    judgeHosts(hosts, project, context),
  );
  const exitCode = exitCodeOfChecks(checks);
  const writers = {
    text: asLines(checkText),
    json: asJson((found: typeof checks) => checkJson(project.environment, found, exitCode)),
  };
  await print(checks, writers, options.output, surroundings);
  return exitCode;
}

async function judgeHosts(
  hosts: readonly Host[],
  project: Project,
  context: DeployContext,
): Promise<readonly HostCheck[]> {
  const checked = await checkHosts(hosts, context, {
    deliveriesTo: (host) => deliveriesTo(project, host),
    wallClock: Date.now,
  });
  return refuseTwins(
    checked.map(({ host, result }) =>
      result.ok ? judgeHost(host, result.answer, result.asked, result.notes) : judgeError(host, result.error),
    ),
  );
}

const CAUSES: Readonly<Record<CheckStatus, FailureCause | null>> = {
  well: null,
  mend: "host",
  refused: "refused",
  unreachable: "unreachable",
};

function exitCodeOfChecks(checks: readonly HostCheck[]): number {
  const failures = checks.map(({ status }) => CAUSES[status]).filter((cause) => cause !== null);
  return exitCodeOfObservation({ changes: "none", detailed: "off", failures, total: checks.length });
}
