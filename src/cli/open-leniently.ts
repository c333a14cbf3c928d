/** What commands start with that only look at hosts: the project as far as it can be read here. */
import { type ArtifactPolicy, makeLenientReaders } from "../project/lenient-readers.ts";
import { buildTargets } from "../project/targets.ts";
import type { ProjectSelection } from "./options/selection.ts";
import type { Surroundings } from "./surroundings.ts";
import { loadSelectedAsFar, type Workspace } from "./workspace.ts";

/** A project of which artifacts and secrets may be missing. */
export type LenientWorkspace = Workspace & {
  /** Services that are not rendered as they are declared, for something that it takes is not here. */
  readonly unsure: ReadonlySet<string>;
  /** Secrets that could not be read, as NAME of SERVICE: they cannot be redacted. */
  readonly unread: readonly string[];
};

/**
 * Loads and renders what was selected; the secrets that could be read are redacted from here on. Throws
 * ConfigError and UsageError.
 */
export async function openLeniently(
  selection: ProjectSelection,
  surroundings: Surroundings,
  artifacts: ArtifactPolicy,
): Promise<LenientWorkspace> {
  const { stdout, stderr } = surroundings;
  const loaded = await loadSelectedAsFar(selection, surroundings);
  const { project } = loaded;
  const { readers, gathered } = makeLenientReaders(project.root, artifacts);
  const { limit, services: names } = selection;
  const { plays, services } = await buildTargets(loaded, { limit, services: names }, readers);
  stdout.protect([...gathered.secrets]);
  stderr.protect([...gathered.secrets]);
  const declared = [...services.values()].flat();
  const unsure = declared.filter(({ file }) => gathered.unsure.has(file)).map(({ name }) => name);
  return { project, plays, services, unsure: new Set(unsure), unread: [...gathered.unread].sort() };
}
