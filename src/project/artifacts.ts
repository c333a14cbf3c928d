/** What an artifact is: found inside the project, hashed as a stream, compared with what the service declares. */
import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import type { Artifact, ArtifactSource } from "../core/model.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { type FoundFile, type FoundFolder, findFile, findFolder, streamFile } from "./read-file.ts";

/** An artifact as a release: its sha256 (of a tree the digest), the bytes of all its files, and what is sent of it. */
export type ArtifactFile = { readonly sha256: string; readonly size: number; readonly source: ArtifactSource };

/** Describes an artifact. Throws ConfigError at its place: missing, of another kind, empty, unfit, or not what sha256 declares. */
export async function describeArtifact(artifact: Artifact, root: string): Promise<ArtifactFile> {
  return compare(artifact, await readArtifactOnce(artifact, root));
}

/** describeArtifact that reads each artifact once, for one run over many hosts. */
export function makeArtifactReader(root: string): (artifact: Artifact) => Promise<ArtifactFile> {
  const known = new Map<string, Promise<Described>>();
  return async (artifact) => {
    const key = JSON.stringify([artifact.source, artifact.form, artifact.strip, artifact.sha256]);
    const reading = known.get(key) ?? readArtifactOnce(artifact, root);
    known.set(key, reading);
    return compare(artifact, await reading);
  };
}

/** declared: what the service's sha256 is compared with; null: not computed, because none is declared. */
type Described = ArtifactFile & { readonly declared: string | null };

async function readArtifactOnce(artifact: Artifact, root: string): Promise<Described> {
  const found = artifact.form === "directory" ? await findFolder(root, artifact.source) : await findFile(root, artifact.source);
  if (found.ok) return describeFound(artifact, found);
  const slash = found.folder === true ? `to deliver a folder as a tree, write ${artifact.source}/ with a slash at its end` : null;
  throw mistake(artifact, `the artifact ${found.reason}`, found.missing ? "build or fetch it first; the path starts at the project folder" : slash);
}

async function describeFound(artifact: Artifact, found: FoundFile | FoundFolder): Promise<Described> {
  if (artifact.form === "directory") return describeAsTree(artifact, found.path, null);
  const { sha256, size } = await hashFile(found.path);
  if (size === 0) throw mistake(artifact, `the artifact ${artifact.source} is empty`, null);
  if (artifact.form === "file") {
    return { sha256, size, declared: sha256, source: { form: "file", path: found.path, strip: 0, sha256, size } };
  }
  // An archive that is not the declared one is not looked into.
  if (artifact.sha256 !== null && artifact.sha256 !== sha256) throw wrongHash(artifact, sha256);
  return describeAsTree(artifact, found.path, sha256);
}

async function describeAsTree(artifact: Artifact, path: string, declared: string | null): Promise<Described> {
  const { describeTree } = await import("./pack-tree.ts");
  const { form, strip } = artifact;
  try {
    const { sha256, size, sent } = await describeTree({ form, path, strip });
    return { sha256, size, declared: declared ?? sha256, source: { form, path, strip, ...sent } };
  } catch (error) {
    const reason = sanitizeLine(error instanceof Error ? error.message : String(error));
    throw mistake(artifact, `the artifact ${artifact.source} cannot become a release: ${reason}`, "docs/artifacts.md says what a tree may hold");
  }
}

async function hashFile(path: string): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of streamFile(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest("hex"), size };
}

function compare(artifact: Artifact, { declared, ...file }: Described): ArtifactFile {
  if (artifact.sha256 === null || artifact.sha256 === declared) return file;
  throw wrongHash(artifact, declared ?? "");
}

function wrongHash(artifact: Artifact, found: string): ConfigError {
  return mistake(
    artifact,
    `the artifact ${artifact.source} has sha256 ${found}, not ${artifact.sha256}`,
    "fetch the right file, or declare the new sha256 with its version",
  );
}

function mistake(artifact: Artifact, message: string, hint: string | null): ConfigError {
  return new ConfigError([{ place: artifact.place, message, hint, excerpt: "" }]);
}
