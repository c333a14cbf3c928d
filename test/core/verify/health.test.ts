/** What health checks are called, and what HTTP answers mean. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TreeMap } from "../../../src/core/model/declared.ts";
import {
  checkLabel,
  excerpt,
  failureText,
  type HttpCheck,
  judgeHttp,
} from "../../../src/core/verify/health.ts";

const place = { file: "services/a.yaml", line: 3, column: 5 };
const http = (changes: Partial<HttpCheck> = {}): HttpCheck => ({
  kind: "http",
  role: "ready",
  place,
  url: "http://127.0.0.1:8080/ready",
  via: "forward",
  status: 200,
  json: null,
  withinMilliseconds: 500,
  ...changes,
});
const judge = (check: Partial<HttpCheck>, body: string, status = 200, milliseconds = 12) =>
  judgeHttp(http(check), { status, body, milliseconds });
const json = (expected: TreeMap, body: unknown) => judge({ json: expected }, JSON.stringify(body));

describe("labels", () => {
  test("each kind", () => {
    const base = { role: "ready", place, withinMilliseconds: 500 } as const;
    expect(checkLabel(http())).toBe("http://127.0.0.1:8080/ready");
    expect(checkLabel({ ...base, kind: "tcp", address: "127.0.0.1", port: 9090 })).toBe("tcp 127.0.0.1:9090");
    expect(checkLabel({ ...base, kind: "tcp", address: "::1", port: 9090 })).toBe("tcp [::1]:9090");
    expect(checkLabel({ ...base, kind: "command", command: ["/bin/x", "a\u001b[31m b"] })).toBe(
      "command /bin/x a b",
    );
    expect(checkLabel({ ...base, kind: "command", command: ["x".repeat(500)] }).length).toBeLessThan(140);
  });
});

describe("status", () => {
  test("the expected one is healthy and shown with its time", () => {
    expect(judge({}, "whatever")).toEqual({ ok: true, detail: "HTTP 200 in 12 ms" });
    expect(judge({ status: 204 }, "", 204).ok).toBe(true);
  });

  test("another one shows the first lines of the body", () => {
    const body = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
    expect(judge({}, body, 500)).toEqual({
      ok: false,
      detail: "HTTP 500 in 12 ms, expected 200\nline 0\nline 1\nline 2\nline 3\nline 4\n…",
    });
  });

  test("an empty body leaves one line", () => {
    expect(judge({}, "", 503).detail).toBe("HTTP 503 in 12 ms, expected 200");
  });

  test("a redirect is said not to be followed", () => {
    expect(judge({}, "", 302).detail).toContain("redirects are not followed");
  });

  test("a hostile body cannot speak to the terminal, nor fill it", () => {
    const { detail } = judge({}, `\u001b[2J\u001b]0;owned\u0007\u0000\u202e${"x".repeat(100_000)}`, 500);
    expect(detail).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(detail.length).toBeLessThan(700);
  });
});

describe("JSON fields", () => {
  test.each<[string, TreeMap, unknown]>([
    ["equal", { status: "ok" }, { status: "ok", more: 1 }],
    ["nested", { db: { up: true } }, { db: { up: true, since: 1 }, x: [] }],
    ["null and numbers", { a: null, n: 1.5 }, { a: null, n: 1.5 }],
    ["lists", { l: [1, { a: 1 }] }, { l: [1, { a: 1, b: 2 }] }],
    ["nothing asked", {}, {}],
  ])("%s: healthy", (_name, expected, body) => {
    expect(json(expected, body)).toEqual({ ok: true, detail: "HTTP 200 in 12 ms" });
  });

  test.each<[string, TreeMap, unknown, string]>([
    ["value", { status: "ok" }, { status: "degraded" }, 'status: expected "ok", found "degraded"'],
    ["type", { n: 1 }, { n: "1" }, 'n: expected 1, found "1"'],
    ["missing", { a: { b: true } }, { a: {} }, "a.b: expected true, found missing"],
    ["no map where one is asked", { a: { b: true } }, { a: [1] }, 'a: expected {"b":true}, found [1]'],
    ["shorter list", { l: [1, 2] }, { l: [1] }, "l: expected [1,2], found [1]"],
    ["body is a list", { a: 1 }, [1], 'the body: expected {"a":1}, found [1]'],
    [
      "an inherited name is not a field",
      { constructor: "x" },
      {},
      'constructor: expected "x", found missing',
    ],
  ])("%s: the failing part alone is shown", (_name, expected, body, line) => {
    expect(json(expected, body)).toEqual({ ok: false, detail: `HTTP 200 in 12 ms\n${line}` });
  });

  test("every failing field has its line", () => {
    expect(json({ a: 1, b: 2, c: 3 }, { a: 1, b: 0 }).detail).toBe(
      "HTTP 200 in 12 ms\nb: expected 2, found 0\nc: expected 3, found missing",
    );
  });

  test("what is no JSON, and what was cut, is said to be", () => {
    expect(judge({ json: { a: 1 } }, "<html>no</html>").detail).toBe(
      "HTTP 200 in 12 ms\nthe body is not JSON: <html>no</html>",
    );
    expect(
      judgeHttp(http({ json: { a: 1 } }), { status: 200, body: "{", truncated: true, milliseconds: 1 })
        .detail,
    ).toContain("too large to be checked");
  });

  test("a failing part is capped and stays one line", () => {
    const { detail } = json({ a: "x" }, { a: "\n\u001b[31m".repeat(10_000) });
    expect(detail.length).toBeLessThan(800);
    expect(detail.split("\n")).toHaveLength(2);
    expect(detail).not.toContain("\u001b");
  });

  test("no body makes it throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) =>
        [json({ a: { b: [1] } }, value), judge({ json: { a: 1 } }, text)].every((one) => !one.ok),
      ),
    );
  });
});

describe("time", () => {
  test("slower than asked is unhealthy; exactly in time is", () => {
    expect(judge({}, "", 200, 501)).toEqual({
      ok: false,
      detail: "HTTP 200 in 501 ms, expected within 500 ms",
    });
    expect(judge({}, "", 200, 500).ok).toBe(true);
  });
});

test("a live check's failure speaks of the process, a ready one's does not", () => {
  expect(failureText(http({ role: "live" }), "HTTP 500")).toBe("process stuck: HTTP 500");
  expect(failureText(http(), "HTTP 500")).toBe("HTTP 500");
});

test("an excerpt of nothing is nothing", () => {
  expect(excerpt("")).toBe("");
  expect(excerpt(" \n ")).toBe("");
});

test("takes secrets out before it cuts: no beginning of one is left at the cut", () => {
  const secret = "s3cret-and-long";
  const redact = (text: string): string => text.replaceAll(secret, "<secret>");
  const body = `${"x".repeat(595)}${secret}`;
  expect(judgeHttp(http({}), { status: 500, body, milliseconds: 1 }, redact).detail).not.toContain("s3c");
  const json = JSON.stringify({ status: body });
  expect(
    judgeHttp(http({ json: { status: "ok" } }), { status: 200, body: json, milliseconds: 1 }, redact).detail,
  ).not.toContain("s3c");
  expect(
    judgeHttp(
      http({ json: { status: secret } }),
      { status: 200, body: JSON.stringify({ status: secret }), milliseconds: 1 },
      redact,
    ).ok,
  ).toBe(true);
});
