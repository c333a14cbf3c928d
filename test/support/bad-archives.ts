/**
 * Archives that no release may be made of (SEC-10), each with what the refusal says. What would be written
 * outside is called svcevil.
 */
import { Buffer } from "node:buffer";
import { gnuLong, type Member, makeTar, pax } from "./tar.ts";

/** A bad archive, as an uncompressed tar. */
export type BadArchive = { readonly what: string; readonly tar: Uint8Array; readonly says: RegExp };

/** A folder that every user may write, where the archives try to leave something. */
export const CANARY = "/var/tmp/canary";

const file = (name: string | Uint8Array, more: Partial<Member> = {}): Member => ({
  name,
  content: "x\n",
  ...more,
});
const folder = (name: string, more: Partial<Member> = {}): Member => ({
  name,
  type: "5",
  mode: 0o755,
  ...more,
});
const link = (name: string, target: string | Uint8Array, more: Partial<Member> = {}): Member => ({
  name,
  type: "2",
  target,
  ...more,
});
const hard = (name: string, target: string): Member => ({ name, type: "1", target });
const good = file("good");

const MEMBERS: readonly (readonly [what: string, says: RegExp, ...members: readonly Member[]])[] = [
  ["an absolute name", /absolute/, file(`${CANARY}/svcevil`)],
  ["an absolute name with two slashes", /absolute/, file(`/${CANARY}/svcevil`)],
  ["an absolute folder", /absolute/, folder(`${CANARY}/svcevil`)],
  ["an absolute name by pax", /absolute/, pax({ path: `${CANARY}/svcevil` }), file("a")],
  ["an absolute name by GNU's long name", /absolute/, gnuLong("L", `${CANARY}/svcevil`), file("a")],
  ["..", /by \.\./, folder("..")],
  ["a file called ..", /by \.\./, file("..")],
  ["a file beside the tree", /by \.\./, file("../svcevil")],
  ["a file beside the tree, after ./", /by \.\./, file("./../svcevil")],
  ["a file beside the tree, through a folder", /by \.\./, file("a/../../svcevil")],
  ["a file far above", /by \.\./, file(`${"../".repeat(20)}${CANARY.slice(1)}/svcevil`)],
  [".. that stays inside", /by \.\./, file("a/../b")],
  [".. at the end", /by \.\./, folder("a/..")],
  [".. by pax", /by \.\./, pax({ path: "../svcevil" }), file("a")],
  [".. by GNU's long name", /by \.\./, gnuLong("L", "../svcevil"), file("a")],
  ["no name", /no name/, file("")],
  ["a file called .", /no name/, file("./.")],
  ["an empty part", /empty part/, file("a//b")],
  ["a dot as part", /empty part/, file("a/./b")],
  ["a line end in a name", /control character/, file("a\nb")],
  ["a tab in a name", /control character/, file("a\tb")],
  ["an escape sequence in a name", /control character/, file("a\u001b[2Jb")],
  ["DEL in a name", /control character/, file("a\u007fb")],
  ["a C1 control in a name", /control character/, file("a\u0085b")],
  ["a NUL in a name", /control character/, pax({ path: "a\0b" }), file("a")],
  ["a change of direction in a name", /control character/, file("a\u202egpj.exe")],
  ["a blank without width in a name", /control character/, file("a\u200bb")],
  ["a line separator in a name", /control character/, file("a\u2028b")],
  ["a backslash in a name", /backslash/, file("a\\..\\b")],
  ["a name that is not UTF-8", /UTF-8/, file(Buffer.from([0x61, 0xff, 0x62]))],
  ["a link to an absolute path", /absolute path/, good, link("a", "/etc")],
  ["a link out", /out of the tree/, good, link("a", "..")],
  ["a link out, and back in", /out of the tree/, good, link("a", "../x/good")],
  ["a link far out", /out of the tree/, good, link("a/b/c", "../../../..")],
  [
    "a link out through a folder that is a link",
    /out of the tree/,
    good,
    folder("d/e"),
    link("l", "d/e"),
    link("m", "l/../../.."),
  ],
  ["a chain of links out", /out of the tree/, good, link("a", "b"), link("b", "c"), link("c", "../x")],
  ["a link out by a part that is not there", /out of the tree/, good, link("a", "none/../../x")],
  ["a link to itself", /circle/, good, link("a", "a")],
  ["two links in a circle", /circle/, good, link("a", "b"), link("b", "a")],
  ["a link to nothing", /to nothing/, good, link("a", "")],
  ["a link with a line end", /control character/, good, link("a", "b\nc")],
  ["a link that is not UTF-8", /UTF-8/, good, link("a", Buffer.from([0xff]))],
  ["a link with content", /has content/, good, { ...link("a", "good"), content: "x" }],
  [
    "a link out by GNU's long target",
    /out of the tree/,
    good,
    gnuLong("K", `${"../".repeat(9)}${CANARY.slice(1)}`),
    link("a", "b"),
  ],
  ["a link out by pax", /absolute path/, good, pax({ linkpath: CANARY }), link("a", "b")],
  ["a file through a link to the outside", /absolute path/, link("a", CANARY), file("a/svcevil")],
  ["a file through a link to a folder inside", /lies below l/, folder("d"), link("l", "d"), file("l/x")],
  [
    "a link in the place of a folder",
    /a link, and other entries lie below it|is in it twice/,
    file("d/x"),
    link("d", CANARY.slice(1)),
    file("d/svcevil"),
  ],
  ["a link in the place of a file", /is in it twice/, file("a"), link("a", "b")],
  ["a file in the place of a link", /is in it twice/, link("a", "b"), file("a")],
  ["a hard link to a file of the host", /hard link/, hard("a", "/etc/passwd")],
  ["a hard link out", /hard link/, hard("a", "../../../etc/shadow")],
  ["a hard link inside", /hard link/, good, hard("a", "good")],
  [
    "a hard link to the outside, and a file over it",
    /hard link/,
    hard("a", `${CANARY}/there`),
    file("a", { content: "svcevil" }),
  ],
  ["a hard link to a link", /absolute path|hard link/, link("l", "/etc/passwd"), hard("a", "l")],
  ["a character device", /device/, good, { name: "a", type: "3", mode: 0o666 }],
  ["a block device", /device/, good, { name: "a", type: "4", mode: 0o666 }],
  ["a named pipe", /pipe/, good, { name: "a", type: "6" }],
  ["a contiguous file", /neither/, { name: "a", type: "7", content: "x" }],
  ["GNU's old sparse file", /neither/, good, { name: "a", type: "S" }],
  ["a dump's folder", /neither/, good, { name: "a", type: "D" }],
  ["another volume's file", /neither/, good, { name: "a", type: "M" }],
  ["a volume's label", /neither/, good, { name: "a", type: "V" }],
  ["a type that nobody knows", /neither/, good, { name: "a", type: "Z" }],
  [
    "a sparse file by pax",
    /sparse/,
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "1099511627776" }),
    file("a"),
  ],
  ["setuid", /setuid/, file("a", { mode: 0o4755 })],
  ["setgid", /setuid/, file("a", { mode: 0o2755 })],
  ["a sticky file", /setuid/, file("a", { mode: 0o1755 })],
  ["a sticky folder", /setuid/, good, folder("a", { mode: 0o1777 })],
  ["the same file twice", /is in it twice/, file("a"), file("a")],
  ["the same file twice, once with ./", /is in it twice/, file("a"), file("./a")],
  ["the same folder twice", /is in it twice/, good, folder("a"), folder("a/")],
  ["a file and a folder of one name", /other entries|is in it twice/, folder("a"), file("a/b"), file("a")],
  ["a file that is a folder to another", /lies below a/, file("a"), file("a/b")],
  ["names that differ by case", /upper and lower case/, file("readme"), file("README")],
  ["folders that differ by case", /upper and lower case/, file("bin/a"), file("Bin/b")],
  ["names that differ by how an accent is written", /NFC and NFD/, file("\u00e9"), file("e\u0301")],
  ["a part that no file system takes", /longer than 255/, gnuLong("L", "a".repeat(256)), file("a")],
  ["a path that is too long", /longer than 1024/, gnuLong("L", "abcdefghi/".repeat(103)), file("a")],
  ["a path that is too deep", /64 folders deep/, gnuLong("L", `${"a/".repeat(65)}b`), file("a")],
  ["more bytes than a release may have", /more than 4294967296 bytes/, file("a", { size: 5 * 1024 ** 3 })],
  ["a size below nothing", /./, file("a", { size: "negative" })],
  ["a folder with content", /./, good, folder("a", { content: "svcevil" })],
  ["folders alone", /no file/, folder("a"), folder("a/b")],
  ["nothing", /no file/],
];

/** All of them; thousands of entries and those that are cut off or altered at the end. */
export function badArchives(): readonly BadArchive[] {
  const written = MEMBERS.map(
    ([what, says, ...members]): BadArchive => ({ what, says, tar: makeTar(members) }),
  );
  const whole = makeTar([file("a", { content: "a".repeat(3000) })]);
  const altered = Buffer.from(whole);
  altered[3] = 1;
  return [
    ...written,
    {
      what: "more entries than a release may have",
      says: /more than 20000 entries/,
      tar: makeTar(Array.from({ length: 20_001 }, (_, index) => ({ name: `f${index}` }))),
    },
    { what: "an archive that is cut off", says: /./, tar: whole.subarray(0, 2000) },
    { what: "an archive whose header was altered", says: /./, tar: altered },
    { what: "no archive at all", says: /./, tar: Buffer.from("#!/bin/sh\n".repeat(200)) },
  ];
}
