/**
 * Signatures of the real tools, ssh-keygen and gpg; cosign is not at hand, so a stand-in for that foreign
 * program shows how it is called and believed.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ArtifactSignature } from "../../src/core/model/artifact.ts";
import type { SignatureVerdict } from "../../src/core/signature/verdict.ts";
import { openVerifier } from "../../src/project/verifiers.ts";
import { makeMinisignKey, signMinisig } from "../support/minisign.ts";

const DATA = Buffer.from("the program ".repeat(40_000));
const place = { file: "services/x.yaml", line: 1, column: 1 };
const NO_KEY = new Uint8Array();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-verifiers-"));
  writeFileSync(join(folder, "data"), DATA);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Declared = ArtifactSignature extends infer Each
  ? Each extends ArtifactSignature
    ? Omit<Each, "file" | "place">
    : never
  : never;

async function check(
  declared: Declared,
  signature: Uint8Array,
  options: { key?: Uint8Array; data?: Uint8Array; longest?: number } = {},
): Promise<SignatureVerdict> {
  const verifier = await openVerifier(
    { declared: { ...declared, file: null, place }, signature, key: options.key ?? NO_KEY },
    options.longest,
  );
  const data = options.data ?? DATA;
  for (let at = 0; at < data.length; at += 65_536) await verifier.take(data.subarray(at, at + 65_536));
  return await verifier.verdict();
}

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

const POSITIONS = [0, Math.floor(DATA.length / 2), DATA.length - 1];
const run = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const read = (name: string): Buffer => readFileSync(join(folder, name));

describe("minisign", () => {
  const pair = makeMinisignKey();
  const declared: Declared = { kind: "minisign", publicKey: pair.publicKey };
  test.each(["Ed", "ED"] as const)(
    "form %s: the bytes hold; a flipped bit, a cut and an addition do not",
    async (form) => {
      const signature = Buffer.from(signMinisig(pair, DATA, { form }));
      expect(await check(declared, signature)).toMatchObject({ ok: true, proof: { kind: "minisign" } });
      for (const at of POSITIONS)
        expect(await check(declared, signature, { data: flipped(DATA, at) })).toMatchObject({ ok: false });
      expect(await check(declared, signature, { data: DATA.subarray(1) })).toMatchObject({ ok: false });
      expect(
        await check(declared, signature, { data: Buffer.concat([DATA, Buffer.from("x")]) }),
      ).toMatchObject({ ok: false });
    },
  );
  test("the older form is bounded, since it needs all of the file in memory", async () => {
    const verifier = await openVerifier({
      declared: { ...declared, file: null, place },
      signature: Buffer.from(signMinisig(pair, DATA, { form: "Ed" })),
      key: NO_KEY,
    });
    const piece = Buffer.alloc(8 * 1024 * 1024);
    for (let count = 0; count < 9; count += 1) await verifier.take(piece);
    expect(await verifier.verdict()).toMatchObject({
      ok: false,
      hint: expect.stringContaining("minisign -S -H"),
    });
  });
  test("what is no signature is said at once", async () => {
    expect(await check(declared, Buffer.from("<html>"))).toMatchObject({
      ok: false,
      reason: "is not a minisign signature of four lines",
    });
  });
});

describe("ssh", () => {
  const keyOf = (name: string): string => read(`${name}.pub`).toString().trim();
  const declared = (name: string, namespace = "file"): Declared => ({
    kind: "ssh",
    publicKey: keyOf(name),
    namespace,
  });
  beforeAll(() => {
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somebody's key", "-f", "one");
    run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "two");
    run("ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", "one", "data");
  });
  test("the declared key's signature holds and its fingerprint is told", async () => {
    const fingerprint = run("ssh-keygen", "-lf", "one.pub").split(" ")[1];
    expect(await check(declared("one"), read("data.sig"))).toEqual({
      ok: true,
      proof: { kind: "ssh", key: `ED25519 ${fingerprint}`, says: "" },
    });
  });
  test("a flipped bit, another key, another namespace, a cut signature: each is told apart", async () => {
    const signature = read("data.sig");
    for (const at of POSITIONS)
      expect(await check(declared("one"), signature, { data: flipped(DATA, at) })).toMatchObject({
        ok: false,
        reason: "does not hold: the key signed other bytes",
      });
    expect(await check(declared("two"), signature)).toMatchObject({
      ok: false,
      reason: "was not made with the key that is declared",
    });
    expect(await check(declared("one", "release"), signature)).toMatchObject({
      ok: false,
      reason: "was not made for the namespace release",
    });
    for (const bad of [signature.subarray(0, 80), NO_KEY, Buffer.from("<html>")])
      expect(await check(declared("one"), bad)).toMatchObject({
        ok: false,
        reason: "is not an SSH signature that ssh-keygen can read",
      });
  });
});

describe("gpg", () => {
  const gpg = (...words: readonly string[]): string =>
    run(
      "gpg",
      "--homedir",
      join(folder, "gnupg"),
      "--batch",
      "--quiet",
      "--pinentry-mode",
      "loopback",
      "--passphrase",
      "",
      ...words,
    );
  const declared: Declared = { kind: "gpg", keyFile: "keys/release.asc" };
  beforeAll(() => {
    execFileSync("mkdir", ["-m", "700", join(folder, "gnupg")]);
    gpg("--quick-gen-key", "Good <good@example.org>", "ed25519", "sign", "never");
    gpg(
      "--faked-system-time",
      "20200101T000000",
      "--quick-gen-key",
      "Old <old@example.org>",
      "ed25519",
      "sign",
      "1y",
    );
    gpg("-u", "good@example.org", "--armor", "--detach-sign", "-o", "good.asc", "data");
    gpg("-u", "good@example.org", "--digest-algo", "SHA1", "--detach-sign", "-o", "sha1.sig", "data");
    gpg(
      "--faked-system-time",
      "20200601T000000",
      "-u",
      "old@example.org",
      "--detach-sign",
      "-o",
      "old.sig",
      "data",
    );
    for (const name of ["good", "old"])
      gpg("--armor", "--export", "-o", `${name}.key`, `${name}@example.org`);
    gpg("--export", "-o", "good.bin", "good@example.org");
    const fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(
      gpg("--list-keys", "--with-colons", "good@example.org"),
    )?.[1];
    writeFileSync(
      join(folder, "revoke.asc"),
      read(`gnupg/openpgp-revocs.d/${fingerprint}.rev`).toString().replace(":-----", "-----"),
    );
    gpg("--import", "revoke.asc");
    gpg("--export", "-o", "revoked.key", "good@example.org");
  }, 60_000);
  afterAll(() => void run("gpgconf", "--homedir", join(folder, "gnupg"), "--kill", "all"));

  test("a good signature, with the key armored or binary", async () => {
    for (const key of ["good.key", "good.bin"])
      expect(await check(declared, read("good.asc"), { key: read(key) })).toMatchObject({
        ok: true,
        proof: { kind: "gpg", says: "Good <good@example.org>", key: expect.stringMatching(/^[0-9A-F]{40}$/) },
      });
  });
  test("a flipped bit at three places", async () => {
    for (const at of POSITIONS)
      expect(
        await check(declared, read("good.asc"), { key: read("good.key"), data: flipped(DATA, at) }),
      ).toMatchObject({
        ok: false,
        reason: expect.stringContaining("signed other bytes"),
      });
  });
  test.each([
    ["another key", "good.asc", "old.key", "is not in the key file"],
    ["a key that expired", "old.sig", "old.key", "has expired"],
    ["a key that was revoked", "good.asc", "revoked.key", "was revoked"],
    ["a signature over SHA-1", "sha1.sig", "good.key", ""],
    ["a key for a signature", "good.key", "good.key", "gpgv"],
    ["no key in the key file", "good.asc", "data", "is not in the key file"],
  ])("%s is refused", async (_, signature, key, reason) => {
    expect(await check(declared, read(signature), { key: read(key) })).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });
  test("a signature that was cut off is refused", async () => {
    expect(await check(declared, read("old.sig").subarray(0, 40), { key: read("old.key") })).toMatchObject({
      ok: false,
    });
  });
});

describe("a program that is called", () => {
  const path = process.env.PATH;
  const declared: Declared = { kind: "cosign", keyFile: "keys/cosign.pub" };
  const key = Buffer.from("-----BEGIN PUBLIC KEY-----\n");
  /** Puts a stand-in for cosign before everything else on PATH. */
  const cosign = (script: string): void => {
    writeFileSync(join(folder, "cosign"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "cosign"), 0o755);
    process.env.PATH = `${folder}:${path}`;
  };
  afterEach(() => {
    process.env.PATH = path;
    rmSync(join(folder, "cosign"), { force: true });
  });

  test("cosign gets words of ours alone, the artifact on standard input, and next to no environment", async () => {
    process.env.CANARY = "canary";
    cosign(
      `{ printf '%s\\n' "$@"; env; cat signature cosign.pub; } >"${folder}/said"; cat >"${folder}/input"; echo "Verified OK" >&2`,
    );
    expect(await check(declared, Buffer.from("MEUCIQ=="), { key })).toMatchObject({
      ok: true,
      proof: { kind: "cosign", key: expect.stringMatching(/^[0-9A-F]{16}$/) },
    });
    delete process.env.CANARY;
    const said = read("said").toString();
    expect(said).toMatch(
      /^verify-blob\n--key\ncosign\.pub\n--signature\nsignature\n--new-bundle-format=false\n--insecure-ignore-tlog=true\n-\n/,
    );
    expect(said).toContain("MEUCIQ==-----BEGIN PUBLIC KEY-----");
    expect(said).not.toContain("canary");
    expect(read("input").equals(DATA)).toBe(true);
  });
  test("a bundle is given as one", async () => {
    cosign(`printf '%s ' "$@" >"${folder}/said"; cat >/dev/null; echo "Verified OK" >&2`);
    expect(await check(declared, Buffer.from(' {"mediaType": 1}'), { key })).toMatchObject({ ok: true });
    expect(read("said").toString()).toBe(
      "verify-blob --key cosign.pub --bundle signature --new-bundle-format=true --insecure-ignore-tlog=true - ",
    );
  });
  test.each([
    [
      "it says no",
      'cat >/dev/null; echo "Error: invalid signature when validating" >&2; exit 1',
      "does not hold; cosign says: invalid signature when validating",
    ],
    ["it ends well without a word", "cat >/dev/null", "does not hold"],
    [
      "it says yes without having read the artifact",
      'echo "Verified OK" >&2',
      "cannot be checked: cosign ended before it had read everything",
    ],
    [
      "it is of another time",
      'cat >/dev/null; echo "Error: unknown flag: --new-bundle-format" >&2; exit 1',
      "cannot be checked: this cosign takes other options",
    ],
    ["it is killed", "kill -9 $$", "cannot be checked: cosign was killed by SIGKILL"],
    ["it hangs", "sleep 60", "cannot be checked: cosign did not end within 0.7 s"],
  ])("%s: refused", async (_, script, reason) => {
    cosign(script);
    expect(
      await check(declared, Buffer.from("MEUCIQ=="), {
        key,
        longest: script.includes("sleep") ? 700 : 20_000,
      }),
    ).toMatchObject({
      ok: false,
      reason,
    });
  });
  test.each([
    [declared, "cosign"],
    [{ kind: "gpg", keyFile: "k" } as const, "gpgv"],
    [{ kind: "ssh", publicKey: "ssh-ed25519 AAAA", namespace: "file" } as const, "ssh-keygen"],
  ])("%j: without its program it is refused, and says what to install", async (which, program) => {
    process.env.PATH = join(folder, "nothing");
    const verdict = await check(which, Buffer.from("x"));
    expect(verdict).toMatchObject({
      ok: false,
      reason: `cannot be checked: ${program} is not installed here`,
      hint: expect.stringMatching(/^Install /),
    });
  });
  test("nothing is left in the folder for temporary files", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("svcdeploy-signature-"));
    cosign("cat >/dev/null; exit 1");
    await check(declared, Buffer.from("x"), { key });
    const left = readdirSync(tmpdir()).filter(
      (name) => name.startsWith("svcdeploy-signature-") && !before.includes(name),
    );
    expect(left.filter((name) => existsSync(join(tmpdir(), name, "cosign.pub")))).toEqual([]);
  });
});
