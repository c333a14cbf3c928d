/** What an artifact's file is: found inside the project, hashed as a stream, compared with what the service declares. */
import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import type { Artifact } from "../core/model.ts";
import { findFile, streamFile } from "./read-file.ts";

/** An artifact's file: sha256 in 64 hex digits, size in bytes, absolute path. */
export type ArtifactFile = { readonly sha256: string; readonly size: number; readonly path: string };

/** Describes an artifact. Throws ConfigError at its place: missing, a directory, empty, or not what sha256 declares. */
export async function describeArtifact(artifact: Artifact, root: string): Promise<ArtifactFile> {
  return compare(artifact, await hashFile(artifact, root));
}

/** describeArtifact that hashes each file once, for one run over many hosts. */
export function makeArtifactReader(root: string): (artifact: Artifact) => Promise<ArtifactFile> {
  const hashed = new Map<string, Promise<ArtifactFile>>();
  return async (artifact) => {
    const known = hashed.get(artifact.source) ?? hashFile(artifact, root);
    hashed.set(artifact.source, known);
    return compare(artifact, await known);
  };
}

async function hashFile(artifact: Artifact, root: string): Promise<ArtifactFile> {
  const found = await findFile(root, artifact.source);
  if (!found.ok)
    throw mistake(artifact, `the artifact ${found.reason}`, found.missing ? "build or fetch it first; the path starts at the project folder" : null);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of streamFile(found)) {
    hash.update(chunk);
    size += chunk.length;
  }
  if (size === 0) throw mistake(artifact, `the artifact ${artifact.source} is empty`, null);
  return { sha256: hash.digest("hex"), size, path: found.path };
}

function compare(artifact: Artifact, file: ArtifactFile): ArtifactFile {
  if (artifact.sha256 === null || artifact.sha256 === file.sha256) return file;
  throw mistake(
    artifact,
    `the artifact ${artifact.source} has sha256 ${file.sha256}, not ${artifact.sha256}`,
    "fetch the right file, or declare the new sha256 with its version",
  );
}

function mistake(artifact: Artifact, message: string, hint: string | null): ConfigError {
  return new ConfigError([{ place: artifact.place, message, hint, excerpt: "" }]);
}
