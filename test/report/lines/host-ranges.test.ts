/** Names of hosts in few words. */
import { expect, test } from "vitest";
import { hostRanges } from "../../../src/report/lines/host-ranges.ts";

test.each([
  [["web1"], "web1"],
  [["web2", "web1"], "web1, web2"],
  [["web3", "web1", "web2", "db1"], "db1, web[1:3]"],
  [["web1", "web2", "web3", "web5"], "web[1:3], web5"],
  [["web9", "web10", "web11"], "web[9:11]"],
  [["web09", "web10", "web11"], "web[09:11]"],
  [["web9", "web010", "web011"], "web9, web010, web011"],
  [["web1.example.com", "web2.example.com", "web3.example.com"], "web[1:3].example.com"],
  [["web1.a", "web2.b", "web3.a"], "web1.a, web3.a, web2.b"],
  [["a", "b", "a"], "a, b"],
  [[], ""],
])("%j", (names, wanted) => {
  expect(hostRanges(names)).toBe(wanted);
});
