/** What an artifact's file is: found inside the project or fetched, hashed as a stream, compared with what the service declares. */
import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import type { Artifact, SignatureProof } from "../core/model.ts";
import type { Fetching } from "./fetch-artifact.ts";
import { type FoundFile, findFile, streamFile, type Unreadable } from "./read-file.ts";

/** An artifact's file: sha256 in 64 hex digits, size in bytes, absolute path. signature: its proof, where one is declared and was checked. */
export type ArtifactFile = { readonly sha256: string; readonly size: number; readonly path: string; readonly signature?: SignatureProof };

/**
 * What artifacts are read for. send: they may go to hosts, so those from https are fetched and signatures are checked. compare: hosts are held against
 * them; the declared sha256 of one from https is enough for that, nothing is fetched and no signature is checked.
 */
export type ArtifactUse = ({ readonly for: "send" } & Fetching) | { readonly for: "compare" };

/**
 * Describes artifacts, each file once for one run over many hosts. Throws ConfigError at its place: missing, a directory, empty, not what sha256
 * declares, not to be fetched, not signed as declared.
 */
export function makeArtifactReader(root: string, use: ArtifactUse = SEND): (artifact: Artifact) => Promise<ArtifactFile> {
  const hashed = new Map<string, Promise<ArtifactFile>>();
  return async (artifact) => {
    const { source, sha256, signature } = artifact;
    const key = JSON.stringify([source, sha256, signature === null ? null : { ...signature, place: null }]);
    const known = hashed.get(key) ?? describe(artifact, root, use);
    hashed.set(key, known);
    return await known;
  };
}

const SEND: ArtifactUse = { for: "send", environment: process.env, tell: () => {} };

async function describe(artifact: Artifact, root: string, use: ArtifactUse): Promise<ArtifactFile> {
  const isFetched = artifact.source.startsWith("https:");
  if (isFetched && use.for === "compare") return { sha256: artifact.sha256 ?? "", size: 1, path: artifact.source };
  const isTrusted = use.for === "send" && (isFetched || artifact.signature !== null);
  if (!isTrusted) return compare(artifact, await hashFile(artifact, await findFile(root, artifact.source)));
  // Loaded for those who use it.
  const { checkSignature, findFetched } = await import("./trusted-artifact.ts");
  const found = isFetched ? await findFetched(artifact, use) : await findFile(root, artifact.source);
  const file = compare(artifact, await hashFile(artifact, found));
  return artifact.signature === null ? file : { ...file, signature: await checkSignature(artifact, artifact.signature, { root, file, use }) };
}

async function hashFile(artifact: Artifact, found: FoundFile | Unreadable): Promise<ArtifactFile> {
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
