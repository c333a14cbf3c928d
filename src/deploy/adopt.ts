/**
 * Asks a host for units and what stands around them, or for one file: one connection, one round trip, nothing
 * is changed.
 */
import type { HostFacts } from "../core/adopt/host-facts.ts";
import type { Host } from "../core/model/declared.ts";
import { decodeAdopt, encodeAdopt } from "../host/adopt-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { DeployContext } from "./context.ts";

/** units: full names of service units. Throws ConnectError or HostError. */
export async function readUnits(
  host: Host,
  units: readonly string[],
  context: DeployContext,
): Promise<HostFacts> {
  return await ask(host, units, units, context);
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
  const { files, unread } = await ask(host, [path], [], context);
  return files.get(path) ?? unread.get(path) ?? "the host tells nothing of it";
}

async function ask(
  host: Host,
  words: readonly string[],
  units: readonly string[],
  context: DeployContext,
): Promise<HostFacts> {
  const remote = await context.connector.connect(host);
  try {
    const nonce = context.newId();
    const { stdout, stderr } = await remote.run(scripts.adopt, {
      input: encodeAdopt(words, nonce),
      timeoutMilliseconds: 60_000,
    });
    return decodeAdopt(host.name, units, nonce, stdout, stderr);
  } finally {
    remote.close();
  }
}
