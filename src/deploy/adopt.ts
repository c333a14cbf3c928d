/** Asks a host for units and what is around them, or for one file; nothing is changed. */
import type { AdoptFacts } from "../core/adopt/host-facts.ts";
import type { Host } from "../core/model/declared.ts";
import { adoptQuestion } from "../host/adopt-answer.ts";
import { askHost } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** units: full names of service units. Throws ConnectError or HostError. */
export async function readUnits(
  host: Host,
  units: readonly string[],
  context: DeployContext,
): Promise<AdoptFacts> {
  return await askHost(host, adoptQuestion, { units, files: [] }, context);
}

/**
 * A file of at most 256 KiB; a text: why it cannot be read. path: one that refuseHostPath lets pass. Throws
 * ConnectError or HostError.
 */
export async function readHostFile(
  host: Host,
  path: string,
  context: DeployContext,
): Promise<Uint8Array | string> {
  const { files, unread } = await askHost(host, adoptQuestion, { units: [], files: [path] }, context);
  return files.get(path) ?? unread.get(path) ?? "the host reports nothing about it";
}
