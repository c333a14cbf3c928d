/** The artifact's release directory and the `current` link beside it. */
import type { Problem } from "../errors.ts";
import type { ArtifactFile } from "../model/artifact.ts";
import type { LinkResource, ReleaseResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { saidVersion } from "./said-version.ts";
import { makeProblem } from "./unit-text.ts";

/** /opt/<service>/releases/<version>-<sha12> and the link to it; nothing without an artifact. */
export function renderRelease(
  service: Service,
  artifact: ArtifactFile | null,
  problems: Problem[],
): readonly (ReleaseResource | LinkResource)[] {
  const wanted = service.artifact;
  if (wanted === null) return [];
  const name = wanted.source.split("/").at(-1) ?? "";
  const refuse = (message: string, hint: string) =>
    void problems.push(makeProblem(wanted.place, message, hint));
  if (artifact === null)
    refuse(
      `The artifact ${wanted.source} is not there`,
      "Build or fetch it first; the path starts at the project folder.",
    );
  if (!isPlainName(name))
    refuse(
      `"${name}" cannot be the name of an artifact`,
      "Use letters, digits and . _ + - in its file's name.",
    );
  if (wanted.version !== null && !isPlainName(wanted.version)) {
    refuse(
      `"${wanted.version}" cannot be a version`,
      "It becomes the name of a directory: use letters, digits and . _ + ~ -",
    );
  }
  if (artifact === null) return [];
  const directory = [wanted.version, artifact.sha256.slice(0, 12)].filter((part) => part !== null).join("-");
  const form = wanted.form === "file" ? "file" : "tree";
  // An artifact may say more of itself, such as who signed it; what is not of the release must not get into
  // it.
  const { sha256, size, source } = artifact;
  return makeRelease(service, directory, { form, name, keep: wanted.keep, sha256, size, source });
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+~-]*$/.test(name);
}

function makeRelease(
  declared: Service,
  directory: string,
  rest: Pick<ReleaseResource, "form" | "name" | "keep" | "sha256" | "size" | "source">,
): readonly (ReleaseResource | LinkResource)[] {
  const { name: service } = declared;
  const says = saidVersion(declared);
  const asked = says === null ? {} : { says };
  const path = `/opt/${service}/releases/${directory}`;
  const link = `/opt/${service}/current`;
  return [
    { kind: "release", id: `release:${path}`, service, path, ...rest, ...asked },
    {
      kind: "link",
      id: `link:${link}`,
      service,
      role: "current",
      path: link,
      target: `releases/${directory}`,
    },
  ];
}
