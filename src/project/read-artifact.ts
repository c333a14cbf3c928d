/** Streams an artifact from the controller's disk, so that its size never matters. */
import { createReadStream } from "node:fs";
import { UsageError } from "../core/errors.ts";
import type { ArtifactSource } from "../core/model/artifact.ts";

const CHUNK_BYTES = 1024 * 1024;

/** What is sent of an artifact, in pieces. Throws UsageError when it cannot be read. */
export async function* readArtifact(source: ArtifactSource): AsyncGenerator<Uint8Array> {
  try {
    if (source.form === "file") {
      for await (const chunk of createReadStream(source.path, { highWaterMark: CHUNK_BYTES })) yield chunk;
      return;
    }
    const { packTree } = await import("./pack-tree.ts");
    for await (const chunk of packTree(source)) yield chunk;
  } catch (error) {
    throw new UsageError(
      `${source.path} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
