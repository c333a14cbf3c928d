/** What is shown of a host's file has no value in it that looks like a secret. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/core/lint/mask-secrets.ts";
import { processorTime } from "../../support/processor-time.ts";

test.each([
  ["Environment=MODE=prod DB_PASSWORD=hunter2", "Environment=MODE=prod DB_PASSWORD=<secret DB_PASSWORD>"],
  ['Environment="DB_PASSWORD=hunter2 x" A=1', "Environment=DB_PASSWORD=<secret DB_PASSWORD> A=1"],
  ["DB_PASSWORD=hunter2 and more", "DB_PASSWORD=<secret DB_PASSWORD>"],
  ["export PW='hunter2'", "export PW=<secret PW>"],
  ["  password: hunter2", "  password: <secret password>"],
  ["DATABASE_URL=postgres://u:hunter2@db/x", "DATABASE_URL=<secret DATABASE_URL>"],
  ["ExecStart=/usr/bin/curl -u admin:hunter2 https://x", "ExecStart=<secret ExecStart>"],
  ['DB_PASSWORD="hunter2\nhunter2"\nA=1', "DB_PASSWORD=<secret DB_PASSWORD>\n<secret>\nA=1"],
  ["DB_PASSWORD=hunter2\\\nhunter2\nA=1", "DB_PASSWORD=<secret DB_PASSWORD>\n<secret>\nA=1"],
  ["Environment=A=1 \\\n  PW=hunter2\nA=1", "Environment=A=1 \\\n  PW=<secret PW>\nA=1"],
  [
    "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\nA=1",
    "<secret>\n<secret>\n<secret>\nA=1",
  ],
])("%j", (text, expected) => {
  expect(maskSecrets(text).join("\n")).toBe(expected);
});

test("what is no secret stays as it is", () => {
  const text =
    "# don't\n[Unit]\nAfter=keys.target\n[Service]\nExecStart=/bin/x --key /etc/x \\\n  -p 80\nEnvironment=\"A=1 2\" 'B=3'\nKeyringMode=private\nPrivateTmp=disconnected\nPassEnvironment=A\nLoadCredential=a:/etc/a\n";
  expect(maskSecrets(text).join("\n")).toBe(text);
});

test("as many lines as there were", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          "PW",
          "=",
          '"',
          "'",
          "\\",
          "\n",
          " ",
          "x",
          ":",
          "Environment=",
          "-----BEGIN PRIVATE KEY",
        ),
      }),
      (text) => {
        expect(maskSecrets(text)).toHaveLength(text.split("\n").length);
      },
    ),
  );
});

test("a host's line that wants to be read forever is read at once", () => {
  const start = processorTime();
  for (const part of ["PW=x ", "a.", "a:", "--a ", " -u a", "eyJ-", "http://a", "mysql "])
    maskSecrets(`A=${part.repeat(100_000 / part.length)}`);
  // It takes half a second; with a pattern that backtracks, ten times as long for one of them.
  expect(processorTime() - start).toBeLessThan(10_000);
});
