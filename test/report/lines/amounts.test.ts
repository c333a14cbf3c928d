import { expect, test } from "vitest";
import { expandRanges } from "../../../src/core/config/ranges.ts";
import { formatBytes, formatSpan } from "../../../src/report/lines/amounts.ts";
import { hostRanges } from "../../../src/report/lines/host-ranges.ts";

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [61, "1 min"],
  [3600, "1 h"],
  [7500, "2 h 5 min"],
  [86_400 + 59, "1 d"],
  [273_600, "3 d 4 h"],
])("%f s is %s", (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});

test.each([
  [0, "0B"],
  [512, "512B"],
  [4_718_592, "4.5M"],
  [268_435_456, "256M"],
  [2 ** 31, "2G"],
  [1023 * 1024, "1023K"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [[], ""],
  [["web1"], "web1"],
  [["web1", "web2"], "web1, web2"],
  [["web1", "web2", "web3", "web5"], "web[1:3], web5"],
  [["web09", "web10", "web11"], "web[09:11]"],
  [["web9", "web10", "web11"], "web[9:11]"],
  [["a1.x", "a2.x", "a3.x", "a4.y"], "a[1:3].x, a4.y"],
  [["db", "web1", "web2", "web3"], "db, web[1:3]"],
])("%j reads %s, and the inventory would read it back", (names, text) => {
  expect(hostRanges(names)).toBe(text);
  const back = text === "" ? [] : text.split(", ").flatMap((part) => expandRanges(part));
  expect(back.flatMap((each) => (each.ok ? each.texts : []))).toEqual(names);
});
