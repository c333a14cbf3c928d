/** What commands start with: the project of one environment, and what its hosts are to be. */
import { resolve } from "node:path";
import type { ProjectAsFar, SourceText } from "../core/config/project.ts";
import { ConfigError, SvcdeployError } from "../core/errors.ts";
import type { Project } from "../core/model/declared.ts";
import type { Rendered } from "../core/model/resource.ts";
import { EVERYTHING } from "../core/target/select.ts";
import { programPolicy } from "../project/ansible/ansible-of.ts";
import { type ArtifactUse, makeArtifactReader } from "../project/artifacts.ts";
import { loadAsFar } from "../project/load.ts";
import { makeSecretReader } from "../project/secrets.ts";
import { buildTargets, STAND_INS } from "../project/targets.ts";
import type { ProjectSelection } from "./options/selection.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * The selected project. values: what lies over the project's own instead of the --values files. Throws
 * ConfigError and UsageError.
 */
export async function loadSelected(
  selection: ProjectSelection,
  surroundings: Pick<Surroundings, "workingDirectory" | "environment">,
  values: readonly SourceText[] | null = null,
): Promise<Project> {
  const { project, problems } = await loadSelectedAsFar(selection, surroundings, values);
  if (problems.length > 0) throw new ConfigError(problems);
  return project;
}

/** The same with its mistakes beside it, for buildTargets. Throws UsageError. */
export async function loadSelectedAsFar(
  { project, environment, set, valuesFiles }: ProjectSelection,
  { workingDirectory, environment: variables }: Pick<Surroundings, "workingDirectory" | "environment">,
  values: readonly SourceText[] | null = null,
): Promise<ProjectAsFar> {
  const overlays = values ?? valuesFiles.map((file) => resolve(workingDirectory, file));
  const programs = programPolicy(variables);
  const options = { set, valuesFiles: overlays, programs };
  return await loadAsFar(resolve(workingDirectory, project), environment, options);
}

/** A loaded project, the selected hosts of each play, and the services as it declares them. */
export type Workspace = { readonly project: Project } & Rendered;

/**
 * Loads and renders what was selected; from here on its secrets are redacted everywhere. values: instead of
 * the --values files. use: what artifacts are read for. Throws ConfigError and UsageError.
 */
export async function openWorkspace(
  selection: ProjectSelection,
  surroundings: Surroundings,
  values: readonly SourceText[] | null,
  use: ArtifactUse,
): Promise<Workspace> {
  const { stdout, stderr } = surroundings;
  const loaded = await loadSelectedAsFar(selection, surroundings, values);
  const { project } = loaded;
  const readers = {
    describe: makeArtifactReader(project.root, use),
    readSecrets: makeSecretReader(project.root),
  };
  const { secrets, ...built } = await buildTargets(loaded, selection, readers);
  stdout.protect(secrets);
  stderr.protect(secrets);
  return { project, ...built };
}

/**
 * Redacts the secrets of all services from here on, as far as the project can be read: what only steps
 * back must not fail for what is missing here.
 */
export async function protectProjectSecrets(
  project: Project,
  { stdout, stderr }: Surroundings,
): Promise<void> {
  try {
    const readers = { ...STAND_INS, readSecrets: makeSecretReader(project.root) };
    const { secrets } = await buildTargets(project, EVERYTHING, readers);
    stdout.protect(secrets);
    stderr.protect(secrets);
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
  }
}
