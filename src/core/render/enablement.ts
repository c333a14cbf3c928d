/**
 * Enablement: the links that `systemctl enable` would make from a unit's [Install] section (systemd.unit(5)).
 */
import type { Problem } from "../errors.ts";
import type { LinkResource } from "../model/resource.ts";
import { templateOf } from "../unit-file/unit-name.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { effectiveValues, makeProblem } from "./unit-text.ts";

/** One link per unit that wants or requires ours. */
export function renderEnablement(
  service: string,
  rendered: Pick<RenderedUnit, "unit" | "install">,
  problems: Problem[],
): readonly LinkResource[] {
  const { unit, install } = rendered;
  if (unit === null) return [];
  return LINKS.flatMap(([directive, suffix]) => {
    const targets = new Set(effectiveValues(install, directive).flatMap((value) => value.split(/[ \t]+/)));
    return [...targets].flatMap((target) => {
      if (UNIT_NAME.test(target)) return [makeLink(service, unit, `${target}.${suffix}`)];
      const place = install.find((entry) => entry.name === directive && entry.value.includes(target))?.place;
      if (place !== undefined)
        problems.push(
          makeProblem(
            place,
            `${JSON.stringify(target)} in ${directive}= is not the name of a unit`,
            "e.g. multi-user.target",
          ),
        );
      return [];
    });
  });
}

const LINKS = [
  ["WantedBy", "wants"],
  ["RequiredBy", "requires"],
  ["UpheldBy", "upholds"],
] as const;
const UNIT_NAME =
  /^[A-Za-z0-9:_.@\\-]+\.(service|socket|target|timer|mount|path|slice|device|swap|automount)$/;

/** The link of an instance leads to its template. */
function makeLink(service: string, unit: string, directory: string): LinkResource {
  const path = `${UNIT_FOLDER}/${directory}/${unit}`;
  const target = `${UNIT_FOLDER}/${templateOf(unit)}`;
  return { kind: "link", id: `link:${path}`, service, role: "enablement", path, target };
}
