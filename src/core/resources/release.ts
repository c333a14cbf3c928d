/**
 * What must be known of a release: the directory holds what it was made for. Its name says its content, so it
 * is never rewritten.
 */
import type { Observation } from "../model/observation.ts";
import type { ReleaseResource } from "../model/resource.ts";
import type { TransactionLine } from "../model/transaction-line.ts";
import { formatSize } from "../size-text.ts";
import type { ResourceRow } from "./row.ts";

/**
 * Its state: type and the sha256 of the executable or the tree, which is left out when the directory has no
 * such executable.
 */
export const release: ResourceRow<ReleaseResource> = {
  subject: ({ path }) => path,
  type: "directory",
  desired: ({ sha256 }) => ({ type: "directory", sha256 }),
  actual: (resource, observation) => {
    const folder = observation.paths.get(resource.path);
    if (folder === undefined) return null;
    const sha256 = foundDigest(resource, observation);
    return { type: folder.type, ...(sha256 === null ? {} : { sha256 }) };
  },
  asks: (resource) => ({
    paths: [...new Set([resource.path, executablePath(resource)])],
    trees: resource.form === "tree" ? [resource.path] : [],
    programs: "asked",
    versions:
      resource.says === undefined
        ? []
        : [{ ...resource.says, service: resource.service, release: resource.path }],
  }),
  needs: () => ({ users: [], groups: [] }),
  owned: ({ sha256 }) => ({ sha256 }),
  detail: ({ form, name, size, sha256 }) =>
    ` (${form === "tree" ? "tree of " : ""}${name}, ${formatSize(size)}, sha256 ${sha256.slice(0, 12)})`,
  dropped: "idle",
  restarts: () => null,
  line: (resource, { key }) => releaseLine(resource, key),
};

/** Absolute path of a file release's executable; of a tree the folder itself. */
export function executablePath(resource: ReleaseResource): string {
  return resource.form === "tree" ? resource.path : `${resource.path}/${resource.name}`;
}

/** The sha256 of what is there; null: unknown. */
export function foundDigest(resource: ReleaseResource, observation: Observation): string | null {
  if (resource.form === "tree") return observation.trees.get(resource.path)?.sha256 ?? null;
  const executable = observation.paths.get(executablePath(resource));
  return executable?.type === "file" ? executable.sha256 : null;
}

function releaseLine(
  { id, form, path, name, sha256, source }: ReleaseResource,
  key: string,
): TransactionLine {
  if (form === "file") return { line: "release", key, path, name, sha256 };
  if (source === null) throw new Error(`${id} is not on the host, and there is nothing to send`);
  return { line: "tree", key, path, sha256, upload: source.sha256 };
}
