/** known_hosts lines and what they say of a host's key. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
} from "../../src/remote/known-hosts.ts";

const key = (type: string, seed: string): Buffer => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from(`...${seed}`)]);
};
const A = key("ssh-ed25519", "A");
const B = key("ssh-ed25519", "B");
const RSA = key("ssh-rsa", "R");
const line = (names: string, bytes: Buffer, marker = ""): string =>
  `${marker}${names} ${keyTypeOf(bytes)} ${bytes.toString("base64")} comment\n`;
const hashed = (name: string, salt = "0123456789abcdefghij"): string =>
  `|1|${Buffer.from(salt).toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
const judge = (text: string, address: string, port: number, sent: Buffer): string =>
  judgeHostKey(parseKnownHosts(text, "kh"), knownHostsName(address, port), sent).kind;

describe("matching", () => {
  test.each([
    ["plain", line("web1", A), "web1", 22, A, "trusted"],
    ["case does not matter", line("Web1", A), "WEB1", 22, A, "trusted"],
    ["another name", line("web1", A), "web2", 22, A, "unknown"],
    ["a name within a name", line("web1", A), "web11", 22, A, "unknown"],
    ["comma list", line("web1,10.0.0.1", A), "10.0.0.1", 22, A, "trusted"],
    ["port", line("[web1]:2222", A), "web1", 2222, A, "trusted"],
    ["the plain entry does not count on another port", line("web1", A), "web1", 2222, A, "unknown"],
    ["the port's entry does not count on 22", line("[web1]:2222", A), "web1", 22, A, "unknown"],
    ["IPv6", line("fe80::1", A), "fe80::1", 22, A, "trusted"],
    ["IPv6 in brackets", line("[fe80::1]:2222", A), "[fe80::1]", 2222, A, "trusted"],
    ["star", line("*.example.com", A), "a.b.example.com", 22, A, "trusted"],
    ["star on a port", line("[*.example.com]:2222", A), "a.example.com", 2222, A, "trusted"],
    ["question mark", line("web?", A), "web1", 22, A, "trusted"],
    ["question mark is one character", line("web?", A), "web", 22, A, "unknown"],
    ["a dot is no wildcard", line("a.b", A), "axb", 22, A, "unknown"],
    ["negated", line("*.example.com,!db.example.com", A), "db.example.com", 22, A, "unknown"],
    ["negation alone matches nothing", line("!web1", A), "web2", 22, A, "unknown"],
    ["hashed", line(hashed("web1"), A), "web1", 22, A, "trusted"],
    ["hashed, other name", line(hashed("web1"), A), "web2", 22, A, "unknown"],
    ["hashed with port", line(hashed("[web1]:2222"), A), "web1", 2222, A, "trusted"],
    ["unknown hash version", line(hashed("web1").replace("|1|", "|2|"), A), "web1", 22, A, "unknown"],
    [
      "several keys: any of them",
      line("web1", B) + line("web1", RSA) + line("web1", A),
      "web1",
      22,
      A,
      "trusted",
    ],
    ["changed", line("web1", B), "web1", 22, A, "changed"],
    ["only a key of another type", line("web1", RSA), "web1", 22, A, "changed"],
    ["revoked", line("web1", A) + line("*", A, "@revoked "), "web1", 22, A, "revoked"],
    ["another key is revoked", line("web1", A) + line("*", B, "@revoked "), "web1", 22, A, "trusted"],
    ["a revoked entry is no known key", line("web1", B, "@revoked "), "web1", 22, A, "unknown"],
    ["certificate authority", line("*", A, "@cert-authority "), "web1", 22, A, "unknown"],
    ["unknown marker", line("web1", A, "@trusted "), "web1", 22, A, "unknown"],
    ["comments and blank lines", `# web1 comment\n\n${line("web1", A)}`, "web1", 22, A, "trusted"],
    ["commented out", `#${line("web1", A)}`, "web1", 22, A, "unknown"],
    ["CRLF and indentation", `  ${line("web1", A).replace("\n", "\r\n")}`, "web1", 22, A, "trusted"],
    ["no key", "web1 ssh-ed25519\n", "web1", 22, A, "unknown"],
    ["type and bytes disagree", `web1 ssh-rsa ${A.toString("base64")}\n`, "web1", 22, A, "unknown"],
    ["empty file", "", "web1", 22, A, "unknown"],
  ])("%s", (_name, text, address, port, sent, expected) => {
    expect(judge(text, address, port, sent)).toBe(expected);
  });

  test("a changed key names the lines of the known ones", () => {
    const verdict = judgeHostKey(
      parseKnownHosts(`# old\n${line("web1", B)}${line("web1", RSA)}`, "/home/a/kh"),
      "web1",
      A,
    );
    expect(verdict.kind === "changed" && verdict.known.map(({ place }) => place)).toEqual([
      "/home/a/kh:2",
      "/home/a/kh:3",
    ]);
  });

  test("a hostile pattern is matched in no time", () => {
    const text = line(`${"*a".repeat(5000)}b`, A);
    expect(judge(text, "a".repeat(255), 22, A)).toBe("unknown");
  });

  test("no text makes the parser throw", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        judge(text, "web1", 22, A);
      }),
    );
  });
});

describe("keys", () => {
  test("types in the file's order, each once, without revoked ones", () => {
    const lines = parseKnownHosts(
      line("web1", RSA) + line("web1", A) + line("web1", B) + line("web1", key("ssh-dss", "D"), "@revoked "),
      "kh",
    );
    expect(knownKeyTypes(lines, "web1")).toEqual(["ssh-rsa", "ssh-ed25519"]);
  });

  test("the fingerprint is what ssh-keygen -l prints", () => {
    const real = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    expect(fingerprint(Buffer.from(real, "base64"))).toBe(
      "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
    );
  });

  test.each([
    Buffer.alloc(0),
    Buffer.from([0, 0]),
    Buffer.from([255, 255, 255, 255, 1]),
    key("\u001b[31m", "x"),
  ])("garbage has no type: %j", (bytes) => {
    expect(keyTypeOf(bytes)).toBe("unknown");
  });
});
