/** Escaping as systemd-escape does it; the expected strings were printed by systemd-escape of systemd 252. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  escapePath,
  escapeUnitName,
  mountUnitName,
  unescapeUnitName,
} from "../../../src/core/unit-file/escape.ts";

describe("escapeUnitName", () => {
  test.each([
    ["a b", "a\\x20b"],
    [".x", "\\x2ex"],
    ["a.b", "a.b"],
    ["pay-gw@x", "pay\\x2dgw\\x40x"],
    ["ü/é", "\\xc3\\xbc-\\xc3\\xa9"],
    ["/", "-"],
    ["a\\x2db", "a\\x5cx2db"],
    ["", ""],
  ])("%j → %s", (text, expected) => {
    expect(escapeUnitName(text)).toBe(expected);
  });

  test("unescapeUnitName is its reverse", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(unescapeUnitName(escapeUnitName(text))).toBe(text);
      }),
    );
  });

  test.each(["a\\xff", "\\y", "a\\", "\\x2"])("unescapeUnitName refuses %j", (name) => {
    expect(unescapeUnitName(name)).toBeNull();
  });
});

describe("escapePath", () => {
  test.each([
    ["/", "-"],
    ["//", "-"],
    ["/mnt/go-cache", "mnt-go\\x2dcache"],
    ["/a//b/", "a-b"],
    ["/./x", "x"],
    ["/.x/y", "\\x2ex-y"],
    ["/mnt/ü", "mnt-\\xc3\\xbc"],
  ])("%j → %s", (path, expected) => {
    expect(escapePath(path)).toBe(expected);
  });

  test.each(["/a/../b", "a/b", ""])("refuses %j", (path) => {
    expect(escapePath(path)).toBeNull();
    expect(mountUnitName(path)).toBeNull();
  });

  test("names a mount unit", () => {
    expect(mountUnitName("/var/cache/payment-gateway")).toBe("var-cache-payment\\x2dgateway.mount");
  });
});
