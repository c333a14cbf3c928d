/** What must be known of a symbolic link: where it points. */
import { createHash } from "node:crypto";
import type { LinkResource } from "../model/resource.ts";
import type { ResourceRow } from "./row.ts";

/** Its state: type and target, as it is written in the link. */
export const link: ResourceRow<LinkResource> = {
  subject: ({ path }) => path,
  type: "link",
  desired: ({ target }) => ({ type: "link", target }),
  actual: ({ path }, { paths }) => {
    const found = paths.get(path);
    if (found === undefined) return null;
    return found.type === "link" ? { type: "link", target: found.target ?? "unknown" } : { type: found.type };
  },
  asks: ({ path }) => ({ paths: [path] }),
  needs: () => ({ users: [], groups: [] }),
  owned: ({ target }) => ({ sha256: linkDigest(target) }),
  detail: ({ target }) => ` → ${target}`,
  dropped: "removed",
  restarts: ({ role }) => (role === "current" ? "release" : null),
  line: ({ path, target }, { key, change, found }) => ({
    line: "link",
    key,
    path,
    new: change === "write" ? target : "-",
    old: found?.target ?? "-",
  }),
};

/** What a manifest keeps of a link's target. */
export function linkDigest(target: string): string {
  return createHash("sha256").update(target).digest("hex");
}
