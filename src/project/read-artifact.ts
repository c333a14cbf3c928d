/** Streams an artifact from the controller's disk, so that its size never matters. */
import { createReadStream } from "node:fs";
import { UsageError } from "../core/errors.ts";

const CHUNK_BYTES = 1024 * 1024;

/** The file's bytes in pieces. Throws UsageError when it cannot be read (any more). */
export async function* readArtifact(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk;
  } catch (error) {
    throw new UsageError(`${path} could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
