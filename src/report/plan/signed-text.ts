/** Whose signatures were checked for a plan: once per artifact, whatever the number of hosts. */
import type { SignedArtifact } from "../../core/model/artifact.ts";
import type { PlanView } from "../../core/plan/planned.ts";
import { hang, type Line, line, styled } from "../lines/text.ts";

/** The signed artifacts of all hosts, each once, in the order of the plays. */
export function signedArtifacts(view: PlanView): readonly SignedArtifact[] {
  const signed = view.plays.flatMap(({ hosts }) => hosts).flatMap(({ target }) => target.signed ?? []);
  return [...new Map(signed.map((artifact) => [JSON.stringify(artifact), artifact])).values()];
}

/** Those that some host would get: what is there already was reviewed when it came. */
export function signedLines(view: PlanView, columns: number): readonly Line[] {
  const changes = view.plays.flatMap(({ hosts }) => hosts).flatMap(({ plan }) => plan?.changes ?? []);
  const sent = new Set(
    changes.flatMap(({ resource }) =>
      resource.kind === "release" ? [`${resource.service} ${resource.sha256}`] : [],
    ),
  );
  const lines = signedArtifacts(view)
    .filter(({ service, sha256 }) => sent.has(`${service} ${sha256}`))
    .flatMap((artifact) =>
      hang(line(styled("strong", `artifact of ${artifact.service}`)), textOf(artifact), columns, 4),
    );
  return lines.length === 0 ? [] : [...lines, []];
}

function textOf({ source, sha256, signature }: SignedArtifact): string {
  const says = signature.says === "" ? "" : ` ("${signature.says.replaceAll(/\s+/g, " ")}")`;
  const { kind, key } = signature;
  return `: ${source}, sha256 ${sha256.slice(0, 12)}, signed with the ${kind} key ${key}${says}`;
}
