/** Which units of a host cannot become a service. */
import type { HostFacts, LiveUnit } from "./host-facts.ts";

/** Why a unit cannot become a service; null: it can. */
export function refuseUnit(live: LiveUnit, facts: HostFacts): string | null {
  const owner = [live.fragment, ...live.dropIns].map((path) => facts.owners.get(path)).find((each) => each !== undefined);
  if (owner !== undefined) return `it is svcdeploy's already: ${owner} (project/service)`;
  if (live.loadState === "masked") return "it is masked: systemctl unmask it first, or leave it out";
  if (live.loadState === "not-found") return "there is no such unit";
  if (!live.fragment.startsWith("/etc/systemd/system/"))
    return live.fragment === ""
      ? "it has no unit file"
      : `its file is ${live.fragment}, which is not the host's own: svcdeploy does not shadow what packages bring or programs generate${sayDropIns(live)}`;
  const unread = [live.fragment, ...live.dropIns].find((path) => !facts.files.has(path));
  return unread === undefined ? null : `${unread} cannot be read: ${facts.unread.get(unread) ?? "it is not there"}`;
}

function sayDropIns({ dropIns }: LiveUnit): string {
  const own = dropIns.filter((path) => path.startsWith("/etc/"));
  return own.length === 0 ? "" : `; ${own.join(" ")} can be written as \`dropins:\` of a service (docs/companions.md)`;
}
