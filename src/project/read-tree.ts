/**
 * What lies in an archive or a folder, entry by entry, as a stream: nothing is extracted, and no link is
 * followed.
 */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { lstat, open, readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { extract, type Header } from "tar-stream";
import type { RawEntry } from "../core/artifact/tree-entry.ts";

/** An entry and, of a file, its bytes; they must be read before the next entry is asked for. */
export type TreeItem = { readonly raw: RawEntry; readonly content: () => AsyncIterable<Uint8Array> };

/** Why something is no release, in words for a message. */
export class UnfitTree extends Error {}

/** Everything in a folder, sorted; links as links. */
export async function* readFolder(root: string, below = ""): AsyncGenerator<TreeItem> {
  const names = await readdir(join(root, below), { encoding: "buffer" });
  for (const bytes of names.sort(Buffer.compare)) {
    const name = below === "" ? bytes.toString() : `${below}/${bytes.toString()}`;
    // A name that is not UTF-8 cannot be looked up by a text; it will be refused by its name.
    const item = name.includes("\u{fffd}") ? bareItem(name) : await folderItem(root, name);
    yield item;
    if (item.raw.type === "directory") yield* readFolder(root, name);
  }
}

/**
 * Everything in a tar, plain or compressed by gzip or zstd, in its order. sha256: what the archive's bytes
 * must have turned out to have after the last entry. Throws UnfitTree for other bytes and for a bomb, and
 * what the formats' readers throw.
 */
export async function* readArchive(path: string, sha256?: string): AsyncGenerator<TreeItem> {
  const tar = extract();
  const decompress = await decompressor(path);
  const hash = createHash("sha256");
  const source = hashed(path, hash);
  const cap = (bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => refuseBomb(bytes, path);
  const fed = decompress === null ? pipeline(source, tar) : pipeline(source, decompress, cap, tar);
  // What fails there reaches the reader of the entries.
  fed.catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  for await (const entry of tar) yield { raw: rawOf(entry.header), content: () => bytesOf(entry) };
  await fed;
  if (sha256 !== undefined && hash.digest("hex") !== sha256)
    throw new UnfitTree("it changed while it was read");
}

async function* hashed(path: string, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    yield chunk;
  }
}

const RATIO = 200;
const UNSUSPICIOUS_BYTES = 64 * 1024 * 1024;

async function* refuseBomb(bytes: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const most = Math.max(UNSUSPICIOUS_BYTES, RATIO * (await stat(path)).size);
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.length;
    if (seen > most) throw new UnfitTree(`it grows to more than ${RATIO} times its size`);
    yield chunk;
  }
}

/** By the first bytes, because a file may have been decompressed on its way here. */
async function decompressor(path: string): Promise<Transform | null> {
  const file = await open(path);
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(4), length: 4, position: 0 });
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return createGunzip();
    return buffer.readUInt32LE(0) === ZSTD_MAGIC ? createZstdDecompress() : null;
  } finally {
    await file.close();
  }
}

/** RFC 8878. */
const ZSTD_MAGIC = 0xfd2fb528;

/**
 * What is null for the library although its types say otherwise: a type that it does not know, the target of
 * what is no link.
 */
type Given = Omit<Header, "type" | "linkname"> & {
  readonly type: string | null;
  readonly linkname: string | null;
};

function rawOf({ name, type, mode, size, linkname, pax }: Given): RawEntry {
  return { name, type, mode, size, target: linkname ?? "", extensions: Object.keys(pax ?? {}) };
}

async function* bytesOf(content: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) if (chunk instanceof Uint8Array) yield chunk;
}

async function folderItem(root: string, name: string): Promise<TreeItem> {
  const path = join(root, name);
  const stats = await lstat(path);
  const type = typeOf(stats);
  const target = type === "symlink" ? (await readlink(path, { encoding: "buffer" })).toString() : "";
  const raw = {
    name,
    type,
    mode: stats.mode & 0o7777,
    size: type === "file" ? stats.size : 0,
    target,
    extensions: [],
  };
  return { raw, content: () => readContent(path) };
}

function typeOf(stats: Stats): string | null {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "character-device";
}

function bareItem(name: string): TreeItem {
  return {
    raw: { name, type: "file", mode: 0, size: 0, target: "", extensions: [] },
    content: () => readContent(name),
  };
}

// Neither a link nor a pipe that was put in its place meanwhile.
async function* readContent(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) throw new UnfitTree(`${path} changed while it was read`);
  yield* file.createReadStream({ highWaterMark: 1024 * 1024 });
}
