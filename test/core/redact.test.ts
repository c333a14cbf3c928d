/** The redactor: a secret comes through in no form, whichever way the text is cut into pieces. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeRedactor } from "../../src/core/redact.ts";
import { Secret } from "../../src/core/secret.ts";

const VALUE = "p4ss\"w0rd/with $pace\\ & 'quote'+ü";
const redactor = makeRedactor([new Secret("DB", VALUE)]);

test.each([
  ["exact", VALUE],
  ["json", JSON.stringify(VALUE)],
  ["json in json", JSON.stringify(JSON.stringify(VALUE))],
  ["url", encodeURIComponent(VALUE)],
  ["url in lower case", encodeURIComponent(VALUE).replace(/%../g, (octet) => octet.toLowerCase())],
  ["form", encodeURIComponent(VALUE).replaceAll("%20", "+")],
  ["shell", `'${VALUE.replaceAll("'", "'\\''")}'`],
  ["environment file", `"${VALUE.replace(/[\\"$`]/g, "\\$&")}"`],
  ["base64", Buffer.from(VALUE).toString("base64")],
  ["base64 after one byte", Buffer.from(`x${VALUE}`).toString("base64")],
  ["base64 after two bytes", Buffer.from(`xy${VALUE}`).toString("base64")],
  ["base64 inside", Buffer.from(`user:${VALUE}@host`).toString("base64")],
  ["base64url", Buffer.from(VALUE).toString("base64url")],
  ["hex", Buffer.from(VALUE).toString("hex")],
])("the %s form is taken out", (_form, text) => {
  const shown = redactor.redact(`before ${text} after`);
  expect(shown).toContain("<secret DB>");
  expect(shown).toMatch(/^before .* after$/);
  expect(shown.length).toBeLessThan(60);
});

test("each line of a secret of several lines is taken out, however it is indented", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----\n";
  const shown = makeRedactor([new Secret("TLS", key)]).redact(key.replace(/^/gm, "  + "));
  expect(shown).not.toMatch(/MIIE|AQEF/);
});

test("a secret of fewer than four characters is left alone, an empty list changes nothing", () => {
  expect(makeRedactor([new Secret("S", "abc")]).redact("abc abcd")).toBe("abc abcd");
  expect(makeRedactor([]).redact("abc")).toBe("abc");
});

test("of two secrets with one start the longer goes whole", () => {
  const both = makeRedactor([new Secret("A", "hunter22"), new Secret("B", "hunter22-extended")]);
  expect(both.redact("x hunter22-extended y hunter22")).toBe("x <secret B> y <secret A>");
});

test("under any chunking a stream shows what the whole would, and never a secret", () => {
  const secrets = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom("a", "b", "c", "1"), minLength: 4, maxLength: 12 }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  const filler = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " "), maxLength: 8 });
  fc.assert(
    fc.property(
      secrets,
      fc.array(filler, { maxLength: 12 }),
      fc.array(fc.nat(20), { maxLength: 30 }),
      (values, gaps, sizes) => {
        const stream = makeRedactor(values.map((value, index) => new Secret(`s${index}`, value))).stream();
        const whole = gaps.map((gap, index) => gap + (values[index % values.length] ?? "")).join("");
        let rest = whole;
        let shown = "";
        for (const size of sizes) {
          shown += stream.push(rest.slice(0, size));
          rest = rest.slice(size);
        }
        shown += stream.push(rest) + stream.end();
        const visible = shown.replaceAll(/<secret s\d>/g, "\n");
        for (const value of values) expect(visible).not.toContain(value);
      },
    ),
    { numRuns: 3000 },
  );
});

test.each([
  ["one line of a mebibyte", "y".repeat(1024 * 1024)],
  [
    "thousands of lines",
    Array.from({ length: 16_000 }, (_, line) => `line ${line} ${(line * 7919) % 10_007} of a bundle`).join(
      "\n",
    ),
  ],
])("a secret may be as long as it likes: %s", (_what, value) => {
  const { redact, stream } = makeRedactor([new Secret("LONG", value), new Secret("SHORT", "hunter22")]);
  const text = `before ${value} and hunter22 after`;
  expect(redact(text)).toBe("before <secret LONG> and <secret SHORT> after");
  const pieces = stream();
  const shown = [...(text.match(/[\s\S]{1,65536}/g) ?? []).map(pieces.push), pieces.end()].join("");
  expect(shown).toBe("before <secret LONG> and <secret SHORT> after");
});
