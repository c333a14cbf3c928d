/** What the kernel reads while a file is in force, beside what it reads now. */
import { createHash } from "node:crypto";
import { fileRoles, type LiveValue, wordsOf } from "../model/file-role.ts";
import type { Observation, PathState } from "../model/observation.ts";
import type { FileResource } from "../model/resource.ts";
import { sanitizeLine } from "../sanitize.ts";

/** Mounts whose options decide whether the kernel's files can be written. */
export const KERNEL_MOUNTS: readonly string[] = ["/proc", "/proc/sys"];

/** What a file asks of the kernel; empty for most files. */
export function liveValues({ role, content }: Pick<FileResource, "role" | "content">): readonly LiveValue[] {
  return fileRoles[role].live?.(new TextDecoder().decode(content)) ?? [];
}

/** What the kernel reads there; null: nothing that can be read. */
export function foundValue({ path, value }: LiveValue, { paths }: Observation): string | null {
  const found = paths.get(path);
  if (found?.type !== "file") return null;
  return found.sha256 === liveDigest(value) ? value : readValue(found);
}

/** The sha256 of what the kernel prints for a value: it parts words by tabs (proc_dointvec). */
export function liveDigest(value: string): string {
  return createHash("sha256")
    .update(`${value.replaceAll(" ", "\t")}\n`)
    .digest("hex");
}

/** Name → what the kernel reads, of what can be read. */
export function foundValues(
  file: FileResource,
  observation: Observation,
): { readonly [name: string]: string } {
  return Object.fromEntries(
    liveValues(file).flatMap((each) => {
      const found = foundValue(each, observation);
      return found === null ? [] : [[each.name, found]];
    }),
  );
}

function readValue({ content }: PathState): string | null {
  if (content === null) return null;
  return sanitizeLine(wordsOf(new TextDecoder().decode(content))).slice(0, LONGEST);
}

/** Of a value; a host may say anything. */
const LONGEST = 1024;
