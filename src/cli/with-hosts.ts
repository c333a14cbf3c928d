/** How a command reaches hosts: listens for Ctrl-C, connects, does its work, and stops listening. */
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { Project } from "../core/model/declared.ts";
import type { PlayTargets } from "../core/model/resource.ts";
import type { RunEvent } from "../core/model/run.ts";
import { byHost, targetsOf } from "../core/target/play-targets.ts";
import type { DeployContext } from "../deploy/context.ts";
import { readArtifact } from "../project/read-artifact.ts";
import { line, plural, styled } from "../report/lines/text.ts";
import { type Interrupts, listenForInterrupts } from "./interrupts.ts";
import type { HostAccess } from "./options/selection.ts";
import { makeRecorder } from "./record-run.ts";
import { makeId, makeRunIdentity } from "./run-identity.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a command wants of hosts. */
export type HostsWanted = {
  readonly project: Project;
  readonly connection: HostAccess;
  /** How many are checked, shown on a terminal as it may take a connect timeout; null: not shown. */
  readonly looking: number | null;
  /** Hears what happens on hosts, and interrupts; absent: nothing does. */
  readonly emit?: (event: RunEvent) => void;
  /** The run's name; absent: the command's. */
  readonly command?: string;
};

/** Does the work with a way to reach hosts. ssh2 is loaded here, not before. Throws what the work throws. */
export async function withHosts<Result>(
  wanted: HostsWanted,
  surroundings: Surroundings,
  work: (context: DeployContext, interrupts: Interrupts) => Promise<Result>,
): Promise<Result> {
  const interrupts = listenForInterrupts(surroundings, (interruption) =>
    wanted.emit?.({ type: "run-interrupted", ...interruption }),
  );
  try {
    const context = await makeContext(wanted, interrupts, surroundings);
    if (wanted.looking !== null) announce(wanted.looking, surroundings);
    return await work(context, interrupts);
  } finally {
    interrupts.stop();
  }
}

/** The same for work that only reads: the first Ctrl-C ends it at once. */
export async function lookAtHosts<Result>(
  wanted: HostsWanted,
  surroundings: Surroundings,
  look: (context: DeployContext) => Promise<Result>,
): Promise<Result> {
  return await withHosts(wanted, surroundings, (context, { abandonable }) => abandonable(look(context)));
}

/** How many hosts the plays have; one that is in several counts once. */
export function countHosts(plays: readonly PlayTargets[]): number {
  return byHost(targetsOf(plays)).length;
}

function announce(count: number, { stderr, display }: Surroundings): void {
  if (display === "live") stderr.print([line(styled("dim", `Checking ${plural(count, "host")} …`))]);
}

async function makeContext(
  { project, connection, emit, command }: HostsWanted,
  { signal, detach }: Interrupts,
  surroundings: Surroundings,
): Promise<DeployContext> {
  const { logbook, commandLine, stdout } = surroundings;
  const identifying = makeRunIdentity(project.root, {
    command: command ?? commandLine[0] ?? "",
    environment: project.environment,
  });
  // Git works meanwhile.
  const connector = await makeConnectorFor(connection, surroundings);
  const run = await identifying;
  logbook.note({ project, run });
  const record = makeRecorder(project, run, surroundings);
  return {
    ...{ connector, run, signal, detach, readArtifact },
    forks: connection.forks,
    emit: (event) => {
      emit?.(event);
      if (event.type === "host-work") return;
      logbook.hear(event);
      record(event);
    },
    redact: stdout.redact,
    newId: makeId,
    now: () => performance.now(),
  };
}

async function makeConnectorFor(
  { identity, knownHosts }: HostAccess,
  { environment, workingDirectory }: Surroundings,
): Promise<DeployContext["connector"]> {
  const { makeConnector } = await import("../remote/ssh.ts");
  return makeConnector({
    identity: identity === null ? null : resolve(workingDirectory, identity),
    knownHostsFiles:
      knownHosts.length === 0 ? null : knownHosts.map((file) => resolve(workingDirectory, file)),
    agentSocket: environment.SSH_AUTH_SOCK || null,
    homeDirectory: environment.HOME || null,
  });
}
