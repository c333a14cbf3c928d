/** Programs in releases that will not be there when the units start. */
import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { FileResource, HostTarget } from "../../model/resource.ts";
import { parseUnitFile } from "../../unit-file/parse.ts";
import { baseName } from "../../unit-file/path-name.ts";
import { currentPath, releasePrograms } from "../../unit-file/release-program.ts";
import { refusal } from "./host-notices.ts";

/** An error for each program below /opt/SERVICE/current that no one brings, or that this plan removes. */
export function programNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  const units = target.resources.filter(
    (one): one is FileResource => one.kind === "file" && one.role === "unit",
  );
  return units.flatMap((file) =>
    releasePrograms(execValues(file.content)).flatMap(({ service, program, inside }) => {
      const why = whyMissing({ service, inside }, target, observation, changes);
      const text = `${baseName(file.path)} starts ${program}, and ${why}: name the release that has it`;
      return why === null ? [] : [refusal("missing-program", text)];
    }),
  );
}

function whyMissing(
  { service, inside }: { readonly service: string; readonly inside: string },
  target: HostTarget,
  { paths }: Observation,
  changes: readonly Change[],
): string | null {
  const link = currentPath(service);
  const release = target.resources.find((one) => one.kind === "release" && one.service === service);
  if (release?.kind === "release")
    return release.form === "file" && release.name !== inside
      ? `the release of ${service} is the one file ${release.name}`
      : null;
  if (changes.some(({ resource, after }) => after === null && "path" in resource && resource.path === link))
    return `this plan removes ${link}`;
  // Another play may bring it. Only what has an order for removals knows all plays of the host.
  if (paths.has(link) || target.removal === undefined || target.removal.declared.has(`link ${link}`))
    return null;
  return `there is no ${link} on the host`;
}

function execValues(content: Uint8Array): readonly string[] {
  return parseUnitFile(content).sections.flatMap(({ name, items }) =>
    name !== "Service"
      ? []
      : items.flatMap((item) => (item.kind === "entry" && /^Exec[A-Z]/.test(item.name) ? [item.value] : [])),
  );
}
