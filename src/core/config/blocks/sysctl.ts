/** sysctl: kernel settings of a service, in /etc/sysctl.d (sysctl.d(5)). */
import { sysctlPath } from "../../model/file-role.ts";
import { bad, describe, good, type LeafResult, leaf, mapOf } from "../schema-parts.ts";
import { makeBlock } from "./block.ts";

/** The block. Its file's name sorts behind those with a number, so that at boot it has the last word. */
export const sysctl = makeBlock(
  mapOf(leaf(readValue, { type: ["string", "number"] })),
  {
    sysctl: {
      says: [
        "Kernel settings that the service needs, in /etc/sysctl.d/svcdeploy-SERVICE.conf: keys as",
        "sysctl.d(5) spells them, with dots, or with slashes where a part has a dot in it. They are in",
        "force before its units start, an undo writes the old values back, and drift compares the running",
        "ones.",
      ].join(" "),
      example: 'sysctl:\n  net.core.somaxconn: 4096\n  net.ipv4.tcp_rmem: "4096 131072 6291456"\n',
    },
  },
  (written, { service, placeOf, refuse }) => {
    const keys = new Map<string, string>();
    const lines = Object.entries(written).map(([key, value]) => {
      const path = sysctlPath(key);
      const other = keys.get(path);
      const reason = other === undefined ? whyNoKey(key) : `${other} is the same key`;
      if (reason !== null) refuse([key], `${JSON.stringify(key)}: ${reason}`);
      keys.set(path, key);
      return { text: `${key} = ${value}`, at: ["sysctl", key], place: placeOf([key]) };
    });
    return lines.length === 0
      ? []
      : [{ role: "sysctl", path: `/etc/sysctl.d/svcdeploy-${service}.conf`, lines }];
  },
);

function readValue(written: unknown): LeafResult<string> {
  if (typeof written === "boolean") return bad(`the kernel has numbers here: write ${written ? 1 : 0}`);
  if (typeof written === "number")
    return Number.isSafeInteger(written)
      ? good(String(written))
      : bad(`${written}: the kernel has whole numbers; write a large one in quotes`);
  if (typeof written !== "string")
    return bad(`a number or a text is expected here, this is ${describe(written)}`);
  const reason = whyNoText(written);
  return reason === null ? good(written.trim()) : bad(`${describe(written)}: ${reason}`);
}

const LONGEST = 1024;

function whyNoText(text: string): string | null {
  if (text.trim() === "") return "an empty value cannot be told from none";
  if (text.length > LONGEST) return `a value has at most ${LONGEST} characters`;
  if (/[^\P{Cc}\t]|[\u2028\u2029]/u.test(text) || !text.isWellFormed()) return "a value is text of one line";
  const words = text.trim().split(/[ \t]+/);
  // A pattern for core files, or the path of a program, may have any word in it.
  if (!words.every((word) => NUMBER.test(word))) return null;
  const odd = words.find((word) => word !== plainNumber(word));
  return odd === undefined ? null : `the kernel prints ${odd} as ${plainNumber(odd)}: write that`;
}

const NUMBER = /^[+-]?(?:0x[0-9a-f]+|\d+)$/i;

/** As the kernel reads it (a leading 0: octal, 0x: hexadecimal) and prints it again. */
function plainNumber(word: string): string {
  const digits = word.replace(/^[+-]/, "");
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits}` : digits;
  const number = BigInt(octal);
  return `${word.startsWith("-") && number !== 0n ? "-" : ""}${number}`;
}

/** Why a key is none that a plan could show; null: it is one. */
function whyNoKey(key: string): string | null {
  if (key.startsWith("-")) return "a leading - would hide that it cannot be set: leave it out";
  if (/[*?[\]]/.test(key)) return "a pattern sets keys that no plan shows: name each of them";
  if (!/^[A-Za-z0-9_.:@+/-]{1,200}$/.test(key))
    return "a key has letters, digits and _ - : @ + between . or /";
  const parts = sysctlPath(key).split("/").slice(3);
  if (parts.some((part) => part === "")) return "a part of it is empty";
  if (parts.some((part) => part === "." || part === "..")) return "it would leave /proc/sys";
  return parts.length < 2 ? "a key has two parts at least, e.g. net.core.somaxconn" : null;
}
