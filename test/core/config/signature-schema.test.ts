/**
 * Where artifacts may come from and whose signatures they may need: the written form, and what is made of it.
 */
import { describe, expect, test } from "vitest";
import { refuseFileUrl } from "../../../src/core/config/allow-lists.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { anyHost, normaliseText } from "./normalise-text.ts";

const KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
const SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKr1NP9hYBtWjKpPjQcqUS0Yvaxz6GpJ3xk0dN3v3gQ";
const SHA = "a".repeat(64);

function mistakes(artifact: string): readonly string[] {
  try {
    normaliseText(`name: x\nartifact: ${artifact}\n`, anyHost);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ place, message, hint }) =>
        `${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`,
    );
  }
  return [];
}

const signatureOf = (signature: string): unknown =>
  normaliseText(`name: x\nartifact: { source: a, signature: ${signature} }\n`).artifact?.signature;

test("each kind, with what is filled in", () => {
  expect(signatureOf(`{ minisign: ${KEY} }`)).toMatchObject({
    kind: "minisign",
    publicKey: KEY,
    file: null,
    place: { line: 2, column: 35 },
  });
  expect(signatureOf(`{ ssh: "${SSH} me@here", file: sig/a.sig }`)).toMatchObject({
    kind: "ssh",
    namespace: "file",
    file: "sig/a.sig",
  });
  expect(signatureOf(`{ ssh: ${SSH}, namespace: release@example.org }`)).toMatchObject({
    namespace: "release@example.org",
  });
  expect(signatureOf("{ gpg: keys/release.asc }")).toMatchObject({
    kind: "gpg",
    keyFile: "keys/release.asc",
    file: null,
  });
  expect(signatureOf("{ cosign: keys/cosign.pub, file: https://example.org/a.sig }")).toMatchObject({
    kind: "cosign",
    file: "https://example.org/a.sig",
  });
  expect(normaliseText("name: x\nartifact: { source: a }\n").artifact?.signature).toBeNull();
});

test("an artifact from https is told where its URL stands", () => {
  const { artifact } = normaliseText(
    `name: x\nartifact:\n  source: https://example.org/a\n  sha256: ${SHA}\n`,
  );
  expect(artifact).toMatchObject({
    source: "https://example.org/a",
    sha256: SHA,
    place: { line: 3, column: 11 },
  });
});

describe("refused", () => {
  test.each([
    ["{ source: https://example.org/a }", "2:21 an artifact from https needs its sha256 beside it"],
    [`{ source: http://example.org/a, sha256: ${SHA} }`, "by https:// alone"],
    [
      `{ source: dist/, signature: { minisign: ${KEY} } }`,
      "a folder has no signature: sign an archive of it",
    ],
    ["{ source: a, signature: {} }", "2:35 a signature has exactly one of minisign, ssh, gpg and cosign"],
    [
      `{ source: a, signature: { minisign: ${KEY}, gpg: k.asc } }`,
      "a signature has exactly one of minisign, ssh, gpg and cosign",
    ],
    [
      "{ source: a, signature: { minisgn: x } }",
      '2:46 the key "minisgn" is not known here [did you mean "minisign"?]',
    ],
    [
      "{ source: a, signature: { minisign: minisign.pub } }",
      '2:47 "minisign.pub": a minisign public key is the second line of minisign.pub',
    ],
    [`{ source: a, signature: { minisign: ${KEY}A } }`, "56 letters and digits that begin with RW"],
    ["{ source: a, signature: { ssh: keys/id.pub } }", "an SSH public key is a line of id_ed25519.pub"],
    [`{ source: a, signature: { ssh: "${SSH}\\nssh-rsa AAAA" } }`, "an SSH public key is a line"],
    ['{ source: a, signature: { ssh: "cert-authority ssh-ed25519 AAAA" } }', "an SSH public key is a line"],
    [
      `{ source: a, signature: { ssh: ${SSH}, namespace: 'a" ssh-rsa' } }`,
      "a namespace has letters, digits and",
    ],
    [`{ source: a, signature: { ssh: ${SSH}, namespace: -n } }`, "a namespace has letters, digits and"],
    [
      `{ source: a, signature: { minisign: ${KEY}, namespace: file } }`,
      "a namespace belongs to an ssh signature",
    ],
    ["{ source: a, signature: { gpg: ../k.asc } }", "a path has no . or .. in it"],
    ["{ source: a, signature: { gpg: /etc/k.asc } }", "relative to the project folder"],
    [`{ source: a, signature: { minisign: ${KEY}, file: http://example.org/a } }`, "by https:// alone"],
    ["{ source: a, signature: minisign }", "a map is expected here"],
  ])("%s", (artifact, told) => {
    expect(mistakes(artifact).join("\n")).toContain(told);
  });
});

describe("URLs (SEC-03)", () => {
  test.each([
    "https://example.org/a",
    "https://example.org:8443/x/y/a-1.0_linux",
    "https://[2001:db8::1]/a",
    "https://10.0.0.1/a%20b",
  ])("%s", (url) => {
    expect(refuseFileUrl(url)).toBeNull();
  });
  test.each([
    "http://example.org/a",
    "https://user@example.org/a",
    "https://user:secret@example.org/a",
    "https://example.org/a?token=x",
    "https://example.org/a?",
    "https://example.org/a#b",
    "https://example.org/",
    "https://example.org",
    "https://",
    "https:///a/b c",
    "https://exam ple.org/a",
    "https://example.org/a\nb",
    "https://example.org/\u202ea",
    "HTTPS://example.org/a",
    "file:///etc/passwd",
    `https://example.org/${"a".repeat(3000)}`,
  ])("%j", (url) => {
    expect(refuseFileUrl(url)).not.toBeNull();
  });
});
