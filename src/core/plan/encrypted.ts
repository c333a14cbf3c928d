/**
 * Credentials that the host encrypts. No two encryptions of one text are the same, so what stands there is compared by the hash of what it holds; all
 * else (manifest, journal, generations) goes by the bytes of the file.
 */
import type { FileResource, HostTarget, Observation, Resource } from "../model.ts";

/** A file whose declared content is encrypted by the host before it is written. */
export type EncryptedFile = FileResource & { readonly role: "encrypted-credential" };

/** Whether a resource is such a file. */
export function isEncrypted(resource: Resource): resource is EncryptedFile {
  return resource.kind === "file" && resource.role === "encrypted-credential";
}

/**
 * The target with the hashes of encrypted files instead of what they hold: of the file that is there where that holds what is declared, else of the one
 * that our last apply left if that did. Where neither does, or content is encrypted already (a rollback's), it stays as it is.
 */
export function asEncrypted(target: HostTarget, observation: Observation): HostTarget {
  if (!target.resources.some(isEncrypted)) return target;
  return { ...target, resources: target.resources.map((resource) => (isEncrypted(resource) ? known(resource, target, observation) : resource)) };
}

function known(file: EncryptedFile, { project }: HostTarget, { encrypted, paths, manifest }: Observation): EncryptedFile {
  const held = encrypted.get(file.path);
  const live = paths.get(file.path)?.sha256 ?? null;
  const applied = manifest.find((entry) => entry.project === project && entry.kind === "file" && entry.path === file.path)?.sha256 ?? null;
  if (live !== null && held?.live === file.sha256) return { ...file, sha256: live };
  // Of the same file the host says it once.
  const isAsApplied = applied !== null && applied !== live && held?.applied === file.sha256;
  return isAsApplied ? { ...file, sha256: applied } : file;
}
