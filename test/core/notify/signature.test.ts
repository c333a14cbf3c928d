/** The signature, against another implementation and against what docs/drift.md tells receivers to write. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { signature } from "../../../src/core/notify/signature.ts";
import { Secret } from "../../../src/core/secret.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const page = readFileSync(new URL("../../../docs/drift.md", import.meta.url), "utf8");
const FENCE = "`".repeat(3);
const code = (language: string): string => page.split(`${FENCE}${language}\n`)[1]?.split(FENCE)[0] ?? "";
const BODY = '{"text":"ä \u{1f600}"}';
const NOW = 1_700_000_000;
const CASES = [
  [signature(new Secret("K", KEY), NOW, BODY), BODY, KEY, true],
  [signature(new Secret("K", KEY), NOW, BODY), `${BODY} `, KEY, false],
  [signature(new Secret("K", "x".repeat(32)), NOW, BODY), BODY, KEY, false],
  [signature(new Secret("K", KEY), NOW - 301, BODY), BODY, KEY, false],
  [signature(new Secret("K", KEY), NOW - 299, BODY), BODY, KEY, true],
  [signature(new Secret("K", KEY), NOW, BODY).replace("t=1700000000", "t=1700000001"), BODY, KEY, false],
  ["", BODY, KEY, false],
  [null, BODY, KEY, false],
] as const;

test("as any other HMAC-SHA256 has it: printf '1700000000.{}' | openssl dgst -sha256 -hmac KEY", () => {
  expect(signature(new Secret("K", KEY), NOW, "{}")).toBe(
    "t=1700000000,v1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5",
  );
});

test("the page's Node verifies it", async () => {
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code("js"))}`);
  for (const [header, body, key, genuine] of CASES)
    expect([header, isGenuine(header, body, key, NOW)]).toEqual([header, genuine]);
});

const python = spawnSync("python3", ["--version"]).status === 0;
test.skipIf(!python)("the page's Python verifies it", () => {
  const program = `${code("python")}\nimport json, sys\nfor h, b, k, _ in json.load(sys.stdin): print(is_genuine(h, b.encode(), k.encode(), ${NOW}))`;
  const { stdout, stderr } = spawnSync("python3", ["-c", program], {
    input: JSON.stringify(CASES),
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({
    stdout: CASES.map(([, , , genuine]) => (genuine ? "True\n" : "False\n")).join(""),
    stderr: "",
  });
});
