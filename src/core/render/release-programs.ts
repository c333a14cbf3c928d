/** Whether the programs that a service's units start will be in its release. */
import { nearestName } from "../errors.ts";
import type { ArtifactFile } from "../model/artifact.ts";
import type { Directives, Service } from "../model/service.ts";
import { parseExecCommands } from "../unit-file/exec-command.ts";
import { baseName } from "../unit-file/path-name.ts";
import { type Mistakes, makeProblem } from "./unit-text.ts";

/** The folder of the release that runs. */
export function currentPath(service: string): string {
  return `/opt/${service}/current`;
}

/**
 * Absolute programs of Exec lines, with the service whose release they are in. Those with a specifier or a
 * variable in their path are left out, and those whose failure is ignored.
 */
export function releasePrograms(
  values: readonly string[],
): readonly { readonly service: string; readonly program: string; readonly inside: string }[] {
  return values
    .flatMap((value) => parseExecCommands(value).commands)
    .flatMap(({ prefixes, program }) => {
      const [, service, inside] = /^\/opt\/([^/%$]+)\/current\/([^%$]+)$/.exec(program) ?? [];
      if (service === undefined || inside === undefined || prefixes.includes("-")) return [];
      return [{ service, program, inside }];
    });
}

/**
 * Notes each program below /opt/SERVICE/current that the artifact does not have. artifact null: it was not
 * read, so that of a tree nothing is known.
 */
export function checkPrograms(service: Service, artifact: ArtifactFile | null, problems: Mistakes): void {
  const { artifact: declared } = service;
  if (declared === null) return;
  const names = declared.form === "file" ? [baseName(declared.source)] : (artifact?.files ?? null);
  if (names === null) return;
  const all: readonly Directives[] = [
    service.service,
    ...[...service.timers, ...service.paths].map((job) => job.service),
  ];
  for (const { name, value, place } of all.flat().filter(({ name }) => /^Exec[A-Z]/.test(name))) {
    const lost = releasePrograms([value]).find(
      (each) => each.service === service.name && !names.includes(each.inside),
    );
    if (lost === undefined) continue;
    const what = declared.form === "file" ? `is the one file ${names[0] ?? ""}` : "is a tree without it";
    const nearest =
      nearestName(lost.inside, names) ?? names.find((path) => baseName(path) === baseName(lost.inside));
    problems.push(
      makeProblem(
        place,
        `${name}= starts ${lost.program}, and the artifact ${declared.source} ${what}`,
        nearest === undefined
          ? "The release will have no such program."
          : `did you mean ${currentPath(service.name)}/${nearest}?`,
      ),
    );
  }
}
