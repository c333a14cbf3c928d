/** Makes file resources and fingerprints. */

import { createHash } from "node:crypto";
import type { FileRole } from "../model/file-role.ts";
import { plainMode } from "../model/mode.ts";
import type { FileResource } from "../model/resource.ts";

/** A root-owned 0644 file; `options` changes that. The id is file:PATH. */
export function makeFile(
  service: string,
  role: FileRole,
  path: string,
  content: string | Uint8Array,
  options: Partial<Pick<FileResource, "mode" | "owner" | "group" | "secret" | "shown" | "onChange">> = {},
): FileResource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const fixed = {
    kind: "file",
    id: `file:${path}`,
    service,
    role,
    path,
    content: bytes,
    sha256: hashSha256(bytes),
  } as const;
  return {
    ...fixed,
    mode: plainMode(options.mode ?? "644"),
    owner: "root",
    group: "root",
    secret: false,
    onChange: "none",
    ...withoutMode(options),
  };
}

/** sha256 as 64 hex digits. */
export function hashSha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * What an encrypted credential holds, as 64 hex digits; never the sha256 of the text itself, which a plain
 * file in its place would have. probe.sh and encrypt.sh say the same.
 */
export function hashHeld(content: Uint8Array): string {
  return createHash("sha256").update("encrypted credential\n").update(content).digest("hex");
}

/** One fingerprint for a set of named inputs, whatever their order: sha256 of their canonical JSON. */
export function digestInputs(inputs: { readonly [input: string]: string }): string {
  const sorted = Object.entries(inputs).sort(([left], [right]) => (left < right ? -1 : 1));
  return hashSha256(JSON.stringify(sorted));
}

function withoutMode<T extends { readonly mode?: string }>(options: T): Omit<T, "mode"> {
  const { mode: _mode, ...rest } = options;
  return rest;
}
