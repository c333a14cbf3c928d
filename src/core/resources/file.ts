/** What must be known of a file: its bytes, its mode and its owner. What it is for is its role's matter. */

import { plainMode, writtenMode } from "../model/mode.ts";
import type { FileResource } from "../model/resource.ts";
import type { ResourceRow } from "./row.ts";

/**
 * Its state: type, sha256 ("unknown" when it could not be read), mode (octal without leading zero), owner,
 * group.
 */
export const file: ResourceRow<FileResource> = {
  subject: ({ path }) => path,
  type: "file",
  desired: ({ sha256, mode, owner, group }) => ({
    type: "file",
    sha256,
    mode: plainMode(mode),
    owner,
    group,
  }),
  actual: ({ path }, { paths }) => {
    const found = paths.get(path);
    if (found === undefined) return null;
    const sha256 = found.type === "file" ? { sha256: found.sha256 ?? "unknown" } : {};
    return {
      type: found.type,
      ...sha256,
      mode: plainMode(found.mode),
      owner: found.owner,
      group: found.group,
    };
  },
  asks: ({ path, owner, group, role }) => ({
    paths: [path],
    users: [owner],
    groups: [group],
    encrypted: role === "encrypted-credential" ? [path] : [],
  }),
  needs: ({ owner, group }) => ({ users: [owner], groups: [group] }),
  owned: ({ sha256, mode, owner, group, secret }) => ({
    sha256,
    mode,
    owner: `${owner}:${group}`,
    ...(secret ? { secret: true } : {}),
  }),
  detail: ({ mode, owner, group, secret }) =>
    ` (${writtenMode(mode)} ${owner}:${group}${secret ? ", secret" : ""})`,
  dropped: "removed",
  restarts: () => null,
  line: ({ path, mode, owner, group, sha256 }, { key, change, found }) => {
    const wanted =
      change === "write"
        ? { mode, owner, group, new: sha256 }
        : { mode: "-", owner: "-", group: "-", new: "-" };
    return { line: "file", key, path, ...wanted, old: found?.sha256 ?? "-" };
  },
};
