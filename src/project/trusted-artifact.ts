/** Artifacts that are fetched or signed: nothing else than what was declared is given on. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ConfigError } from "../core/errors.ts";
import type { Artifact, ArtifactSignature, SignatureProof } from "../core/model/artifact.ts";
import type { Place } from "../core/model/declared.ts";
import { refused, type SignatureVerdict } from "../core/signature/verdict.ts";
import { type Fetching, fetchArtifact, fetchSignature, keptSignature } from "./fetch-artifact.ts";
import { type FoundFile, readProjectFile } from "./read-file.ts";
import { openVerifier } from "./verifiers.ts";

/** A file as it was hashed, and what else its signature is looked for with. */
export type Signed = {
  readonly root: string;
  readonly file: { readonly path: string; readonly sha256: string };
  readonly use: Fetching;
};

/** The artifact from https, in the cache. Throws ConfigError: why it could not be fetched. */
export async function findFetched(artifact: Artifact, fetching: Fetching): Promise<FoundFile> {
  const { source, sha256, place } = artifact;
  const fetched = await fetchArtifact(source, sha256 ?? "", fetching);
  if (!fetched.ok)
    throw unfetched(place, `the artifact ${source} could not be fetched: ${fetched.reason}`, fetched.hint);
  return { ok: true, path: fetched.path, size: (await stat(fetched.path)).size };
}

/**
 * Checks the signature over the very bytes that have the file's sha256: it is computed again while the
 * verifier reads them, and the host compares what arrives with it. Throws ConfigError at the signature: no
 * file, another key, other bytes, an expired key, no tool.
 */
export async function checkSignature(
  artifact: Artifact,
  declared: ArtifactSignature,
  signed: Signed,
): Promise<SignatureProof> {
  const key =
    "keyFile" in declared ? await readKey(declared.keyFile, declared, signed.root) : new Uint8Array();
  const names =
    declared.file === null
      ? SUFFIXES[declared.kind].map((suffix) => artifact.source + suffix)
      : [declared.file];
  const kept = await findKept(names, signed);
  const early = kept === null ? null : await judge(declared, kept.bytes, key, signed);
  if (early?.ok === true) return early.proof;
  // One that was kept may be of another key than today's.
  const found = await findSignature(names, declared, signed);
  const verdict = await judge(declared, found.bytes, key, signed);
  if (verdict.ok) return verdict.proof;
  throw mistake(declared.place, `the signature ${found.name} ${verdict.reason}`, verdict.hint);
}

const MAX_BYTES = 1024 * 1024;
/** Where the tools that sign put the signature. */
const SUFFIXES: Readonly<Record<ArtifactSignature["kind"], readonly string[]>> = {
  minisign: [".minisig"],
  ssh: [".sig"],
  gpg: [".asc", ".sig"],
  cosign: [".sig", ".sigstore.json"],
};

type Found = { readonly name: string; readonly bytes: Uint8Array };

async function judge(
  declared: ArtifactSignature,
  signature: Uint8Array,
  key: Uint8Array,
  { file }: Signed,
): Promise<SignatureVerdict> {
  const verifier = await openVerifier({ declared, signature, key });
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file.path, { highWaterMark: MAX_BYTES })) {
    hash.update(chunk);
    await verifier.take(chunk);
  }
  const verdict = await verifier.verdict();
  return hash.digest("hex") === file.sha256
    ? verdict
    : refused("was not checked: the artifact changed while it was read", "Run this again.");
}

async function findKept(names: readonly string[], { file, use }: Signed): Promise<Found | null> {
  for (const name of names.filter(isUrl)) {
    const bytes = await keptSignature(name, file.sha256, use);
    if (bytes !== null) return { name, bytes };
  }
  return null;
}

/** The first that is there. */
async function findSignature(
  names: readonly string[],
  declared: ArtifactSignature,
  signed: Signed,
): Promise<Found> {
  for (const name of names) {
    const bytes = isUrl(name)
      ? await fetchOrNull(name, declared, signed)
      : await readOrNull(name, declared.place, signed.root);
    if (bytes !== null) return { name, bytes };
  }
  const hint =
    declared.file === null
      ? `Put it there, or name its place: signature: { ${declared.kind}: …, file: … }`
      : null;
  throw mistake(declared.place, `the signature is missing: ${names.join(", nor ")}`, hint);
}

async function fetchOrNull(
  url: string,
  { place }: ArtifactSignature,
  { file, use }: Signed,
): Promise<Uint8Array | null> {
  const fetched = await fetchSignature(url, file.sha256, use);
  if (fetched.ok) return fetched.bytes;
  if (fetched.status === 404 || fetched.status === 410) return null;
  throw unfetched(place, `the signature ${url} could not be fetched: ${fetched.reason}`, fetched.hint);
}

async function readOrNull(path: string, place: Place, root: string): Promise<Uint8Array | null> {
  const read = await readProjectFile(root, path, MAX_BYTES);
  if (read.ok) return read.bytes;
  if (read.missing) return null;
  throw mistake(place, `the signature ${read.reason}`, null);
}

async function readKey(path: string, { place, kind }: ArtifactSignature, root: string): Promise<Uint8Array> {
  const read = await readProjectFile(root, path, MAX_BYTES);
  if (read.ok) return read.bytes;
  throw mistake(
    place,
    `the ${kind} key ${read.reason}`,
    read.missing ? "Put the signer's public key there; the path starts at the project folder." : null,
  );
}

function isUrl(name: string): boolean {
  return name.startsWith("https:");
}

function unfetched(place: Place, message: string, hint: string | null): ConfigError {
  return new ConfigError([{ place, message, hint, excerpt: "", fault: "fetch" }]);
}

function mistake(place: Place, message: string, hint: string | null): ConfigError {
  return new ConfigError([{ place, message, hint, excerpt: "" }]);
}
