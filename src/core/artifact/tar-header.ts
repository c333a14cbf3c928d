/**
 * The tar that carries a tree to a host: POSIX ustar, with a pax record where a name does not fit (pax(1)).
 * No owner, no time.
 */
import { Buffer } from "node:buffer";
import type { TreeEntry } from "./tree-entry.ts";

const BLOCK = 512;

/** What ends an archive: two empty blocks. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** The header of an entry, with what a long name takes before it. */
export function tarHeader(entry: TreeEntry): Uint8Array {
  const name = Buffer.from(entry.kind === "directory" ? `${entry.path}/` : entry.path);
  const target = Buffer.from(entry.kind === "link" ? entry.target : "");
  const records = [
    ...(name.length > 100 ? [paxRecord("path", name)] : []),
    ...(target.length > 100 ? [paxRecord("linkpath", target)] : []),
  ];
  const header = block({
    name,
    target,
    type: TYPES[entry.kind],
    mode: modeOf(entry),
    size: entry.kind === "file" ? entry.size : 0,
  });
  if (records.length === 0) return header;
  const pax = Buffer.concat(records);
  const before = block({
    name: Buffer.from("pax"),
    target: Buffer.alloc(0),
    type: "x",
    mode: 0o644,
    size: pax.length,
  });
  return Buffer.concat([before, pax, tarPadding(pax.length), header]);
}

/** What fills a content of so many bytes up to whole blocks. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

const TYPES: Readonly<Record<TreeEntry["kind"], string>> = { file: "0", link: "2", directory: "5" };

function modeOf(entry: TreeEntry): number {
  if (entry.kind === "link") return 0o777;
  return entry.kind === "directory" || entry.mode === "755" ? 0o755 : 0o644;
}

type Fields = {
  readonly name: Uint8Array;
  readonly target: Uint8Array;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
};

function block({ name, target, type, mode, size }: Fields): Uint8Array {
  const bytes = Buffer.alloc(BLOCK);
  bytes.set(name.subarray(0, 100), 0);
  bytes.write(octal(mode, 7), 100);
  bytes.write(octal(0, 7), 108);
  bytes.write(octal(0, 7), 116);
  // Eleven digits reach to 8 GiB, twice what a tree may have.
  bytes.write(octal(size, 11), 124);
  bytes.write(octal(0, 11), 136);
  bytes.write("        ", 148);
  bytes.write(type, 156);
  bytes.set(target.subarray(0, 100), 157);
  bytes.write("ustar\x0000", 257, "latin1");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return bytes;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** `LENGTH KEY=VALUE⏎`, LENGTH with its own digits. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
