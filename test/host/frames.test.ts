import { expect, test } from "vitest";
import { field, framed, frameOf, isFinal, lastState, line, parseState } from "../../src/host/frames.ts";

const hostile = [
  "a b",
  "a\tb",
  "a\nb",
  "",
  "a;b",
  "$(id)",
  "`id`",
  "a'b",
  'a"b',
  "a|b",
  "a&b",
  "a>b",
  "a*b",
  "a?b",
  "a[b",
  "{a,b}",
  "~root",
  "!x",
  "#x",
  "ü",
  "a\u0000b",
  "\u202e",
];

test.each(hostile)("a field is never %j", (value) => {
  expect(() => field(value)).toThrow("must not reach a host's script");
});

test("a line is fields between tabs; an escaped unit name passes", () => {
  expect(line("unit", "mnt-go\\x2dcache.mount")).toBe("unit\tmnt-go\\x2dcache.mount\n");
});

test("only lines with the nonce are frames; a greeting and a forged nonce are noise", () => {
  const output = "Welcome!\nN1 state PREPARED\nN2 state CONFIRMED\nnoiseN1 state AWAIT why not\n";
  expect(framed(output, "N1")).toEqual([
    { word: "state", rest: "PREPARED" },
    { word: "state", rest: "AWAIT why not" },
  ]);
  expect(lastState(output, "N1")).toEqual({ name: "AWAIT", detail: "why not" });
  expect(lastState(output, "N3")).toBeNull();
  expect(frameOf("N1 launched", "N1")).toEqual({ word: "launched", rest: "" });
});

test("a state that is no word is unreadable and not final; its detail is sanitised", () => {
  expect(parseState("\u001b[31mCONFIRMED")).toMatchObject({ name: "UNREADABLE" });
  expect(isFinal(parseState("confirmed"))).toBe(false);
  expect(parseState("ROLLBACK_FAILED a\u001b[2Jb").detail).not.toContain("\u001b");
  expect(isFinal(parseState("CONFIRMED"))).toBe(true);
});
