/**
 * What must be known of a unit: that systemd has loaded it from our file and, where it is to run, that it is
 * active.
 */
import type { UnitResource } from "../model/resource.ts";
import type { ResourceRow } from "./row.ts";

/** Its state: fragment, the file that it is loaded from, and active, only of a unit that is to run. */
export const unit: ResourceRow<UnitResource> = {
  subject: (resource) => resource.unit,
  type: null,
  desired: ({ path, running }) => ({ fragment: path, ...(running ? { active: "active" } : {}) }),
  actual: (resource, { units }) => {
    const found = units.get(resource.unit);
    if (found === undefined || (found.LoadState === "not-found" && found.ActiveState !== "active"))
      return null;
    const active = resource.running ? { active: found.ActiveState ?? "unknown" } : {};
    return { fragment: found.FragmentPath ?? "", ...active };
  },
  // The ctime of its inputs tells whether a process is older than they are.
  asks: (resource) => ({
    paths: [resource.path, ...resource.inputPaths],
    units: [resource.unit],
    ...(resource.inputPaths.some((path) => path.endsWith("/current")) ? { programs: "asked" } : {}),
  }),
  needs: () => ({ users: [], groups: [] }),
  owned: () => ({}),
  detail: ({ running }) => (running ? " (new)" : " (new, started by its first member)"),
  dropped: "stopped",
  restarts: () => null,
  line: ({ id }) => {
    throw new Error(`${id} cannot be written; its file can`);
  },
};
