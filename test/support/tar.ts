/** Archives written by hand, so that they may hold what no archiver would write. */
import { Buffer } from "node:buffer";

/**
 * One member. type: the header's type flag; size: what the header claims, else the content's length. Names
 * and targets: text, or bytes.
 */
export type Member = {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly mode?: number;
  readonly content?: string | Uint8Array;
  readonly target?: string | Uint8Array;
  readonly size?: number | "negative";
};

/** A tar of these members, with its end. */
export function makeTar(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBlocks), Buffer.alloc(1024)]);
}

/** A member that says something about the next one: pax records of these keys. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): Member {
  const content = Object.entries(records).map(([key, value]) => paxRecord(`${key}=${value}\n`));
  return { name: "PaxHeader", type, content: content.join("") };
}

/** GNU's way to give the next member a long name (type L) or target (type K). */
export function gnuLong(type: "L" | "K", text: string): Member {
  return { name: "././@LongLink", type, content: `${text}\0` };
}

function paxRecord(text: string): string {
  let length = Buffer.byteLength(text) + 2;
  while (String(length).length + 1 + Buffer.byteLength(text) !== length) length += 1;
  return `${length} ${text}`;
}

function memberBlocks({
  name,
  type = "0",
  mode = 0o644,
  content = "",
  target = "",
  size,
}: Member): readonly Buffer[] {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.set(Buffer.from(name).subarray(0, 100), 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  if (size === "negative") header.fill(0xff, 124, 136);
  else header.write(octal(size ?? bytes.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.set(Buffer.from(target).subarray(0, 100), 157);
  header.write("ustar\x0000", 257, "latin1");
  header.write(octal(1, 7), 329);
  header.write(octal(3, 7), 337);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
