/**
 * What every command starts with: the project of one environment, what its hosts shall be, and the way to
 * reach them.
 */

import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { SourceText } from "../core/config/project.ts";
import { SvcdeployError } from "../core/errors.ts";
import type { Project } from "../core/model/declared.ts";
import type { PlayTargets } from "../core/model/resource.ts";
import type { RunEvent } from "../core/model/run.ts";
import { byHost, targetsOf } from "../core/target/play-targets.ts";
import type { DeployContext } from "../deploy/context.ts";
import { type ArtifactUse, makeArtifactReader } from "../project/artifacts.ts";
import { loadProject } from "../project/load.ts";
import { readArtifact } from "../project/read-artifact.ts";
import { makeSecretReader } from "../project/secrets.ts";
import { type Built, buildTargets, STAND_INS } from "../project/targets.ts";
import { line, plural, styled } from "../report/lines/text.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Connection, Selection } from "./options.ts";
import { makeRecorder } from "./record-run.ts";
import { makeId, makeRunIdentity } from "./run-identity.ts";
import type { Surroundings } from "./surroundings.ts";

/** A loaded project, the selected hosts of each play, and the services as it declares them. */
export type Workspace = { readonly project: Project } & Omit<Built, "secrets">;

/**
 * Loads and renders what was selected; from here on its secrets are redacted everywhere. values: instead of
 * the --values files. use: what artifacts are read for. Throws ConfigError and UsageError.
 */
export async function openWorkspace(
  selection: Selection,
  { stdout, stderr, workingDirectory }: Surroundings,
  values: readonly SourceText[] | null,
  use: ArtifactUse,
): Promise<Workspace> {
  const root = resolve(workingDirectory, selection.project);
  const valuesFiles = values ?? selection.valuesFiles.map((file) => resolve(workingDirectory, file));
  const project = await loadProject(root, selection.environment, { set: selection.set, valuesFiles });
  const readers = { describe: makeArtifactReader(root, use), readSecrets: makeSecretReader(root) };
  const { secrets, ...built } = await buildTargets(project, selection, readers);
  stdout.protect(secrets);
  stderr.protect(secrets);
  return { project, ...built };
}

/**
 * Redacts the secrets of all services from here on, as far as the project can be read: what only goes back
 * must not fail for what is missing here.
 */
export async function protectProjectSecrets(
  project: Project,
  { stdout, stderr }: Surroundings,
): Promise<void> {
  try {
    const readers = { ...STAND_INS, readSecrets: makeSecretReader(project.root) };
    const { secrets } = await buildTargets(project, { limit: null, services: [] }, readers);
    stdout.protect(secrets);
    stderr.protect(secrets);
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
  }
}

/** Says on a terminal that hosts are being looked at, which may take a connect timeout. */
export function announce(plays: readonly PlayTargets[], surroundings: Surroundings): void {
  announceHosts(byHost(targetsOf(plays)).length, surroundings);
}

/** The same for so many hosts. */
export function announceHosts(count: number, { stderr, display }: Surroundings): void {
  if (display === "live") stderr.print([line(styled("dim", `Looking at ${plural(count, "host")} …`))]);
}

/** The surroundings of a deployment. ssh2 is loaded here, not before. */
export async function makeContext(
  project: Project,
  connection: Connection,
  around: {
    readonly surroundings: Surroundings;
    readonly interrupts: Interrupts;
    readonly emit: (event: RunEvent) => void;
    readonly command?: string;
  },
): Promise<DeployContext> {
  const { environment, workingDirectory, logbook, commandLine } = around.surroundings;
  const identifying = makeRunIdentity(project.root, {
    command: around.command ?? commandLine[0] ?? "",
    environment: project.environment,
  });
  // Git works meanwhile.
  const { makeConnector } = await import("../remote/ssh.ts");
  const connector = makeConnector({
    identity: connection.identity === null ? null : resolve(workingDirectory, connection.identity),
    knownHostsFiles:
      connection.knownHosts.length === 0
        ? null
        : connection.knownHosts.map((file) => resolve(workingDirectory, file)),
    agentSocket: environment.SSH_AUTH_SOCK || null,
    homeDirectory: environment.HOME || null,
  });
  const run = await identifying;
  logbook.note({ project, run });
  const record = makeRecorder(project, run, around.surroundings);
  return {
    connector,
    run,
    forks: connection.forks,
    emit: (event) => {
      around.emit(event);
      if (event.type === "host-work") return;
      logbook.hear(event);
      record(event);
    },
    signal: around.interrupts.signal,
    detach: around.interrupts.detach,
    redact: around.surroundings.stdout.redact,
    newId: makeId,
    now: () => performance.now(),
    readArtifact,
  };
}
