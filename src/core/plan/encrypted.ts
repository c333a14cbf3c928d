/**
 * Credentials that the host encrypts. No two encryptions of one text are the same, so what is there is
 * compared by the hash of what it holds; all else (manifest, journal, records, generations) uses the bytes
 * of the file, and keeps no hash of the text.
 */

import type { Observation } from "../model/observation.ts";
import type { Change, Notice } from "../model/plan.ts";
import type { FileResource, HostTarget, Resource, UnitResource } from "../model/resource.ts";
import { digestInputs, hashHeld, hashSha256 } from "../render/make-file.ts";
import { baseName } from "../unit-file/path-name.ts";

/** A file whose declared content is encrypted by the host before it is written. */
export type EncryptedFile = FileResource & { readonly role: "encrypted-credential" };

/** Whether a resource is such a file. */
export function isEncrypted(resource: Resource): resource is EncryptedFile {
  return resource.kind === "file" && resource.role === "encrypted-credential";
}

/**
 * The target with the hashes of encrypted files instead of what they hold, in the digests of units as well:
 * of the one that our last apply left where that holds what is declared, else of the one that is there. Where
 * neither does, or content is encrypted already (a rollback's), it stays as it is.
 */
export function asEncrypted(target: HostTarget, observation: Observation): HostTarget {
  const files = target.resources.filter(isEncrypted).map((file) => known(file, target, observation));
  if (files.length === 0) return target;
  const byId = new Map(files.map((file) => [file.id, file]));
  const resources = target.resources.map((resource) =>
    resource.kind === "unit"
      ? withInputs(resource, files)
      : isEncrypted(resource)
        ? (byId.get(resource.id) ?? resource)
        : resource,
  );
  return { ...target, resources };
}

/**
 * True where the file is there and the host cannot decrypt it: it was edited, or the key was changed or lost.
 * One in plain is another thing.
 */
export function isUndecryptable(
  resource: Resource,
  { encrypted, paths }: Observation,
): resource is EncryptedFile {
  if (!isEncrypted(resource) || encrypted.get(resource.path)?.live != null) return false;
  const found = paths.get(resource.path);
  return found?.type === "file" && found.sha256 !== hashSha256(resource.content);
}

/** Whether the file that our last apply left can still be decrypted. */
export function canBePutBack(path: string, { encrypted }: Observation): boolean {
  return (encrypted.get(path)?.applied ?? null) !== null;
}

/** A plan encrypts again what the host cannot decrypt, and says so. */
export function encryptedNotices(changes: readonly Change[], observation: Observation): readonly Notice[] {
  return changes.flatMap(({ resource, after }) =>
    after !== null && isUndecryptable(resource, observation) && !canBePutBack(resource.path, observation)
      ? [
          {
            severity: "info" as const,
            code: "encrypted-anew",
            text: `this host cannot decrypt ${resource.path}: it is encrypted again`,
          },
        ]
      : [],
  );
}

/** What is wrong with the content of such a file, for humans. */
export function sayEncrypted(file: EncryptedFile, observation: Observation): string {
  if (isUndecryptable(file, observation)) return "this host cannot decrypt it";
  const { path, content } = file;
  const live = observation.encrypted.get(path)?.live ?? null;
  if (live === null) return "not encrypted yet";
  return live === hashHeld(content)
    ? "encrypted again, not by svcdeploy; it holds what is declared"
    : "other content than declared";
}

function known(
  file: EncryptedFile,
  { project }: HostTarget,
  { encrypted, paths, manifest }: Observation,
): EncryptedFile {
  const held = encrypted.get(file.path);
  const live = paths.get(file.path)?.sha256 ?? null;
  const applied =
    manifest.find((entry) => entry.project === project && entry.kind === "file" && entry.path === file.path)
      ?.sha256 ?? null;
  // Of the same file the host says it once.
  const heldByApplied = applied === live ? held?.live : held?.applied;
  if (applied !== null && heldByApplied === file.sha256) return { ...file, sha256: applied };
  return live !== null && held?.live === file.sha256 ? { ...file, sha256: live } : file;
}

function withInputs(unit: UnitResource, files: readonly EncryptedFile[]): UnitResource {
  const own = files
    .filter(({ service }) => service === unit.service)
    .map(({ path, sha256 }) => [`credential ${baseName(path)}`, sha256] as const);
  const changed = own.filter(
    ([input, sha256]) => Object.hasOwn(unit.restartInputs, input) && unit.restartInputs[input] !== sha256,
  );
  if (changed.length === 0) return unit;
  const restartInputs = { ...unit.restartInputs, ...Object.fromEntries(changed) };
  return { ...unit, restartInputs, restartDigest: digestInputs(restartInputs) };
}
