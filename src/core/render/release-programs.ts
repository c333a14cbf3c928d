/** Whether the programs that a service's units start will be in its release. */
import { nearestName } from "../errors.ts";
import type { ArtifactFile } from "../model/artifact.ts";
import type { Directives, Service } from "../model/service.ts";
import { baseName } from "../unit-file/path-name.ts";
import { currentPath, releasePrograms } from "../unit-file/release-program.ts";
import { type Mistakes, makeProblem } from "./unit-text.ts";

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
