/** Which units of a host cannot become a service. */
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";

/** Why a unit cannot become a service; null: it can. */
export function refuseUnit(live: LiveUnit, facts: AdoptFacts): string | null {
  const reason = refuseLoaded(live, facts);
  if (reason !== null) return reason;
  if (!live.fragment.startsWith(`${UNIT_FOLDER}/`))
    return live.fragment === ""
      ? "it has no unit file"
      : `its file is ${live.fragment}, which is not the host's own: svcdeploy does not shadow what ` +
          `packages bring or programs generate${sayDropIns(live)}`;
  const unread = [live.fragment, ...live.dropIns].find((path) => !facts.files.has(path));
  return unread === undefined
    ? null
    : `${unread} cannot be read: ${facts.unread.get(unread) ?? "it is not there"}`;
}

function sayDropIns({ dropIns }: LiveUnit): string {
  const own = dropIns.filter((path) => path.startsWith("/etc/"));
  if (own.length === 0) return "; to change it, write `dropins:` in a service file (docs/companions.md)";
  return `; --into SERVICE takes ${own.join(" ")} into the \`dropins:\` of a service of yours`;
}

/**
 * Why nothing can be made of a unit, be it a service or an item of one. A unit of a package may have drop-ins
 * that are svcdeploy's.
 */
export function refuseLoaded(live: LiveUnit, facts: AdoptFacts): string | null {
  const own = live.fragment.startsWith(`${UNIT_FOLDER}/`)
    ? [live.fragment, ...live.dropIns]
    : [live.fragment];
  const owner = own.map((path) => facts.owners.get(path)).find((each) => each !== undefined);
  if (owner !== undefined) return `it is svcdeploy's already: ${owner} (project/service)`;
  if (live.loadState === "masked") return "it is masked: systemctl unmask it first, or leave it out";
  return live.loadState === "not-found" ? "there is no such unit" : null;
}
