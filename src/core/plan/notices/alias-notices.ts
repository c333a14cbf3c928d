/** Other names of our units (Alias=) that a foreign unit has already. */

import type { Observation } from "../../model/observation.ts";
import type { Notice } from "../../model/plan.ts";
import type { HostTarget, LinkResource } from "../../model/resource.ts";
import { VENDOR_UNITS } from "../../unit-file/unit-search.ts";
import { UNKNOWN_UNIT } from "../unit-state.ts";
import { refusal } from "./host-notices.ts";

/** The links of a target that give a unit another name; name: that name. */
export function aliases({
  resources,
}: Pick<HostTarget, "resources">): readonly { readonly link: LinkResource; readonly name: string }[] {
  return resources.flatMap((resource) => {
    const name =
      resource.kind === "link" && resource.role === "enablement" ? ALIAS.exec(resource.path)?.[1] : undefined;
    return resource.kind === "link" && name !== undefined ? [{ link: resource, name }] : [];
  });
}

const ALIAS = /^\/etc\/systemd\/system\/([^/]+)$/;

/**
 * A refusal for each name that a unit of the distribution has, or that a foreign link gives to
 * another unit.
 */
export function aliasNotices(target: HostTarget, observation: Observation): readonly Notice[] {
  return aliases(target).flatMap(({ link, name }) => {
    const { FragmentPath: fragment = "" } = observation.units.get(name) ?? UNKNOWN_UNIT;
    if (VENDOR_UNITS.test(fragment))
      return [
        refusal(
          "vendor-unit",
          `Alias=${name} is the name of the distribution's unit ${fragment}: choose another`,
        ),
      ];
    const found = observation.paths.get(link.path);
    const isOurs = observation.manifest.some(({ kind, path }) => kind === "link" && path === link.path);
    if (found?.type !== "link" || found.target === link.target || isOurs) return [];
    return [
      refusal(
        "alias-taken",
        `Alias=${name} is taken: ${link.path} is a link to ${found.target ?? "somewhere"}, which ` +
          "svcdeploy did not make",
      ),
    ];
  });
}
