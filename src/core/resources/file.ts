/** What must be known of a file: its bytes, its mode and its owner. What it is for is its role's matter. */

import { plainMode, writtenMode } from "../model/mode.ts";
import type { FileResource } from "../model/resource.ts";
import { foundValues, KERNEL_MOUNTS, liveDigest, liveValues } from "./live-values.ts";
import type { ResourceRow } from "./row.ts";

/**
 * Its state: type, sha256 ("unknown" when it could not be read), mode (octal without leading zero), owner,
 * group, and what the kernel reads while it is in force, by its name.
 */
export const file: ResourceRow<FileResource> = {
  subject: ({ path }) => path,
  type: "file",
  desired: (file) => ({
    type: "file",
    sha256: file.sha256,
    mode: plainMode(file.mode),
    owner: file.owner,
    group: file.group,
    ...Object.fromEntries(liveValues(file).map(({ name, value }) => [name, value])),
  }),
  actual: (file, observation) => {
    const found = observation.paths.get(file.path);
    if (found === undefined) return null;
    const sha256 = found.type === "file" ? { sha256: found.sha256 ?? "unknown" } : {};
    return {
      type: found.type,
      ...sha256,
      mode: plainMode(found.mode),
      owner: found.owner,
      group: found.group,
      ...foundValues(file, observation),
    };
  },
  asks: ({ path, sha256, owner, group, role, content }) => {
    const live = liveValues({ role, content });
    return {
      contents: [
        { path, sha256 },
        ...live.map((each) => ({ path: each.path, sha256: liveDigest(each.value) })),
      ],
      users: [owner],
      groups: [group],
      mounts: live.length === 0 ? [] : KERNEL_MOUNTS,
      encrypted: role === "encrypted-credential" ? [path] : [],
    };
  },
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
