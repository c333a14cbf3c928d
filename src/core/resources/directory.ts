/** What must be known of a directory: its mode and its owner; what is in it is not ours. */

import { plainMode, writtenMode } from "../model/mode.ts";
import type { State } from "../model/plan.ts";
import type { DirectoryResource } from "../model/resource.ts";
import type { ResourceRow } from "./row.ts";

/** Its state: type, mode (octal without leading zero), owner, group. */
export const directory: ResourceRow<DirectoryResource> = {
  subject: ({ path }) => path,
  type: "directory",
  desired,
  actual: (resource, { paths }) => {
    const found = paths.get(resource.path);
    if (found === undefined) return null;
    if (resource.existing === "keep" && found.type === "directory") return desired(resource);
    return { type: found.type, mode: plainMode(found.mode), owner: found.owner, group: found.group };
  },
  asks: ({ path, owner, group }) => ({ paths: [path], users: [owner], groups: [group] }),
  needs: ({ owner, group }) => ({ users: [owner], groups: [group] }),
  owned: ({ mode, owner, group }) => ({ mode, owner: `${owner}:${group}` }),
  detail: ({ mode, owner, group }) => ` (${writtenMode(mode)} ${owner}:${group})`,
  dropped: "kept",
  restarts: () => null,
  line: ({ path, mode, owner, group }, { key, found }) => ({
    line: "directory",
    key,
    path,
    mode,
    owner,
    group,
    old: found === undefined ? "-" : `${found.mode}:${found.owner}:${found.group}`,
  }),
};

function desired({ mode, owner, group }: DirectoryResource): State {
  return { type: "directory", mode: plainMode(mode), owner, group };
}
