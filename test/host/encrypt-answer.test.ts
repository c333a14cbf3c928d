/**
 * encrypt.sh's lines: what is to be encrypted travels as bytes behind its line, and nothing of an answer is
 * believed.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import { encryptQuestion } from "../../src/host/encrypt-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const path = "/etc/svcdeploy/credentials/app/TOKEN";
const order = {
  path,
  sha256: "a".repeat(64),
  heldSha256: "b".repeat(64),
  held: new TextEncoder().encode("line one\nend\n"),
};
const decode = (text: string, stderr = "") => answerOf(encryptQuestion, [order], text, stderr);

test("bytes are sent as they are, behind how many there are", () => {
  const text = inputOf(encryptQuestion, [order]);
  expect(text).toBe(
    `N\n/var/lib/svcdeploy\ncredential\t${path}\t${order.sha256}\t${order.heldSha256}\t13\nline one\nend\nend\n`,
  );
  expect(() => inputOf(encryptQuestion, [{ ...order, path: "/etc/a b" }])).toThrow(/must not reach/);
});

test("an answer is taken whole or not at all, and only for what was asked", () => {
  const file = Buffer.from("Whxqht+d\n").toString("base64");
  const answer = decode(
    `Welcome\nN begin\nencrypted\t/etc/shadow\t${file}\nencrypted\t${path}\t${file}\nN end\n`,
  );
  expect([...answer]).toEqual([[path, new Uint8Array(Buffer.from("Whxqht+d\n"))]]);
  for (const text of ["N begin\nN end\n", `N begin\nencrypted\t${path}\t\nN end\n`])
    expect(() => decode(text)).toThrow("h: some credentials were not encrypted");
  for (const text of ["", `N begin\nencrypted\t${path}\t${file}\n`, `encrypted\t${path}\t${file}\nN end\n`])
    expect(() => decode(text)).toThrow(/^h: .* is cut off/);
});

test("a host that cannot says why", () => {
  const said = () =>
    decode(`N begin\nrefused\t${path}\n`, "Data too long\u001b[31m for encrypted credential\n");
  expect(said).toThrow(
    `h: systemd-creds did not encrypt the credential ${path}; its output: Data too long for encrypted credential`,
  );
});

test("whatever a host says, it is an answer or a SvcdeployError", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("N begin", "N end", `encrypted\t${path}\tAAAA`, `refused\t${path}`, "encrypted", "\n"),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.string(), (lines, stderr) => {
      try {
        expect(decode(lines.join("\n"), stderr).get(path)).toBeInstanceOf(Uint8Array);
      } catch (error) {
        expect(error).toBeInstanceOf(SvcdeployError);
      }
    }),
  );
});
