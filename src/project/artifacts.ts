/**
 * What an artifact is: found inside the project or fetched, hashed as a stream, compared with what the
 * service declares.
 */
import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import type { Artifact, ArtifactFile } from "../core/model/artifact.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import type { Fetching } from "./fetch-artifact.ts";
import {
  type FoundFile,
  type FoundFolder,
  findFile,
  findFolder,
  streamFile,
  type Unreadable,
} from "./read-file.ts";

/**
 * What artifacts are read for. send: they may go to hosts, so those from https are fetched and signatures are
 * checked. compare: hosts are held against them, and no signature is checked; the declared sha256 of a file
 * from https is enough for that, an archive's tree is known from the archive alone.
 */
export type ArtifactUse = { readonly for: "send" | "compare" } & Fetching;

/**
 * Describes artifacts, each once for one run over many hosts. Throws ConfigError at its place: missing, of
 * another kind, empty, unfit, not what sha256 declares, not to be fetched, not signed as declared.
 */
export function makeArtifactReader(
  root: string,
  use: ArtifactUse = SEND,
): (artifact: Artifact) => Promise<ArtifactFile> {
  const known = new Map<string, Promise<ArtifactFile>>();
  return async (artifact) => {
    const { source, form, strip, sha256, signature } = artifact;
    const key = JSON.stringify([
      source,
      form,
      strip,
      sha256,
      signature === null ? null : { ...signature, place: null },
    ]);
    const reading = known.get(key) ?? describe(artifact, root, use);
    known.set(key, reading);
    return await reading;
  };
}

const SEND: ArtifactUse = { for: "send", environment: process.env, tell: () => {} };

async function describe(artifact: Artifact, root: string, use: ArtifactUse): Promise<ArtifactFile> {
  const { form, source } = artifact;
  if (isFetched(artifact) && form === "file" && use.for === "compare") return asDeclared(artifact);
  const found = await find(artifact, root, use);
  if (!found.ok) throw notFound(artifact, found);
  if (form === "directory") return compare(artifact, await describeAsTree(artifact, found.path));
  const { sha256, size } = compare(artifact, await hashFile(found.path));
  if (size === 0) throw mistake(artifact, `the artifact ${source} is empty`, null);
  // What is not signed as declared is not looked into.
  const proof = await checked(artifact, { root, file: { path: found.path, sha256 }, use });
  // The signature was checked over these bytes, and the tree is made of no others.
  if (form === "archive") return { ...(await describeAsTree(artifact, found.path, sha256)), ...proof };
  return { sha256, size, source: { form, path: found.path, strip: 0, sha256, size }, ...proof };
}

/** Of a file from https all that counts is declared; its size is not needed to compare. */
function asDeclared({ sha256, source }: Artifact): ArtifactFile {
  const declared = sha256 ?? "";
  return {
    sha256: declared,
    size: 1,
    source: { form: "file", path: source, strip: 0, sha256: declared, size: 1 },
  };
}

async function find(
  artifact: Artifact,
  root: string,
  use: ArtifactUse,
): Promise<FoundFile | FoundFolder | Unreadable> {
  if (artifact.form === "directory") return findFolder(root, artifact.source);
  if (!isFetched(artifact)) return findFile(root, artifact.source);
  // Loaded for those who use it.
  const { findFetched } = await import("./trusted-artifact.ts");
  return findFetched(artifact, use);
}

function notFound(artifact: Artifact, { folder, missing, reason }: Unreadable): ConfigError {
  const slash =
    folder === true ? `to deliver a folder as a tree, end its path with a slash: ${artifact.source}/` : null;
  return mistake(
    artifact,
    `the artifact ${reason}`,
    missing ? "build or fetch it first; the path starts at the project folder" : slash,
  );
}

type Found = {
  readonly root: string;
  readonly file: { readonly path: string; readonly sha256: string };
  readonly use: ArtifactUse;
};

async function checked(artifact: Artifact, found: Found): Promise<Pick<ArtifactFile, "signature">> {
  if (artifact.signature === null || found.use.for === "compare") return {};
  const { checkSignature } = await import("./trusted-artifact.ts");
  return { signature: await checkSignature(artifact, artifact.signature, found) };
}

async function describeAsTree(
  artifact: Artifact,
  path: string,
  archiveSha256?: string,
): Promise<ArtifactFile> {
  const { describeTree } = await import("./pack-tree.ts");
  const { form, strip } = artifact;
  try {
    const { sha256, size, files, sent } = await describeTree({
      form,
      path,
      strip,
      ...(archiveSha256 === undefined ? {} : { archiveSha256 }),
    });
    return { sha256, size, files, source: { form, path, strip, ...sent } };
  } catch (error) {
    const reason = sanitizeLine(error instanceof Error ? error.message : String(error));
    throw mistake(
      artifact,
      `the artifact ${artifact.source} cannot become a release: ${reason}`,
      "docs/artifacts.md says what a tree may hold",
    );
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

function compare<Hashed extends { readonly sha256: string }>(artifact: Artifact, hashed: Hashed): Hashed {
  if (artifact.sha256 === null || artifact.sha256 === hashed.sha256) return hashed;
  throw mistake(
    artifact,
    `the artifact ${artifact.source} has sha256 ${hashed.sha256}, not ${artifact.sha256}`,
    "fetch the right file, or declare the new sha256 with its version",
  );
}

function isFetched({ source }: Artifact): boolean {
  return source.startsWith("https:");
}

function mistake(artifact: Artifact, message: string, hint: string | null): ConfigError {
  return new ConfigError([{ place: artifact.place, message, hint, excerpt: "" }]);
}
