/** gpgv's status lines: good means good of a key that still counts; and armored keys made binary. */
import { expect, test } from "vitest";
import { dearmor, readGpgStatus } from "../../../src/core/signature/gpg.ts";

const FINGERPRINT = "20281733CAA8CC0C795C43AF3DDF45BDC9E8F870";
const VALID = `[GNUPG:] VALIDSIG ${FINGERPRINT} 2026-11-21 1795267724 0 4 0 22 8 00 ${FINGERPRINT}`;
const status = (...lines: readonly string[]): string => lines.map((line) => `[GNUPG:] ${line}\n`).join("");

test("a good signature names the key and its owner, cleaned", () => {
  const text = `${status("NEWSIG", "GOODSIG 3DDF45BDC9E8F870 Release \u001b[31m<r@example.org>")}${VALID}\n`;
  expect(readGpgStatus(text, 0)).toEqual({
    ok: true,
    proof: { kind: "gpg", key: FINGERPRINT, says: "Release <r@example.org>" },
  });
  expect(readGpgStatus(text, 2)).toMatchObject({ ok: false });
});

test.each([
  ["BADSIG 3DDF45BDC9E8F870 Good", "does not hold: key 3DDF45BDC9E8F870 signed other bytes"],
  ["EXPKEYSIG 9CD6C825E51360AA Old", "was made with key 9CD6C825E51360AA, which has expired"],
  ["REVKEYSIG 3DDF45BDC9E8F870 Good", "was made with key 3DDF45BDC9E8F870, which was revoked"],
  ["EXPSIG 3DDF45BDC9E8F870 Good", "has expired"],
  [
    "ERRSIG 3DDF45BDC9E8F870 22 8 00 1795267724 9 -",
    "was made with key 3DDF45BDC9E8F870, which is not in the key file",
  ],
  ["NODATA 3", "cannot be read by gpgv (NODATA)"],
])("%s is refused, whatever stands beside it and however gpgv ended", (line, reason) => {
  expect(readGpgStatus(`${status(line)}${VALID}\n`, 0)).toMatchObject({ ok: false, reason });
  expect(readGpgStatus(`${status("GOODSIG 1 A")}${VALID}\n${status(line)}`, 0)).toMatchObject({
    ok: false,
    reason,
  });
});

test.each([
  "",
  VALID,
  status("GOODSIG 3DDF45BDC9E8F870 Good"),
  ` ${VALID}`,
  `x[GNUPG:] GOODSIG 1 A\n${VALID}`,
])("without both lines there is no good signature: %j", (text) => {
  expect(readGpgStatus(text, 0)).toMatchObject({ ok: false });
});

test("armor is taken off, of several blocks too; what is binary stays as it is", () => {
  const [one, two] = [Buffer.from("first key".repeat(20)), Buffer.from("second")];
  const block = (bytes: Buffer, comment = ""): string =>
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${comment}\n${bytes.toString("base64").replace(/(.{64})/g, "$1\n")}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  expect(Buffer.from(dearmor(Buffer.from(`about\n${block(one, "Comment: x\n")}${block(two)}`)))).toEqual(
    Buffer.concat([one, two]),
  );
  expect(Buffer.from(dearmor(Buffer.from(block(one).replaceAll("\n", "\r\n"))))).toEqual(one);
  expect(dearmor(Buffer.from([0x99, 1, 2]))).toEqual(Buffer.from([0x99, 1, 2]));
});
