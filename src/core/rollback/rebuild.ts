/** Kept descriptions and contents become what a host is to be again. */

import type { Host } from "../model/declared.ts";
import type {
  DeployedService,
  FileResource,
  HostTarget,
  KeptResource,
  KeptService,
  LinkResource,
  Resource,
  UnitResource,
} from "../model/resource.ts";
import { ownersOf, uniteResources } from "../render/merge-resources.ts";
import { emptyTarget } from "../target/play-targets.ts";
import { baseName } from "../unit-file/path-name.ts";
import type { Step } from "./generations.ts";

/** File content by its sha256. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** The hashes of all files of a description; of an encrypted credential with its name. */
export function contentsOf(
  kept: KeptService,
): readonly { readonly sha256: string; readonly credential: string | null }[] {
  return kept.resources.flatMap((resource) =>
    resource.kind === "file"
      ? [
          {
            sha256: resource.sha256,
            credential: resource.role === "encrypted-credential" ? baseName(resource.path) : null,
          },
        ]
      : [],
  );
}

/**
 * What the host is to be after these steps of one play. Throws ConfigError where two services want different
 * things at one place, RangeError for a content that is not among the given ones.
 */
export function rebuildTarget(
  project: string,
  host: Host,
  play: string,
  steps: readonly Step[],
  contents: Contents,
): HostTarget {
  const perService = steps.map(({ to }) =>
    to.resources.map((resource) => rebuildResource(resource, contents)),
  );
  const all = perService.flat();
  const owners = ownersOf(all);
  return {
    ...emptyTarget(project, host, play),
    services: steps.map(({ to }) => deployedService(to)),
    resources: uniteResources(all, new Map()),
    owners,
    rollback: {
      of: steps[0]?.undone.madeBy.run || "unknown",
      absent: steps.flatMap(({ from }) =>
        (from?.resources ?? []).flatMap((resource) => gone(resource, owners)),
      ),
    },
  };
}

/**
 * What the host is to be by one description (null: nothing), every content that is not there empty: enough to
 * compare and verify, not to write.
 */
export function rebuildForReading(
  project: string,
  host: Host,
  kept: KeptService | null,
  contents: Contents,
): HostTarget {
  if (kept === null) return emptyTarget(project, host, "");
  const known = new Map([
    ...contentsOf(kept).map(({ sha256 }) => [sha256, new Uint8Array()] as const),
    ...contents,
  ]);
  const resources = kept.resources.map((resource) => rebuildResource(resource, known));
  return {
    ...emptyTarget(project, host, kept.play),
    services: [deployedService(kept)],
    resources,
    owners: ownersOf(resources),
  };
}

/**
 * A kept resource with its content again; a release has no source, because it is only ever used where it
 * still is.
 */
export function rebuildResource(resource: KeptResource, contents: Contents): Resource {
  if (resource.kind === "release") return { ...resource, source: null };
  if (resource.kind !== "file") return resource;
  const content = contents.get(resource.sha256);
  if (content === undefined) throw new RangeError(`the content of ${resource.path} is not there`);
  return { ...resource, content };
}

function gone(
  resource: KeptResource,
  owners: ReadonlyMap<string, unknown>,
): readonly (FileResource | LinkResource | UnitResource)[] {
  if (owners.has(resource.id)) return [];
  switch (resource.kind) {
    case "file":
      return [{ ...resource, content: new Uint8Array() }];
    case "link":
    case "unit":
      return [resource];
    case "account":
    case "directory":
    case "release":
      return [];
  }
}

function deployedService({ service, version, secrets, health, settleSeconds }: KeptService): DeployedService {
  return { name: service, version, secrets, health, settleSeconds };
}
