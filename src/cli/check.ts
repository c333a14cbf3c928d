/** `svcdeploy check`: whether the hosts of an environment are ready for a first apply. Reads only. */
import { resolve } from "node:path";
import { deliveriesTo } from "../core/check/deliveries.ts";
import type { CheckStatus, HostCheck } from "../core/check/host-check.ts";
import { judgeError, judgeHost, refuseTwins } from "../core/check/judge-host.ts";
import { exitCodeOfObservation } from "../core/exit-code.ts";
import type { Host, Project } from "../core/model/declared.ts";
import type { FailureCause } from "../core/model/run.ts";
import { limitHosts } from "../core/target/select.ts";
import { checkHosts } from "../deploy/check.ts";
import type { DeployContext } from "../deploy/context.ts";
import { loadProject } from "../project/load.ts";
import { checkJson, checkText } from "../report/check-text.ts";
import { formatJson } from "../report/lines/json.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { connectionOf, optionalText, type RawArguments, selectionOf } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";
import { announceHosts, makeContext } from "./workspace.ts";

/** Prints what was found; 0 when every host is ready. */
export async function check(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const root = resolve(surroundings.workingDirectory, selection.project);
  const project = await loadProject(root, selection.environment, { set: [], valuesFiles: [] });
  const hosts = limitHosts(project, selection.limit);
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: () => {} });
  announceHosts(hosts.length, surroundings);
  const checks = await interrupts.abandonable(judgeHosts(hosts, project, context));
  interrupts.stop();
  const exitCode = exitCodeOfChecks(checks);
  const { stdout } = surroundings;
  if (optionalText(raw, "output") === "json")
    stdout.write(formatJson(checkJson(project.environment, checks, exitCode)));
  else stdout.print(checkText(checks, stdout.columns));
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
      result.ok ? judgeHost(host, result.answer, result.asked) : judgeError(host, result.error),
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
