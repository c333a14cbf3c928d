/** Journal lines that no one vouches for become entries that can be shown. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EntryReader, MAX_MESSAGE, parseEntry } from "../../../src/core/logs/log-entry.ts";
import { makeRedactor } from "../../../src/core/redact.ts";
import { Secret } from "../../../src/core/secret.ts";

const CURSOR = `s=${"d".repeat(32)};i=2d;b=${"0".repeat(32)};m=2f4b;t=660c68f312ebc;x=a11b0da03a579493`;
const reader: EntryReader = {
  host: "h1",
  units: ["web.service", "db.service"],
  redact: makeRedactor([new Secret("TOKEN", "s3cr3t-value")]).redact,
};
const fields = {
  __CURSOR: CURSOR,
  __REALTIME_TIMESTAMP: "1795255782420156",
  _SYSTEMD_UNIT: "web.service",
  _PID: "42",
  PRIORITY: "3",
  MESSAGE: "hello",
};
const parse = (changes: object): ReturnType<typeof parseEntry> =>
  parseEntry(JSON.stringify({ ...fields, ...changes }), reader);

test("an entry", () => {
  expect(parse({})).toEqual({
    host: "h1",
    unit: "web.service",
    at: 1795255782420.156,
    priority: 3,
    pid: 42,
    message: "hello",
    cursor: CURSOR,
  });
});

test.each([
  [{ _PID: "1", _SYSTEMD_UNIT: "init.scope", UNIT: "web.service" }, "web.service"],
  [{ _SYSTEMD_UNIT: "ssh.service", UNIT: "web.service" }, null],
  [{ _SYSTEMD_UNIT: "systemd-coredump@1.service", COREDUMP_UNIT: "db.service" }, "db.service"],
  [{ _SYSTEMD_UNIT: ["web.service"] }, null],
  [{ _SYSTEMD_UNIT: undefined }, null],
])("%j belongs to %s", (changes, unit) => {
  expect(parse(changes)?.unit ?? null).toBe(unit);
});

test.each([
  [[...Buffer.from("bytes \u001b[31m\0end")], "bytes ␀end"],
  [[0xff, 0x41], "\ufffdA"],
  [["one", "two"], "one\ntwo"],
  [null, "(a message without text)"],
  [[1, 999], "(a message without text)\n(a message without text)"],
  ["red \u001b[31mRED\u001b[0m \u202eevil\n", "red RED evil"],
  ["a s3cr3t-\u001b[0mvalue b", "a <secret TOKEN> b"],
])("the message %j", (message, shown) => {
  expect(parse({ MESSAGE: message })?.message).toBe(shown);
});

test("a message without an end is cut, and a secret is taken out before that", () => {
  const long = parse({ MESSAGE: `${"x".repeat(MAX_MESSAGE - 6)}s3cr3t-value` })?.message ?? "";
  expect(long.length).toBeLessThan(MAX_MESSAGE + 32);
  expect(long).not.toContain("s3cr");
});

test.each(["s=1;i=2", `${CURSOR}\n--file=/etc/shadow`, `${CURSOR} `, 7, null])(
  "the cursor %j is never sent back",
  (cursor) => {
    expect(parse({ __CURSOR: cursor })?.cursor).toBeNull();
  },
);

test("whatever the line: an entry without control characters, or none", () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .dictionary(fc.constantFrom(...Object.keys(fields)), fc.jsonValue())
      .map((some) => JSON.stringify({ ...fields, ...some })),
  );
  fc.assert(
    fc.property(line, (text) => {
      const entry = parseEntry(text, reader);
      if (entry !== null) expect(entry.message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});
