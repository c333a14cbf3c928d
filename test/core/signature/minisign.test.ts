/** Minisign signatures: two that the real tool made, those of our own making, and every way to change one. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkMinisig, parseMinisig } from "../../../src/core/signature/minisign.ts";
import type { SignatureVerdict } from "../../../src/core/signature/verdict.ts";
import { makeMinisignKey, signMinisig } from "../../support/minisign.ts";

const PUBLIC_KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
const PREHASHED = `untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
`;
const LEGACY = `untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
`;

function check(key: string, text: string | Buffer, file: Uint8Array): SignatureVerdict | string {
  const parsed = parseMinisig(Buffer.from(text));
  if (typeof parsed === "string") return parsed;
  return checkMinisig(
    key,
    parsed,
    parsed.signed === "file" ? file : createHash("blake2b512").update(file).digest(),
  );
}

function reasonOf(answer: SignatureVerdict | string): string {
  if (typeof answer === "string") return answer;
  return answer.ok ? "good" : answer.reason;
}

test.each([
  ["over the file's BLAKE2b-512", PREHASHED, "timestamp:1633700835\tfile:test\tprehashed"],
  ["over the file", LEGACY, "timestamp:1555779966\tfile:test"],
])("a signature of the real tool, %s", (_, text, says) => {
  expect(check(PUBLIC_KEY, text, Buffer.from("test"))).toEqual({
    ok: true,
    proof: { kind: "minisign", key: "E7620F1842B4E81F", says },
  });
  expect(reasonOf(check(PUBLIC_KEY, text, Buffer.from("Test")))).toBe(
    "does not hold: key E7620F1842B4E81F signed other bytes",
  );
});

test("a signature of one form is none of the other", () => {
  const pair = makeMinisignKey();
  const file = Buffer.from("program");
  const swapped = signMinisig(pair, file).replace(/\n(\S{98,100})\n/, (_, line: string) => {
    const bytes = Buffer.from(line, "base64");
    bytes.write("Ed", "latin1");
    return `\n${bytes.toString("base64")}\n`;
  });
  expect(reasonOf(check(pair.publicKey, swapped, file))).toMatch(/does not hold/);
});

test("another key of the same id is another key", () => {
  const [one, two] = [makeMinisignKey(), makeMinisignKey()];
  const file = Buffer.from("program");
  expect(reasonOf(check(two.publicKey, signMinisig(one, file), file))).toMatch(
    /^was made with the minisign key [0-9A-F]{16}, not with [0-9A-F]{16}$/,
  );
  expect(reasonOf(check(two.publicKey, signMinisig({ ...one, id: two.id }, file), file))).toMatch(
    /does not hold/,
  );
});

test("a trusted comment that was put in, or taken from another signature, is seen", () => {
  const pair = makeMinisignKey();
  const file = Buffer.from("program");
  const text = signMinisig(pair, file, { comment: "version 1" });
  expect(reasonOf(check(pair.publicKey, text.replace("version 1", "version 2"), file))).toBe(
    "has a trusted comment that was changed",
  );
  const other = signMinisig(pair, Buffer.from("other"), { comment: "version 2" }).split("\n");
  const mixed = [...text.split("\n").slice(0, 2), ...other.slice(2)].join("\n");
  expect(reasonOf(check(pair.publicKey, mixed, file))).toBe("has a trusted comment that was changed");
});

test("a comment that would speak to the terminal is shown without its sequences, and still holds", () => {
  const pair = makeMinisignKey();
  const answer = check(
    pair.publicKey,
    signMinisig(pair, Buffer.from("x"), { comment: "v1 \u001b[2J\u202egood\u0007" }),
    Buffer.from("x"),
  );
  expect(answer).toMatchObject({ ok: true, proof: { says: "v1 good" } });
});

test("line ends of Windows are line ends; more lines are not", () => {
  const pair = makeMinisignKey();
  const text = signMinisig(pair, Buffer.from("x"));
  expect(reasonOf(check(pair.publicKey, text.replaceAll("\n", "\r\n"), Buffer.from("x")))).toBe("good");
  expect(check(pair.publicKey, `${text}${text}`, Buffer.from("x"))).toBe(
    "is not a minisign signature of four lines",
  );
});

describe("properties", () => {
  const pair = makeMinisignKey();
  const file = Buffer.from("the program's bytes");
  test("a changed bit anywhere behind the untrusted comment is refused, in both forms", () => {
    for (const form of ["Ed", "ED"] as const) {
      const good = Buffer.from(signMinisig(pair, file, { form }));
      const start = good.indexOf(10) + 1;
      fc.assert(
        fc.property(
          fc.integer({ min: start, max: good.length - 2 }),
          fc.integer({ min: 0, max: 7 }),
          (at, bit) => {
            const bad = Buffer.from(good);
            bad.writeUInt8(bad.readUInt8(at) ^ (1 << bit), at);
            expect(reasonOf(check(pair.publicKey, bad, file))).not.toBe("good");
          },
        ),
        { numRuns: 300 },
      );
    }
  });
  test("a signature that was cut off is refused", () => {
    const good = Buffer.from(signMinisig(pair, file));
    for (let length = 0; length < good.length - 1; length += 1)
      expect(reasonOf(check(pair.publicKey, good.subarray(0, length), file))).not.toBe("good");
  });
  test("any bytes give an answer", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) => reasonOf(check(pair.publicKey, Buffer.from(bytes), file)) !== "good",
      ),
    );
  });
  test("a key that is none checks nothing", () => {
    expect(reasonOf(check("RWQnonsense", signMinisig(pair, file), file))).toBe(
      "cannot be checked: the key is no minisign public key",
    );
  });
});
